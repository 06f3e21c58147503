import { Directory, type SentInvitation } from "./directory";
import { type Actor, EventFeed } from "./events";
import { ObjectIds } from "./ids";
import {
  type HiddenAs,
  type Membership,
  type MembershipStatus,
  type Organization,
  type Project,
  type Team,
  visibleByDefault,
} from "./people";

export interface MemberSnapshot {
  readonly id: string;
  readonly status: MembershipStatus;
  readonly roles: readonly string[];
}

/** The part of the world that is about people: who is in which organization, project and team, or invited to it. */
export class Population {
  readonly ids: ObjectIds;
  readonly directory: Directory;
  /** The activity feeds. */
  readonly events: EventFeed;
  #named = 0;

  constructor(now: () => number) {
    this.ids = new ObjectIds(now);
    this.events = new EventFeed(this.ids, now);
    this.directory = new Directory(this.ids, now, this.events);
  }

  /** Somebody does something by hand, which the activity feed then shows; a text is the username of a person. */
  acting<T>(actor: Actor | string, act: () => T): T {
    return this.events.acting(typeof actor === "string" ? { kind: "user", name: actor } : actor, act);
  }

  createOrganization(name = this.#name("organization")): string {
    return this.directory.createOrganization(name).id;
  }

  /** With `owner`, the project starts with that person as GROUP_OWNER, and Atlas protects its last owner. */
  createProject(organizationId: string, options: { name?: string; owner?: string } = {}): string {
    const organization = this.organization(organizationId);
    const name = options.name ?? this.#name("project");
    const project = this.directory.createProject(organization, name, options.owner !== undefined);
    if (options.owner !== undefined) {
      this.grant(project.id, options.owner, ["GROUP_OWNER"]);
    }
    return project.id;
  }

  /** From now on every request for the project is refused, as one that is deleted or not the caller's to see. */
  hideProject(projectId: string, as: HiddenAs = "GROUP_NOT_FOUND"): void {
    this.project(projectId).hiddenAs = as;
  }

  showProject(projectId: string): void {
    this.project(projectId).hiddenAs = undefined;
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
    if (!project.organization.members.get(username)) {
      this.addActiveUser(project.organization.id, username);
    }
    const membership = this.member(project.organization.id, username);
    const member = project.members.get(username);
    if (member) {
      this.directory.setRoles(project, member, [...member.roles, ...roles]);
    } else {
      this.directory.addToProject(project, membership, roles);
    }
  }

  /**
   * A colleague invites the person by hand; who belongs to the organization already becomes a member at once. The activity
   * feed shows it where the colleague is named.
   */
  invite(projectId: string, username: string, roles: readonly string[], inviter?: string): void {
    const project = this.project(projectId);
    const add = (): void => {
      const membership =
        project.organization.members.get(username) ??
        this.directory.invite(project, username, inviter ?? "olivia@example.com");
      this.directory.addToProject(project, membership, roles);
    };
    if (inviter === undefined) {
      add();
    } else {
      this.events.actingFor(inviter, add);
    }
  }

  /** A colleague changes the roles by hand. */
  setRoles(projectId: string, username: string, roles: readonly string[]): void {
    const project = this.project(projectId);
    const member = project.members.get(username);
    if (!member) {
      throw new Error(`${username} is not in project ${projectId}`);
    }
    this.directory.setRoles(project, member, roles);
  }

  removeFromProject(projectId: string, username: string): void {
    const project = this.project(projectId);
    this.directory.removeFromProject(project, this.member(project.organization.id, username));
  }

  /** A colleague removes somebody from the organization, or withdraws the invitation; or a user leaves it. */
  removeFromOrganization(organizationId: string, username: string): void {
    this.directory.dismiss(this.member(organizationId, username));
  }

  /** A colleague gives a whole team roles in a project, which a list of users shows only with `flattenTeams=true`. */
  grantTeam(projectId: string, teamId: string, roles: readonly string[]): void {
    this.project(projectId).teams.set(this.team(teamId), roles);
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
        this.events.actingFor(username, () => this.directory.activate(organization, username, []));
        accepted += 1;
      }
      accepted += this.#acceptInvitationsToProjects(organization, username);
    }
    if (accepted === 0) {
      throw new Error(`${username} has no pending invitation`);
    }
  }

  /** When the account of a person was made, and when the person last signed in: null for never. */
  setAccountTimes(username: string, times: { createdAt?: Date; lastAuth?: Date | null }): void {
    for (const { members } of this.directory.organizations.values()) {
      const account = members.get(username)?.account;
      if (account !== undefined) {
        account.createdAt = times.createdAt?.getTime() ?? account.createdAt;
        account.lastAuth =
          times.lastAuth === undefined ? account.lastAuth : (times.lastAuth?.getTime() ?? null);
      }
    }
  }

  expireInvitation(username: string): void {
    this.#endInvitations(username, "INVITATION_EXPIRED");
  }

  rejectInvitation(username: string): void {
    this.#endInvitations(username, "INVITATION_REJECTED");
  }

  /**
   * A colleague invites to the organization with the deprecated endpoint (`POST orgs/{orgId}/invites`): the person is
   * a pending user like any other. Returns the id of the user.
   */
  inviteToOrganization(
    organizationId: string,
    username: string,
    options: { orgRoles?: readonly string[]; inviter?: string } = {},
  ): string {
    const organization = this.organization(organizationId);
    const known = organization.members.get(username);
    if (known && visibleByDefault.has(known.status)) {
      throw new Error(`${username} belongs to it already`);
    }
    const inviterUsername = options.inviter ?? "colleague@example.com";
    const organizationRoles = options.orgRoles ?? ["ORG_MEMBER"];
    return this.directory.inviteTo(organization, username, { inviterUsername, organizationRoles }).userId;
  }

  /**
   * A colleague invites to a project with the deprecated endpoint (`POST groups/{groupId}/invites`): no list of users
   * shows the person, and the project refuses to add it.
   */
  inviteInvisibly(projectId: string, username: string, roles: readonly string[] = ["GROUP_READ_ONLY"]): void {
    this.project(projectId).organization.projectInvitations.push({
      username: username.toLowerCase(),
      invitation: this.directory.newInvitation("colleague@example.com"),
      projectId,
      roles,
    });
  }

  /** Invites with one of the deprecated endpoints: the one of a project where there is one, else the organization's. */
  inviteLegacy(
    organizationId: string,
    username: string,
    options: { projectId?: string; roles?: readonly string[] } = {},
  ): void {
    const { projectId, roles } = options;
    if (projectId === undefined) {
      this.inviteToOrganization(organizationId, username);
    } else {
      this.inviteInvisibly(projectId, username, roles);
    }
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

  #acceptInvitationsToProjects(organization: Organization, username: string): number {
    const key = username.toLowerCase();
    const mine = organization.projectInvitations.filter((each) => each.username === key);
    for (const each of mine) {
      organization.projectInvitations.splice(organization.projectInvitations.indexOf(each), 1);
      this.addActiveUser(organization.id, key);
      this.grant(each.projectId, key, each.roles);
    }
    return mine.length;
  }

  #endInvitations(username: string, status: "INVITATION_EXPIRED" | "INVITATION_REJECTED"): void {
    const pending = [...this.directory.organizations.values()]
      .map((organization) => organization.members.get(username))
      .filter((member) => member?.status === "PENDING");
    if (pending.length === 0) {
      throw new Error(`${username} has no pending invitation`);
    }
    for (const member of pending) {
      if (member) {
        this.directory.endInvitation(member, status);
      }
    }
  }

  #name(kind: string): string {
    this.#named += 1;
    return `${kind}-${this.#named}`;
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Error(`The simulator knows no ${what}`);
  }
  return value;
}
