import type { Answer } from "./answers";
import { Refusal } from "./answers";
import type { Query } from "./contract";
import { badQueryCode, noSuchResourceCode, unknownOrganizationCode } from "./inferred";
import type { MembershipStatus, Organization, Project } from "./people";
import { visibleByDefault } from "./people";
import type { InvitationThrottle, RateLimiter } from "./rateLimit";
import type { World } from "./world";

/** One request that is authenticated and fits the contract, on its way to a handler. */
export interface Call {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: unknown;
  /** The public key or client id, which signs invitations. */
  readonly callerName: string;
  readonly invitations: InvitationThrottle;
  readonly limiter: RateLimiter;
  readonly now: number;
  /** The address of the resource without the query, for the links in pages. */
  readonly href: string;
}

export type Handler = (call: Call) => Answer;

export type Handlers = Readonly<Record<string, Handler>>;

export function projectOf({ world, params }: Pick<Call, "world" | "params">): Project {
  const id = params.groupId ?? "";
  const project = world.directory.projects.get(id);
  if (!project) {
    throw noSuchProject(id);
  }
  return project;
}

/** Refuses a request below a project or an organization that is not there for the caller. */
export function checkParent(call: Pick<Call, "world" | "params">, path: string): void {
  if (call.params.groupId === undefined) {
    // The limits belong to nothing in the path.
    if (call.params.orgId !== undefined) {
      organizationOf(call);
    }
    return;
  }
  const { id, hiddenAs } = projectOf(call);
  switch (hiddenAs) {
    case undefined:
      return;
    case "GROUP_NOT_FOUND":
      throw noSuchProject(id);
    case "USER_CANNOT_ACCESS_GROUP":
      throw new Refusal(401, hiddenAs, "User cannot access this group.");
    case "RESOURCE_NOT_FOUND":
      throw noSuchResource(path);
  }
}

export function noSuchResource(path: string): Refusal {
  return new Refusal(404, noSuchResourceCode, `Cannot find resource ${path}.`, { parameters: [path] });
}

function noSuchProject(id: string): Refusal {
  return new Refusal(404, "GROUP_NOT_FOUND", `No group with ID ${id} exists.`, { parameters: [id] });
}

export function organizationOf({ world, params }: Pick<Call, "world" | "params">): Organization {
  const id = params.orgId ?? "";
  const organization = world.directory.organizations.get(id);
  if (!organization) {
    const detail = `No organization with ID ${id} exists.`;
    throw new Refusal(404, unknownOrganizationCode, detail, { parameters: [id] });
  }
  return organization;
}

export function flag({ query }: Call, name: string, otherwise: boolean): boolean {
  const value = query[name];
  return value === undefined ? otherwise : value === "true";
}

export function text({ query }: Call, name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" ? value : undefined;
}

/** The statuses that a list shows: `orgMembershipStatuses`, or its deprecated single form, but not both. */
export function statusesOf(call: Call): ReadonlySet<MembershipStatus> {
  const { orgMembershipStatuses: several, orgMembershipStatus: one } = call.query;
  if (several !== undefined && one !== undefined) {
    const detail = "orgMembershipStatus and orgMembershipStatuses cannot be used together.";
    throw new Refusal(400, badQueryCode, detail, { parameters: ["orgMembershipStatus"] });
  }
  const asked = several ?? one;
  if (asked === undefined) {
    return visibleByDefault;
  }
  return new Set((typeof asked === "string" ? [asked] : asked) as MembershipStatus[]);
}
