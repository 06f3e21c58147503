import * as v from "valibot";
import { membershipStatus, nothing, optionalText, roleList } from "./fields";
import { defineListing, defineOperation } from "./operation";

const projectUser = v.pipe(
  v.object({
    id: v.string(),
    username: v.string(),
    orgMembershipStatus: membershipStatus,
    roles: roleList,
    invitationCreatedAt: optionalText,
    invitationExpiresAt: optionalText,
    inviterUsername: optionalText,
    createdAt: optionalText,
    lastAuth: optionalText,
  }),
  v.transform(({ id, ...rest }) => ({ ...rest, userId: id })),
);

/** A user of a project, as Atlas has it. Times are ISO 8601 in UTC; `roles` are sorted, and absent when unreadable. */
export type AtlasProjectUser = v.InferOutput<typeof projectUser>;

/** A user of a project. Its name is only for messages. */
interface ProjectUserKey {
  projectId: string;
  userId: string;
  username: string;
}

/** Requests about the users of one project count against one limit of Atlas. */
const rateLimitSet = ({ projectId }: { projectId: string }): string => `users of project ${projectId}`;

const requiredRole = "Project Owner (GROUP_OWNER)";

/** Which users of a project to list. */
interface ProjectUsersFilter {
  projectId: string;
  /** Atlas finds at most one user under a name. @default all names */
  username?: string | undefined;
  /** Also those who have access by a team or by a role in the organization. @default those who were added to it */
  indirect?: boolean;
  /** Such as {@link endedInvitation}. @default pending and active */
  statuses?: readonly string[];
}

/**
 * The users of a project that have been added to it directly; with a `username` only the one that
 * Atlas finds under it.
 */
export const listGroupUsers = defineListing({
  operationId: "listGroupUsers",
  method: "GET",
  path: "/groups/{groupId}/users",
  query: ({ username, indirect, statuses }: ProjectUsersFilter) => ({
    username,
    orgMembershipStatuses: statuses,
    ...(indirect ? { flattenTeams: "true", includeOrgUsers: "true" } : {}),
  }),
  idempotent: true,
  summary: ({ projectId, username }) =>
    username === undefined
      ? `list the users of project ${projectId}`
      : `look up ${username} in project ${projectId}`,
  requiredRole: "Project Read Only",
  rateLimitSet,
  answer: projectUser,
});

/**
 * Adds a user to a project, inviting it to the organization when it is not a member yet.
 *
 * Refused with 409 when the user is in the project already, active or pending.
 */
export const addGroupUsers = defineOperation({
  operationId: "addGroupUsers",
  method: "POST",
  path: "/groups/{groupId}/users",
  body: ({ username, roles }: { projectId: string; username: string; roles: string[] }) => ({
    username,
    roles,
  }),
  idempotent: false,
  mayInvite: true,
  summary: ({ projectId, username }) => `add ${username} to project ${projectId}`,
  requiredRole,
  rateLimitSet,
  answer: projectUser,
});

/** Removes a user from a project, or withdraws its invitation to it. */
export const removeGroupUser = defineOperation({
  operationId: "removeGroupUser",
  method: "DELETE",
  path: "/groups/{groupId}/users/{userId}",
  idempotent: true,
  summary: ({ projectId, username }: ProjectUserKey) => `remove ${username} from project ${projectId}`,
  requiredRole,
  rateLimitSet,
  answer: nothing,
});

/** Adds one role to a user of a project. */
export const addGroupUserRole = defineOperation({
  operationId: "addGroupUserRole",
  method: "POST",
  path: "/groups/{groupId}/users/{userId}:addRole",
  body: ({ role }: ProjectUserKey & { role: string }) => ({ groupRole: role }),
  idempotent: false,
  summary: ({ projectId, username, role }) => `give ${username} the role ${role} in project ${projectId}`,
  requiredRole,
  rateLimitSet,
  answer: projectUser,
});

/** Takes one role from a user of a project, who must keep another. */
export const removeGroupUserRole = defineOperation({
  operationId: "removeGroupUserRole",
  method: "POST",
  path: "/groups/{groupId}/users/{userId}:removeRole",
  body: ({ role }: ProjectUserKey & { role: string }) => ({ groupRole: role }),
  idempotent: false,
  summary: ({ projectId, username, role }) =>
    `take the role ${role} from ${username} in project ${projectId}`,
  requiredRole,
  rateLimitSet,
  answer: projectUser,
});
