/** Who belongs where: the shapes of organizations, projects, teams and the people in them. */

import type { MaintenanceWindow } from "./maintenance";
import type { LiveMigration } from "./migration";

export type MembershipStatus = "ACTIVE" | "PENDING" | "INVITATION_EXPIRED" | "INVITATION_REJECTED";

/** The user lists show these unless `orgMembershipStatuses` asks for others. */
export const VISIBLE_BY_DEFAULT: ReadonlySet<MembershipStatus> = new Set(["ACTIVE", "PENDING"]);

/** A person who has an Atlas account. A person who was only invited has none yet. */
export interface Account {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly mobileNumber: string | null;
  readonly createdAt: number;
  readonly lastAuth: number;
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

/** An invitation made with the endpoints that came before the users endpoints: no user list shows it. */
export interface LegacyInvitation {
  readonly username: string;
  readonly invitation: Invitation;
  readonly organizationRoles: readonly string[];
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
}

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
  readonly legacyInvitations: LegacyInvitation[];
  link: LinkToken | undefined;
  linkTokensMade: number;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly organization: Organization;
  /** Whether the project was created with an owner, as Atlas does for a person or a key. */
  readonly createdWithOwner: boolean;
  readonly members: Roster<ProjectMember>;
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

/** Members by username, listed as Atlas does (by username, pending last) without sorting for every page. */
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

  delete(username: string): boolean {
    this.touch();
    return this.#byUsername.delete(username.toLowerCase());
  }

  /** Must be called when the status of a member changes. */
  touch(): void {
    this.#sorted = undefined;
    this.#visible = undefined;
  }

  list(statuses: ReadonlySet<MembershipStatus> = VISIBLE_BY_DEFAULT): readonly T[] {
    if (statuses !== VISIBLE_BY_DEFAULT) return this.#all().filter((item) => this.#has(item, statuses));
    this.#visible ??= this.#all().filter((item) => this.#has(item, VISIBLE_BY_DEFAULT));
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
  const byStatus = Number(left.status !== "ACTIVE") - Number(right.status !== "ACTIVE");
  if (byStatus !== 0) return byStatus;
  return left.username < right.username ? -1 : 1;
}
