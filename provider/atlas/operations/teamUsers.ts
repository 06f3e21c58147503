import { nothing } from "./fields";
import { defineListing, defineOperation } from "./operation";
import { organizationUser } from "./organizationUsers";

/** A team within its organization. */
export interface TeamKey {
  orgId: string;
  teamId: string;
}

/** A user of a team. Its name is only for messages. */
interface TeamUserKey extends TeamKey {
  userId: string;
  name: string;
}

/** Requests about the teams of one organization count against one limit of Atlas. */
const rateLimitSet = ({ orgId }: TeamKey): string => `teams of organization ${orgId}`;

const requiredRole = "Organization Owner (ORG_OWNER)";

/** Which users of a team to list; with a `username` or a `userId` only the one that Atlas finds under it. */
interface TeamUsersFilter extends TeamKey {
  username?: string;
  userId?: string;
  /** Such as {@link endedInvitation}. @default pending and active */
  statuses?: readonly string[];
}

/** The users of a team. */
export const listOrgTeamUsers = defineListing({
  operationId: "listOrgTeamUsers",
  method: "GET",
  path: "/orgs/{orgId}/teams/{teamId}/users",
  query: ({ username, userId, statuses }: TeamUsersFilter) => ({
    username,
    userId,
    orgMembershipStatuses: statuses,
  }),
  idempotent: true,
  summary: ({ teamId, username, userId }) => {
    const name = username ?? userId;
    return name === undefined ? `list the users of team ${teamId}` : `look up ${name} in team ${teamId}`;
  },
  requiredRole: "Organization Member",
  rateLimitSet,
  answer: organizationUser,
});

/** Adds a user of the organization to a team. Refused with 409 when the user is in it already. */
export const addOrgTeamUser = defineOperation({
  operationId: "addOrgTeamUser",
  method: "POST",
  path: "/orgs/{orgId}/teams/{teamId}:addUser",
  body: ({ userId }: TeamUserKey) => ({ id: userId }),
  idempotent: false,
  summary: ({ teamId, name }) => `add ${name} to team ${teamId}`,
  requiredRole,
  rateLimitSet,
  answer: organizationUser,
});

/** Removes a user from a team. */
export const removeOrgTeamUser = defineOperation({
  operationId: "removeOrgTeamUser",
  method: "POST",
  path: "/orgs/{orgId}/teams/{teamId}:removeUser",
  body: ({ userId }: TeamUserKey) => ({ id: userId }),
  // Removing a user twice is refused with 404, which is as good as a success.
  idempotent: true,
  summary: ({ teamId, name }) => `remove ${name} from team ${teamId}`,
  requiredRole,
  rateLimitSet,
  answer: nothing,
});
