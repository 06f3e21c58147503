import * as v from "valibot";
import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { membershipStatus, optionalText } from "./fields";
import { type Listing, listAll, looking } from "./listing";

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
  }),
  v.transform(({ id, ...rest }) => ({ ...rest, userId: id })),
);

/** A user of an organization or a team, as Atlas has it. */
export type AtlasOrganizationUser = v.InferOutput<typeof organizationUser>;

export { organizationUser };

/** Requests about the users of an organization count against one limit of Atlas, those about its invitations against another. */
const usersLimit = (orgId: string): string => `users of organization ${orgId}`;
const organizationLimit = (orgId: string): string => `organization ${orgId}`;

/** The active and pending users of an organization whom Atlas finds under this name: at most one, or none. */
export async function findOrganizationUsers(
  client: AtlasClient,
  orgId: string,
  username: string,
  options: RequestOptions = {},
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    ...options,
    operation: "listOrgUsers",
    path: `/orgs/${encodeURIComponent(orgId)}/users`,
    query: { username },
    summary: `look up ${username} in organization ${orgId}`,
    requiredRole: "Organization Member",
    rateLimitSet: usersLimit(orgId),
  });
}

/** The users whose invitation to the organization is pending, however they were invited to it. */
export async function listPendingOrganizationUsers(
  client: AtlasClient,
  orgId: string,
  username?: string,
  options: RequestOptions = {},
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    ...options,
    operation: "listOrgUsers",
    path: `/orgs/${encodeURIComponent(orgId)}/users`,
    query: { orgMembershipStatuses: "PENDING", ...(username === undefined ? {} : { username }) },
    summary: `list the pending users of organization ${orgId}`,
    requiredRole: "Organization Member",
    rateLimitSet: usersLimit(orgId),
  });
}

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
 *
 * @returns the invitations, and what the answer's headers say of its end
 */
export async function listInvitations(
  client: AtlasClient,
  orgId: string,
  username?: string,
  options: RequestOptions = {},
): Promise<{ invitations: AtlasInvitation[]; sunset: string | undefined }> {
  const { body, headers } = await client.send(
    {
      ...looking,
      ...options,
      operation: "listOrgInvites",
      path: `/orgs/${encodeURIComponent(orgId)}/invites`,
      ...(username === undefined ? {} : { query: { username } }),
      summary: `list the pending invitations of organization ${orgId}`,
      requiredRole: "Organization Owner",
      rateLimitSet: organizationLimit(orgId),
    },
    v.array(invitation),
  );
  return { invitations: body, sunset: headers.sunset };
}
