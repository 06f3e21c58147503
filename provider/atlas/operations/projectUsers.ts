import * as v from "valibot";
import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { membershipStatus, nothing, optionalText, roleList } from "./fields";
import { type Listing, listAll, looking } from "./listing";

const projectUser = v.pipe(
  v.object({
    id: v.string(),
    username: v.string(),
    orgMembershipStatus: membershipStatus,
    roles: roleList,
    invitationCreatedAt: optionalText,
    invitationExpiresAt: optionalText,
    inviterUsername: optionalText,
  }),
  v.transform(({ id, ...rest }) => ({ ...rest, userId: id })),
);

/** A user of a project, as Atlas has it. Times are ISO 8601 in UTC; `roles` are sorted, and absent when unreadable. */
export type AtlasProjectUser = v.InferOutput<typeof projectUser>;

/** Requests about the users of one project count against one limit of Atlas. */
const projectLimit = (projectId: string): string => `users of project ${projectId}`;

/** The active and pending users of a project that have been added to it directly. */
export async function listProjectUsers(
  client: AtlasClient,
  projectId: string,
  options: RequestOptions = {},
): Promise<Listing<AtlasProjectUser>> {
  return listAll(client, projectUser, {
    ...looking,
    ...options,
    operation: "listGroupUsers",
    path: `/groups/${encodeURIComponent(projectId)}/users`,
    rateLimitSet: projectLimit(projectId),
    summary: `list the users of project ${projectId}`,
    requiredRole: "Project Read Only",
  });
}

/** The same, narrowed by Atlas to one username. */
export async function findProjectUsers(
  client: AtlasClient,
  projectId: string,
  username: string,
  options: RequestOptions = {},
): Promise<Listing<AtlasProjectUser>> {
  return listAll(client, projectUser, {
    ...looking,
    ...options,
    operation: "listGroupUsers",
    path: `/groups/${encodeURIComponent(projectId)}/users`,
    rateLimitSet: projectLimit(projectId),
    query: { username },
    summary: `look up ${username} in project ${projectId}`,
    requiredRole: "Project Read Only",
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
  options: RequestOptions = {},
): Promise<AtlasProjectUser> {
  const answer = await client.send(
    {
      operation: "addGroupUsers",
      method: "POST",
      path: `/groups/${encodeURIComponent(projectId)}/users`,
      body: user,
      idempotent: false,
      summary: `add ${user.username} to project ${projectId}`,
      requiredRole: "Project Owner (GROUP_OWNER)",
      rateLimitSet: projectLimit(projectId),
      mayInvite: true,
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
  options: RequestOptions = {},
): Promise<void> {
  await client.send(
    {
      operation: "removeGroupUser",
      method: "DELETE",
      path: `/groups/${encodeURIComponent(projectId)}/users/${encodeURIComponent(user.userId)}`,
      idempotent: true,
      summary: `remove ${user.username} from project ${projectId}`,
      requiredRole: "Project Owner (GROUP_OWNER)",
      rateLimitSet: projectLimit(projectId),
      ...options,
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
  options: RequestOptions = {},
): Promise<AtlasProjectUser> {
  return changeProjectUserRole(client, projectId, user, {
    verb: "addRole",
    role,
    summary: `give ${user.username} the role ${role} in project ${projectId}`,
    ...options,
  });
}

/** Takes one role from a user of a project, who must keep another. */
export async function removeProjectUserRole(
  client: AtlasClient,
  projectId: string,
  user: { userId: string; username: string },
  role: string,
  options: RequestOptions = {},
): Promise<AtlasProjectUser> {
  return changeProjectUserRole(client, projectId, user, {
    verb: "removeRole",
    role,
    summary: `take the role ${role} from ${user.username} in project ${projectId}`,
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
    summary,
    ...options
  }: {
    verb: "addRole" | "removeRole";
    role: string;
    summary: string;
  } & RequestOptions,
): Promise<AtlasProjectUser> {
  const answer = await client.send(
    {
      operation: verb === "addRole" ? "addGroupUserRole" : "removeGroupUserRole",
      method: "POST",
      path: `/groups/${encodeURIComponent(projectId)}/users/${encodeURIComponent(user.userId)}:${verb}`,
      body: { groupRole: role },
      idempotent: false,
      summary,
      requiredRole: "Project Owner (GROUP_OWNER)",
      rateLimitSet: projectLimit(projectId),
      ...options,
    },
    projectUser,
  );
  return answer.body;
}
