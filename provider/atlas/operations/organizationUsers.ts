import * as v from "valibot";
import { membershipStatus, optionalText } from "./fields";
import { defineListing, defineOperation } from "./operation";

const textList = v.fallback(v.nullish(v.array(v.string())), undefined);

const organizationUser = v.pipe(
  v.object({
    id: v.string(),
    username: v.string(),
    orgMembershipStatus: membershipStatus,
    roles: v.fallback(
      v.nullish(
        v.object({
          orgRoles: textList,
          groupRoleAssignments: v.fallback(
            v.nullish(v.array(v.object({ groupId: v.string(), groupRoles: textList }))),
            undefined,
          ),
        }),
      ),
      undefined,
    ),
    teamIds: textList,
    invitationCreatedAt: optionalText,
    invitationExpiresAt: optionalText,
    inviterUsername: optionalText,
    createdAt: optionalText,
    lastAuth: optionalText,
  }),
  v.transform(({ id, ...rest }) => ({ ...rest, userId: id })),
);

/** A user of an organization or a team, as Atlas has it. */
export type AtlasOrganizationUser = v.InferOutput<typeof organizationUser>;

export { organizationUser };

/** Which users of an organization to list. */
interface OrganizationUsersFilter {
  orgId: string;
  /** Atlas finds at most one user under a name. @default all names */
  username?: string | undefined;
  /** Only those whose invitation to the organization is pending, however they were invited. @default pending and active */
  status?: "PENDING";
}

/** The users of an organization. */
export const listOrgUsers = defineListing({
  operationId: "listOrgUsers",
  method: "GET",
  path: "/orgs/{orgId}/users",
  query: ({ username, status }: OrganizationUsersFilter) => ({ orgMembershipStatuses: status, username }),
  idempotent: true,
  summary: ({ orgId, username, status }) =>
    status !== undefined
      ? `list the pending users of organization ${orgId}`
      : username === undefined
        ? `list the users of organization ${orgId}`
        : `look up ${username} in organization ${orgId}`,
  requiredRole: "Organization Member",
  // Invitations count against another limit of Atlas.
  rateLimitSet: ({ orgId }) => `users of organization ${orgId}`,
  answer: organizationUser,
});

const invitation = v.object({
  id: v.string(),
  username: v.string(),
  roles: textList,
  groupRoleAssignments: v.fallback(
    v.nullish(v.array(v.object({ groupId: v.string(), groupRole: v.string() }))),
    undefined,
  ),
  teamIds: textList,
  inviterUsername: optionalText,
  createdAt: optionalText,
  expiresAt: optionalText,
});

/** A pending invitation to an organization, as the deprecated operation has it. */
export type AtlasInvitation = v.InferOutput<typeof invitation>;

/**
 * The pending invitations to an organization.
 *
 * Deprecated by Atlas; once removed it is refused with 404 or 410.
 */
export const listOrgInvites = defineOperation({
  operationId: "listOrgInvites",
  method: "GET",
  path: "/orgs/{orgId}/invites",
  announcedEnd: "2027-07-01",
  query: ({ username }: { orgId: string; username?: string | undefined }) => ({ username }),
  idempotent: true,
  summary: ({ orgId }) => `list the pending invitations of organization ${orgId}`,
  requiredRole: "Organization Owner",
  rateLimitSet: ({ orgId }) => `organization ${orgId}`,
  answer: v.array(invitation),
});
