import { Directory, type SentInvitation } from "./directory";
import { ObjectIds } from "./ids";
import type { MaintenanceSettings, MaintenanceWindow } from "./maintenance";
import { LiveMigration, type MigrationScript } from "./migration";
import type {
  LinkToken,
  Membership,
  MembershipStatus,
  Organization,
  PipelineSchedule,
  Project,
  Team,
} from "./people";

export interface MemberSnapshot {
  readonly id: string;
  readonly status: MembershipStatus;
  readonly roles: readonly string[];
}

export type RemovableEndpoint = "invites" | "availableSchedules";

/**
 * What Atlas holds, open to a test or a demonstration: these methods do what other people do in Atlas's own
 * interface, or look at what is there, without a request. Ids go in and out as strings, names may be any case.
 */
export class World {
  /** False: every request but those for tokens is refused as coming from a strange address. */
  accessListOpen = true;
  /** Whether the last owner of a project is safe: in every project, none, or those created with an owner. */
  protectLastOwner: boolean | "where created with an owner" = "where created with an owner";
  /** False: Atlas refuses to defer, as it does too long before or too shortly before the maintenance. */
  deferWindowOpen = true;
  /** The code of the 400 that throttles invitations. */
  invitationThrottleCode: "RATE_LIMITED_IP" | "INVITATIONS_RATE_LIMITED_IP" = "RATE_LIMITED_IP";
  /** The code of the 404 when there is no link to delete: it was null until July 2026. */
  missingLinkCode: string | null = "UNEXPECTED_ERROR";
  /** When the deprecated endpoints will go; null leaves the `Sunset` header out. */
  sunset: { [endpoint in RemovableEndpoint]: Date | null } = {
    invites: new Date(Date.UTC(2027, 6, 1)),
    availableSchedules: new Date(Date.UTC(2025, 8, 9)),
  };
  limits = { usersPerProject: 500, usersPerTeam: 250, teamsPerUser: 100 };

  readonly ids: ObjectIds;
  readonly directory: Directory;
  readonly removedEndpoints = new Map<RemovableEndpoint, 404 | 410>();
  #named = 0;

  constructor(now: () => number = Date.now) {
    this.ids = new ObjectIds(now);
    this.directory = new Directory(this.ids, now);
  }

  createOrganization(name = this.#name("organization")): string {
    return this.directory.createOrganization(name).id;
  }

  /** With `owner`, the project starts with that person as GROUP_OWNER, and Atlas protects its last owner. */
  createProject(organizationId: string, options: { name?: string; owner?: string } = {}): string {
    const organization = this.organization(organizationId);
    const name = options.name ?? this.#name("project");
    const project = this.directory.createProject(organization, name, options.owner !== undefined);
    if (options.owner !== undefined) this.grant(project.id, options.owner, ["GROUP_OWNER"]);
    return project.id;
  }

  createTeam(organizationId: string, name = this.#name("team")): string {
    return this.directory.createTeam(this.organization(organizationId), name).id;
  }

  /** Returns the id of the user. A pending person becomes active, as by {@link acceptInvitation}. */
  addActiveUser(
    organizationId: string,
    username: string,
    options: { orgRoles?: readonly string[] } = {},
  ): string {
    const organization = this.organization(organizationId);
    return this.directory.activate(organization, username, options.orgRoles ?? ["ORG_MEMBER"]).userId;
  }

  /** Gives a person roles in a project; a stranger becomes an active member of the organization first. */
  grant(projectId: string, username: string, roles: readonly string[]): void {
    const project = this.project(projectId);
    if (!project.organization.members.get(username)) this.addActiveUser(project.organization.id, username);
    const membership = this.member(project.organization.id, username);
    const member = project.members.get(username);
    if (member) for (const role of roles) member.roles.add(role);
    else this.directory.addToProject(project, membership, roles);
  }

  /** A colleague invites the person by hand; who belongs to the organization already becomes a member at once. */
  invite(
    projectId: string,
    username: string,
    roles: readonly string[],
    inviter = "olivia@example.com",
  ): void {
    const project = this.project(projectId);
    const membership =
      project.organization.members.get(username) ?? this.directory.invite(project, username, inviter);
    this.directory.addToProject(project, membership, roles);
  }

  /** A colleague changes the roles by hand. */
  setRoles(projectId: string, username: string, roles: readonly string[]): void {
    const member = this.project(projectId).members.get(username);
    if (!member) throw new Error(`${username} is not in project ${projectId}`);
    member.roles.clear();
    for (const role of roles) member.roles.add(role);
  }

  removeFromProject(projectId: string, username: string): void {
    const project = this.project(projectId);
    this.directory.removeFromProject(project, this.member(project.organization.id, username));
  }

  addToTeam(teamId: string, username: string): void {
    const team = this.team(teamId);
    this.directory.addToTeam(team, this.member(team.organization.id, username));
  }

  removeFromTeam(teamId: string, username: string): void {
    const team = this.team(teamId);
    this.directory.removeFromTeam(team, this.member(team.organization.id, username));
  }

  /** Accepts every invitation of the person: active, with another user id, the same roles and teams. */
  acceptInvitation(username: string): void {
    this.directory.settle();
    let accepted = 0;
    for (const organization of this.directory.organizations.values()) {
      if (organization.members.get(username)?.status === "PENDING") {
        this.directory.activate(organization, username, []);
        accepted += 1;
      }
      accepted += this.#acceptLegacyInvitations(organization, username);
    }
    if (accepted === 0) throw new Error(`${username} has no pending invitation`);
  }

  expireInvitation(username: string): void {
    this.#endInvitations(username, "INVITATION_EXPIRED");
  }

  rejectInvitation(username: string): void {
    this.#endInvitations(username, "INVITATION_REJECTED");
  }

  /** Invites with the endpoints that the users endpoints replaced: only GET invites shows the person. */
  inviteLegacy(
    organizationId: string,
    username: string,
    options: { projectId?: string; roles?: readonly string[] } = {},
  ): void {
    const organization = this.organization(organizationId);
    organization.legacyInvitations.push({
      username: username.toLowerCase(),
      invitation: this.directory.newInvitation("colleague@example.com"),
      organizationRoles: ["ORG_MEMBER"],
      projectId: options.projectId,
      roles: options.roles ?? ["GROUP_READ_ONLY"],
    });
  }

  /** Everyone in the project by username, whatever their status, with the roles sorted. */
  members(projectId: string): Record<string, MemberSnapshot> {
    this.directory.settle();
    const everyone = this.project(projectId).members.list(
      new Set(["ACTIVE", "PENDING", "INVITATION_EXPIRED", "INVITATION_REJECTED"]),
    );
    return Object.fromEntries(
      everyone.map(({ membership, roles }) => [
        membership.username,
        { id: membership.userId, status: membership.status, roles: [...roles].sort() },
      ]),
    );
  }

  /** The usernames in a team, pending ones included. */
  teamMembers(teamId: string): string[] {
    return this.team(teamId)
      .members.list()
      .map((member) => member.username)
      .sort();
  }

  get invitationsSent(): readonly SentInvitation[] {
    return this.directory.invitationsSent;
  }

  addMigration(projectId: string, script: MigrationScript = {}): LiveMigration {
    const migration = new LiveMigration(this.ids.next(), script);
    this.project(projectId).migrations.set(migration.id, migration);
    return migration;
  }

  /** The projects whose push migrations keep the organization's link in use. */
  activeMigrationsOf(organizationId: string): string[] {
    return [...this.organization(organizationId).projects]
      .filter((project) => [...project.migrations.values()].some((each) => each.usesLink && each.isActive))
      .map((project) => project.id);
  }

  link(organizationId: string): { current: LinkToken | undefined; made: number } {
    const { link, linkTokensMade } = this.organization(organizationId);
    return { current: link, made: linkTokensMade };
  }

  maintenance(projectId: string): MaintenanceWindow {
    return this.project(projectId).maintenance;
  }

  setMaintenance(projectId: string, settings: MaintenanceSettings): void {
    this.maintenance(projectId).apply(settings);
  }

  /** A colleague edits the window, which takes back every deferral. */
  editWindow(projectId: string, settings: MaintenanceSettings = {}): void {
    this.maintenance(projectId).edit(settings);
  }

  runMaintenance(projectId: string): void {
    this.maintenance(projectId).run();
  }

  addPipeline(projectId: string, name: string, schedules: readonly PipelineSchedule[]): void {
    this.project(projectId).pipelines.set(name, schedules);
  }

  /** After the sunset: Atlas answers 410, or no longer knows the path. */
  removeEndpoint(endpoint: RemovableEndpoint, status: 404 | 410): void {
    this.removedEndpoints.set(endpoint, status);
  }

  restoreEndpoint(endpoint: RemovableEndpoint): void {
    this.removedEndpoints.delete(endpoint);
  }

  organization(id: string): Organization {
    return found(this.directory.organizations.get(id), `organization ${id}`);
  }

  project(id: string): Project {
    return found(this.directory.projects.get(id), `project ${id}`);
  }

  team(id: string): Team {
    return found(this.directory.teams.get(id), `team ${id}`);
  }

  member(organizationId: string, username: string): Membership {
    const organization = this.organization(organizationId);
    return found(organization.members.get(username), `${username} in organization ${organizationId}`);
  }

  #acceptLegacyInvitations(organization: Organization, username: string): number {
    const key = username.toLowerCase();
    const mine = organization.legacyInvitations.filter((each) => each.username === key);
    for (const each of mine) {
      organization.legacyInvitations.splice(organization.legacyInvitations.indexOf(each), 1);
      this.directory.activate(organization, key, each.organizationRoles);
      if (each.projectId !== undefined) this.grant(each.projectId, key, each.roles);
    }
    return mine.length;
  }

  #endInvitations(username: string, status: "INVITATION_EXPIRED" | "INVITATION_REJECTED"): void {
    const pending = [...this.directory.organizations.values()]
      .map((organization) => organization.members.get(username))
      .filter((member) => member?.status === "PENDING");
    if (pending.length === 0) throw new Error(`${username} has no pending invitation`);
    for (const member of pending) if (member) this.directory.endInvitation(member, status);
  }

  #name(kind: string): string {
    this.#named += 1;
    return `${kind}-${this.#named}`;
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The simulator knows no ${what}`);
  return value;
}
