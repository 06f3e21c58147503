import * as v from "valibot";
import type { AtlasClient, Call } from "./client";

/*
 * One function an Atlas operation: the only place that spells paths, bodies and the forms of answers.
 * Answers are read leniently: a field that Atlas adds, leaves out or sets to null must not stop a drift check,
 * unless a decision hangs on it.
 */

/** Users that a page of a listing holds at the most. */
const pageSize = "500";

const optionalText = v.fallback(v.nullish(v.string()), undefined);

const membershipStatus = v.picklist(["ACTIVE", "PENDING", "INVITATION_EXPIRED", "INVITATION_REJECTED"]);

const projectUser = v.pipe(
  v.object({
    id: v.string(),
    username: v.string(),
    orgMembershipStatus: membershipStatus,
    roles: v.array(v.string()),
    invitationCreatedAt: optionalText,
    invitationExpiresAt: optionalText,
    inviterUsername: optionalText,
  }),
  v.transform(({ id, roles, ...rest }) => ({
    ...rest,
    userId: id,
    roles: [...new Set(roles)].sort(),
  })),
);

/** A user of a project, as Atlas has it. Times are ISO 8601 in UTC; `roles` are sorted. */
export type AtlasProjectUser = v.InferOutput<typeof projectUser>;

const nothing = v.any();

/** One page of a listing, with whether more follow. */
function pageOf<T>(item: v.GenericSchema<unknown, T>) {
  return v.object({
    results: v.array(item),
    totalCount: v.fallback(v.nullish(v.number()), undefined),
    links: v.fallback(v.nullish(v.array(v.object({ rel: optionalText }))), undefined),
  });
}

/** Requests about the users of one project count against one limit of Atlas. */
const projectLimit = (projectId: string): string => `users of project ${projectId}`;

/** Options of an operation that changes something. */
export interface WriteOptions {
  /** The longest it may take while Atlas throttles it, in milliseconds. @default 15 minutes */
  throttleBudgetMs?: number | undefined;
}

/** The active and pending users of a project that have been added to it directly. */
export async function listProjectUsers(
  client: AtlasClient,
  projectId: string,
): Promise<Listing<AtlasProjectUser>> {
  return listAll(client, projectUser, {
    ...listing(`/groups/${encodeURIComponent(projectId)}/users`, projectLimit(projectId)),
    purpose: `list the users of project ${projectId}`,
    role: "Project Read Only",
  });
}

/** The same, narrowed by Atlas to one username. */
export async function findProjectUsers(
  client: AtlasClient,
  projectId: string,
  username: string,
): Promise<Listing<AtlasProjectUser>> {
  return listAll(client, projectUser, {
    ...listing(`/groups/${encodeURIComponent(projectId)}/users`, projectLimit(projectId)),
    query: { username },
    purpose: `look up ${username} in project ${projectId}`,
    role: "Project Read Only",
  });
}

/**
 * Adds a user to a project, inviting it to the organization when it is not a member yet.
 *
 * Refused with 409 when the user is in the project already, active or pending.
 */
export async function addProjectUser(
  client: AtlasClient,
  projectId: string,
  user: { username: string; roles: string[] },
  options: WriteOptions = {},
): Promise<AtlasProjectUser> {
  const answer = await client.send(
    {
      method: "POST",
      path: `/groups/${encodeURIComponent(projectId)}/users`,
      body: user,
      repeatable: false,
      purpose: `add ${user.username} to project ${projectId}`,
      role: "Project Owner (GROUP_OWNER)",
      // Invitations have a limit of their own, by address and not by project.
      limit: "invitations",
      ...options,
    },
    projectUser,
  );
  return answer.body;
}

/** Removes a user from a project, or withdraws its invitation to it. */
export async function removeProjectUser(
  client: AtlasClient,
  projectId: string,
  user: { userId: string; username: string },
): Promise<void> {
  await client.send(
    {
      method: "DELETE",
      path: `/groups/${encodeURIComponent(projectId)}/users/${encodeURIComponent(user.userId)}`,
      repeatable: true,
      purpose: `remove ${user.username} from project ${projectId}`,
      role: "Project Owner (GROUP_OWNER)",
      limit: projectLimit(projectId),
    },
    nothing,
  );
}

/** Adds one role to a user of a project. */
export async function addProjectUserRole(
  client: AtlasClient,
  projectId: string,
  user: { userId: string; username: string },
  role: string,
  options: WriteOptions = {},
): Promise<AtlasProjectUser> {
  return changeProjectUserRole(client, projectId, user, {
    verb: "addRole",
    role,
    purpose: `give ${user.username} the role ${role} in project ${projectId}`,
    ...options,
  });
}

/** Takes one role from a user of a project, who must keep another. */
export async function removeProjectUserRole(
  client: AtlasClient,
  projectId: string,
  user: { userId: string; username: string },
  role: string,
  options: WriteOptions = {},
): Promise<AtlasProjectUser> {
  return changeProjectUserRole(client, projectId, user, {
    verb: "removeRole",
    role,
    purpose: `take the role ${role} from ${user.username} in project ${projectId}`,
    ...options,
  });
}

async function changeProjectUserRole(
  client: AtlasClient,
  projectId: string,
  user: { userId: string },
  {
    verb,
    role,
    purpose,
    ...options
  }: {
    verb: "addRole" | "removeRole";
    role: string;
    purpose: string;
  } & WriteOptions,
): Promise<AtlasProjectUser> {
  const answer = await client.send(
    {
      method: "POST",
      path: `/groups/${encodeURIComponent(projectId)}/users/${encodeURIComponent(user.userId)}:${verb}`,
      body: { groupRole: role },
      repeatable: false,
      purpose,
      role: "Project Owner (GROUP_OWNER)",
      limit: projectLimit(projectId),
      ...options,
    },
    projectUser,
  );
  return answer.body;
}

/** A listing that is complete, and whether all of it came in one answer. */
export interface Listing<T> {
  items: T[];
  /** False when it took several pages, between which something can have moved from one to another. */
  atomic: boolean;
}

function listing(path: string, limit: string): Pick<Call, "method" | "path" | "repeatable" | "limit"> {
  return { method: "GET", path, repeatable: true, limit };
}

async function listAll<T>(
  client: AtlasClient,
  item: v.GenericSchema<unknown, T>,
  call: Call,
): Promise<Listing<T>> {
  const schema = pageOf(item);
  const items: T[] = [];
  for (let pageNum = 1; ; pageNum += 1) {
    const query = {
      ...call.query,
      itemsPerPage: pageSize,
      pageNum: String(pageNum),
    };
    const { body } = await client.send({ ...call, query }, schema);
    items.push(...body.results);
    // `totalCount` is an estimate by Atlas's own word, so it can ask for another page but never end the listing.
    const more =
      body.results.length > 0 &&
      (body.links?.some((link) => link.rel === "next") ?? body.results.length >= Number(pageSize));
    if (!more && !(body.results.length > 0 && (body.totalCount ?? 0) > items.length)) {
      return { items, atomic: pageNum === 1 };
    }
  }
}
