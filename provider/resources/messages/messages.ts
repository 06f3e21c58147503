import type { IdReader } from "../handler/id";
import { known, type Properties } from "./values";

/*
 * What the commands say of a resource. Each resource has a module `messages.ts` with its `Messages`, which `all.ts` finds by
 * its type. These modules load neither the SDK nor anything that sends requests.
 */

/** What the commands have to know of one type of resource. */
export interface Messages {
  /** The format of its ids. */
  readonly id: IdReader;
  /** Properties without which nothing can be said of it; of several in one list, one is enough. */
  readonly needs: readonly (readonly string[])[];
  /** What the credentials need for it, in the order of the docstring. */
  readonly roles: readonly NeededRole[];
  /** The operation with which a refresh reads it. @default a refresh asks nothing */
  readonly readBy?: string;
  /** @default what is said of the resources of other packages */
  readonly wording?: Wording;
  /** For resources that make users members of a project or team. */
  readonly membership?: Membership;
  /** For resources about all members of a project or team. */
  readonly members?: Members;
  /**
   * Types of events in the feed of its project that may explain why it differs. Those about members are known from their
   * project or team.
   *
   * @default none
   */
  readonly events?: readonly string[];
  /** What a refresh has found to differ, where no argument says what must be. @default the properties that differ */
  readonly difference?: (found: Properties) => Difference;
}

/** A role that something needs. */
export interface NeededRole {
  /** @default none */
  readonly role?: RoleName;
  /** What it is needed for, to follow "to". */
  readonly to: string;
}

/** Roles by the names that Atlas shows. The first part says in what somebody holds it: a project or an organization. */
export const roleTitles = {
  GROUP_OWNER: "Project Owner",
  GROUP_READ_ONLY: "Project Read Only",
  ORG_OWNER: "Organization Owner",
  ORG_MEMBER: "Organization Member",
} as const;

export type RoleName = keyof typeof roleTitles;

/** A role by both of its names, such as `Project Owner (GROUP_OWNER)`. */
export function describeRole(role: RoleName): string {
  return `${roleTitles[role]} (${role})`;
}

/** The members of a project or team, each as a resource about one of them would have it. */
export interface Members {
  /** The class of such a resource. */
  readonly as: string;
  /** The arguments that are about the members. */
  readonly about: readonly string[];
  /** Properties of each member by name in lower case; `undefined` where they are secret or not known yet. */
  of(inputs: Properties, outputs: Properties): ReadonlyMap<string, Member> | undefined;
}

/** One of them. */
export interface Member {
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** A property that is not as it must be. */
export interface Difference {
  readonly property: string;
  readonly declared: unknown;
  readonly actual: unknown;
}

/** Properties of a resource as a reader may see them, and its project and team by the names that people have for them. */
export interface Facts extends Properties {
  /** The label of the project, or else its id. */
  readonly project: string;
  /** The label of the team, or else its id. */
  readonly team: string;
}

/** When a refresh has found a difference, and who may have made it. */
export interface Circumstances {
  readonly now: Date;
  /** Such as `outside the stack`. */
  readonly cause: string;
}

/** The sentences about one type of resource. */
export interface Wording {
  /** Who or what it is about. */
  subject(of: Facts): string;
  /** What a refresh has found, for a property that differs. */
  changed(
    of: Facts,
    property: string,
    values: { declared: unknown; actual: unknown },
    circumstances: Circumstances,
  ): string;
  /** That a refresh has not found it, by what was known of it. */
  deleted(known: Facts, circumstances: Circumstances): string;
  /** What an update is going to do. */
  willCreate(of: Facts): string;
  /** @param property empty when no argument differs */
  willUpdate(of: Facts, property: string, before: unknown, after: unknown): string;
  willDelete(of: Facts): string;
  /** That it stays while another resource takes over, to precede a colon. @default its subject */
  willStay?(of: Facts): string;
}

/** Whom a resource makes members of what. */
export interface Membership {
  /** Whether it is about one member; otherwise it is about all of a project or team. */
  readonly isOneMember: boolean;
  /** Where, if that is known. */
  place(of: Properties): Place | undefined;
  /** What Atlas may know its members by; one member may have several names. Only texts count. */
  names(of: Properties): readonly unknown[];
}

/** A project or a team, which has members. */
export type Place =
  | { readonly kind: "project"; readonly projectId: string }
  | { readonly kind: "team"; readonly teamId: string; readonly orgId: string | undefined };

/** The place of resources with the argument `projectId`. */
export function inProject(of: Properties): Place | undefined {
  const projectId = known(of["projectId"]);
  return projectId === undefined ? undefined : { kind: "project", projectId };
}

/** The place of resources with the arguments `teamId` and `orgId`. */
export function inTeam(of: Properties): Place | undefined {
  const teamId = known(of["teamId"]);
  return teamId === undefined ? undefined : { kind: "team", teamId, orgId: known(of["orgId"]) };
}
