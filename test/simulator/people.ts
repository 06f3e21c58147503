/** Who belongs where: the shapes of organizations, projects, teams and the people in them. */

import type { MaintenanceWindow } from "./maintenance";
import type { LiveMigration } from "./migration";

export type MembershipStatus = "ACTIVE" | "PENDING" | "INVITATION_EXPIRED" | "INVITATION_REJECTED";

/** The user lists show these unless `orgMembershipStatuses` asks for others. */
export const visibleByDefault: ReadonlySet<MembershipStatus> = new Set(["ACTIVE", "PENDING"]);

/** A person who has an Atlas account. A person who was only invited has none yet. */
export interface Account {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly mobileNumber: string | null;
  createdAt: number;
  /** Null: never. */
  lastAuth: number | null;
}

export interface Invitation {
  /** Not the id of the pending user: Atlas numbers the two separately. */
  readonly id: string;
  readonly createdAt: number;
  /** Null once rejected. */
  expiresAt: number | null;
  readonly inviterUsername: string;
}

/** One person in one organization. */
export interface Membership {
  readonly organization: Organization;
  /** In lower case: Atlas matches usernames without case. */
  readonly username: string;
  /** Changes when an invitation is accepted. */
  userId: string;
  status: MembershipStatus;
  account: Account | undefined;
  invitation: Invitation | undefined;
  readonly organizationRoles: Set<string>;
  readonly projects: Set<Project>;
  readonly teams: Set<Team>;
}

export interface ProjectMember {
  readonly membership: Membership;
  readonly roles: Set<string>;
}

/** An invitation made with the deprecated endpoint of a project: no list of users shows the person. */
export interface ProjectInvitation {
  readonly username: string;
  readonly invitation: Invitation;
  readonly projectId: string;
  readonly roles: readonly string[];
}

/** What a request for a project that is deleted, or not the caller's to see, is answered with. */
export type HiddenAs = "GROUP_NOT_FOUND" | "USER_CANNOT_ACCESS_GROUP" | "RESOURCE_NOT_FOUND";

export interface LinkToken {
  readonly linkToken: string;
  readonly accessListIps: readonly string[];
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly members: Roster<Membership>;
  readonly byUserId: Map<string, Membership>;
  readonly projects: Set<Project>;
  readonly projectInvitations: ProjectInvitation[];
  link: LinkToken | undefined;
  linkTokensMade: number;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly organization: Organization;
  /** Whether the project was created with an owner, as Atlas does for a person or a key. */
  readonly createdWithOwner: boolean;
  /** Undefined: the project is there for everyone. */
  hiddenAs: HiddenAs | undefined;
  readonly members: Roster<ProjectMember>;
  /** The roles that the project gives to whole teams. */
  readonly teams: Map<Team, readonly string[]>;
  readonly maintenance: MaintenanceWindow;
  readonly migrations: Map<string, LiveMigration>;
  readonly pipelines: Map<string, readonly PipelineSchedule[]>;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly organization: Organization;
  readonly members: Roster<Membership>;
}

export interface PipelineSchedule {
  readonly id?: string;
  readonly frequencyType: "daily" | "hourly" | "weekly" | "monthly" | "yearly" | "ondemand";
  readonly frequencyInterval: number;
  readonly retentionUnit: "days" | "weeks" | "months" | "years";
  readonly retentionValue: number;
}

/** Copies what changes of a member, so that it can be shown later as it was. */
export function copyOf(membership: Membership): Membership {
  return {
    ...membership,
    organizationRoles: new Set(membership.organizationRoles),
    projects: new Set(membership.projects),
    teams: new Set(membership.teams),
  };
}

/** Members by username, listed by it as Atlas does (the pending among the others) without sorting for every page. */
export class Roster<T> {
  readonly #byUsername = new Map<string, T>();
  readonly #membershipOf: (item: T) => Membership;
  #sorted: readonly T[] | undefined;
  #visible: readonly T[] | undefined;

  constructor(membershipOf: (item: T) => Membership) {
    this.#membershipOf = membershipOf;
  }

  get size(): number {
    return this.#byUsername.size;
  }

  get(username: string): T | undefined {
    return this.#byUsername.get(username.toLowerCase());
  }

  set(item: T): void {
    this.#byUsername.set(this.#membershipOf(item).username, item);
    this.touch();
  }

  byUserId(userId: string): T | undefined {
    return this.#all().find((item) => this.#membershipOf(item).userId === userId);
  }

  /** The same members as they are now. */
  copy(copyItem: (item: T) => T): Roster<T> {
    const copy = new Roster(this.#membershipOf);
    for (const item of this.#byUsername.values()) {
      copy.set(copyItem(item));
    }
    return copy;
  }

  delete(username: string): boolean {
    this.touch();
    return this.#byUsername.delete(username.toLowerCase());
  }

  /** Must be called when the status of a member changes. */
  touch(): void {
    this.#sorted = undefined;
    this.#visible = undefined;
  }

  list(statuses: ReadonlySet<MembershipStatus> = visibleByDefault): readonly T[] {
    if (statuses !== visibleByDefault) {
      return this.#all().filter((item) => this.#has(item, statuses));
    }
    this.#visible ??= this.#all().filter((item) => this.#has(item, visibleByDefault));
    return this.#visible;
  }

  #has(item: T, statuses: ReadonlySet<MembershipStatus>): boolean {
    return statuses.has(this.#membershipOf(item).status);
  }

  #all(): readonly T[] {
    this.#sorted ??= [...this.#byUsername.values()].sort((left, right) =>
      inListOrder(this.#membershipOf(left), this.#membershipOf(right)),
    );
    return this.#sorted;
  }
}

function inListOrder(left: Membership, right: Membership): number {
  return left.username < right.username ? -1 : 1;
}
