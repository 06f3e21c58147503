import type { EventFeed } from "./events";
import type { ObjectIds } from "./ids";
import {
  addedWithoutInvitation,
  defaultOrganizationRole,
  leavingTheOrganizationShowsInProjects,
  replacedInvitationLosesOtherAccess,
} from "./inferred";
import { MaintenanceWindow } from "./maintenance";
import {
  type Account,
  type Invitation,
  type Membership,
  type MembershipStatus,
  type Organization,
  type Project,
  type ProjectMember,
  Roster,
  type Team,
} from "./people";

const invitationLifeMs = 30 * 24 * 60 * 60 * 1000;

export interface SentInvitation {
  readonly username: string;
  readonly organizationId: string;
  /** Undefined for an invitation to the organization alone. */
  readonly projectId: string | undefined;
  readonly at: number;
}

/** Every organization, project, team and person, and the elementary changes to them. */
export class Directory {
  readonly organizations = new Map<string, Organization>();
  readonly projects = new Map<string, Project>();
  readonly teams = new Map<string, Team>();
  readonly invitationsSent: SentInvitation[] = [];
  readonly #accounts = new Map<string, Account>();
  readonly #ids: ObjectIds;
  readonly #now: () => number;
  readonly #events: EventFeed;
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(ids: ObjectIds, now: () => number, events: EventFeed) {
    this.#ids = ids;
    this.#now = now;
    this.#events = events;
  }

  createOrganization(name: string): Organization {
    const organization: Organization = {
      id: this.#ids.next(),
      name,
      members: new Roster((member) => member),
      byUserId: new Map(),
      projects: new Set(),
      projectInvitations: [],
      link: undefined,
      linkTokensMade: 0,
    };
    this.organizations.set(organization.id, organization);
    return organization;
  }

  createProject(organization: Organization, name: string, createdWithOwner: boolean): Project {
    const project: Project = {
      id: this.#ids.next(),
      name,
      organization,
      createdWithOwner,
      hiddenAs: undefined,
      members: new Roster((member) => member.membership),
      teams: new Map(),
      maintenance: new MaintenanceWindow(),
      migrations: new Map(),
      pipelines: new Map(),
    };
    organization.projects.add(project);
    this.projects.set(project.id, project);
    return project;
  }

  createTeam(organization: Organization, name: string): Team {
    const members = new Roster<Membership>((member) => member);
    const team: Team = { id: this.#ids.next(), name, organization, members };
    this.teams.set(team.id, team);
    return team;
  }

  /** Makes the person an active member, creating the Atlas account if there is none. */
  activate(organization: Organization, username: string, organizationRoles: readonly string[]): Membership {
    const member = organization.members.get(username) ?? this.#newMembership(organization, username);
    const account = this.#accountOf(username);
    member.account = account;
    member.invitation = undefined;
    for (const role of organizationRoles) {
      member.organizationRoles.add(role);
    }
    const wasInvited = member.status === "PENDING" && member.userId !== "";
    this.#setStatus(member, "ACTIVE", account.id);
    if (wasInvited) {
      this.#keep("JOINED_ORG", member);
      for (const project of member.projects) {
        this.#keep("JOINED_GROUP", member, project);
      }
      for (const _team of member.teams) {
        this.#keep("JOINED_TEAM", member);
      }
    }
    return member;
  }

  /** Sends an invitation: a new pending user, known to the organization and not yet to any project. */
  invite(project: Project, username: string, inviterUsername: string): Membership {
    return this.inviteTo(project.organization, username, { inviterUsername, projectId: project.id });
  }

  inviteTo(
    organization: Organization,
    username: string,
    sent: { inviterUsername: string; projectId?: string; organizationRoles?: readonly string[] },
  ): Membership {
    const previous = organization.members.get(username);
    if (previous && replacedInvitationLosesOtherAccess) {
      this.forget(previous);
    }
    const member = organization.members.get(username) ?? this.#newMembership(organization, username);
    const invitation = this.newInvitation(sent.inviterUsername);
    member.invitation = invitation;
    for (const role of sent.organizationRoles ?? [defaultOrganizationRole]) {
      member.organizationRoles.add(role);
    }
    this.#nextExpiry = Math.min(this.#nextExpiry, invitation.expiresAt ?? Number.POSITIVE_INFINITY);
    this.#setStatus(member, "PENDING", this.#ids.next());
    if (sent.projectId === undefined) {
      this.#keep("INVITED_TO_ORG", member);
    }
    this.invitationsSent.push({
      username: member.username,
      organizationId: organization.id,
      projectId: sent.projectId,
      at: this.#now(),
    });
    return member;
  }

  newInvitation(inviterUsername: string): Invitation {
    const createdAt = this.#now();
    return { id: this.#ids.next(), createdAt, expiresAt: createdAt + invitationLifeMs, inviterUsername };
  }

  endInvitation(member: Membership, status: "INVITATION_EXPIRED" | "INVITATION_REJECTED"): void {
    if (member.invitation && status === "INVITATION_REJECTED") {
      member.invitation.expiresAt = null;
    }
    this.#setStatus(member, status, member.userId);
  }

  addToProject(project: Project, membership: Membership, roles: Iterable<string>): ProjectMember {
    const member: ProjectMember = { membership, roles: new Set(roles) };
    project.members.set(member);
    membership.projects.add(project);
    const isInvited = membership.status === "PENDING";
    this.#keep(isInvited ? "INVITED_TO_GROUP" : addedWithoutInvitation.project, membership, project);
    return member;
  }

  /** Gives somebody in a project exactly these roles. */
  setRoles(project: Project, { membership, roles: has }: ProjectMember, roles: Iterable<string>): void {
    const wanted = [...roles];
    has.clear();
    for (const role of wanted) {
      has.add(role);
    }
    this.#keep("USER_ROLES_CHANGED_AUDIT", membership, project);
  }

  removeFromProject(project: Project, membership: Membership): void {
    const type = membership.status === "PENDING" ? "GROUP_INVITATION_DELETED" : "REMOVED_FROM_GROUP";
    this.#keep(type, membership, project);
    project.members.delete(membership.username);
    membership.projects.delete(project);
  }

  addToTeam(team: Team, membership: Membership): void {
    team.members.set(membership);
    membership.teams.add(team);
    this.#keep(membership.status === "PENDING" ? "INVITED_TO_TEAM" : addedWithoutInvitation.team, membership);
  }

  removeFromTeam(team: Team, membership: Membership): void {
    this.#keep("REMOVED_FROM_TEAM", membership);
    team.members.delete(membership.username);
    membership.teams.delete(team);
  }

  /** Somebody leaves the organization or is removed from it, or the invitation is withdrawn. */
  dismiss(member: Membership): void {
    this.#keep(member.status === "PENDING" ? "ORG_INVITATION_DELETED" : "REMOVED_FROM_ORG", member);
    if (leavingTheOrganizationShowsInProjects) {
      this.#leave(member);
    }
    this.forget(member);
  }

  /** Takes the person out of the organization, and out of its projects and teams. */
  forget(member: Membership): void {
    this.#events.acting(undefined, () => this.#leave(member));
    member.organization.byUserId.delete(member.userId);
    member.organization.members.delete(member.username);
  }

  #leave(member: Membership): void {
    for (const project of [...member.projects]) {
      this.removeFromProject(project, member);
    }
    for (const team of [...member.teams]) {
      this.removeFromTeam(team, member);
    }
  }

  #keep(type: string, { organization, username }: Membership, project?: Project): void {
    this.#events.keep({ type, organization, target: username, ...(project ? { project } : {}) });
  }

  projectMember(project: Project, userId: string): ProjectMember | undefined {
    const membership = project.organization.byUserId.get(userId);
    return membership && project.members.get(membership.username);
  }

  isKnownUser(userId: string): boolean {
    for (const organization of this.organizations.values()) {
      if (organization.byUserId.has(userId)) {
        return true;
      }
    }
    return false;
  }

  /** Lets invitations expire whose time has come. Costs nothing while none has. */
  settle(): void {
    const now = this.#now();
    if (now < this.#nextExpiry) {
      return;
    }
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const organization of this.organizations.values()) {
      for (const member of organization.members.list(new Set(["PENDING"]))) {
        const expiresAt = member.invitation?.expiresAt ?? Number.POSITIVE_INFINITY;
        if (expiresAt <= now) {
          this.endInvitation(member, "INVITATION_EXPIRED");
        } else {
          this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
        }
      }
    }
  }

  #newMembership(organization: Organization, username: string): Membership {
    return {
      organization,
      username: username.toLowerCase(),
      userId: "",
      status: "PENDING",
      account: undefined,
      invitation: undefined,
      organizationRoles: new Set(),
      projects: new Set(),
      teams: new Set(),
    };
  }

  #setStatus(member: Membership, status: MembershipStatus, userId: string): void {
    member.organization.byUserId.delete(member.userId);
    member.status = status;
    member.userId = userId;
    member.organization.byUserId.set(userId, member);
    member.organization.members.set(member);
    for (const project of member.projects) {
      project.members.touch();
    }
    for (const team of member.teams) {
      team.members.touch();
    }
  }

  #accountOf(username: string): Account {
    const key = username.toLowerCase();
    const known = this.#accounts.get(key);
    if (known) {
      return known;
    }
    const account: Account = {
      id: this.#ids.next(),
      firstName: key.split("@")[0] ?? key,
      lastName: "Example",
      country: "US",
      mobileNumber: null,
      createdAt: this.#now(),
      lastAuth: this.#now(),
    };
    this.#accounts.set(key, account);
    return account;
  }
}
