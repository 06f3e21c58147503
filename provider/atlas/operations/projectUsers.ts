import * as v from "valibot";
import type { AtlasClient } from "../client";
import { membershipStatus, nothing, optionalText, type WriteOptions } from "./fields";
import { type Listing, listAll, looking } from "./listing";

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

/** Requests about the users of one project count against one limit of Atlas. */
const projectLimit = (projectId: string): string => `users of project ${projectId}`;

/** The active and pending users of a project that have been added to it directly. */
export async function listProjectUsers(
  client: AtlasClient,
  projectId: string,
): Promise<Listing<AtlasProjectUser>> {
  return listAll(client, projectUser, {
    ...looking,
    path: `/groups/${encodeURIComponent(projectId)}/users`,
    limit: projectLimit(projectId),
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
    ...looking,
    path: `/groups/${encodeURIComponent(projectId)}/users`,
    limit: projectLimit(projectId),
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
