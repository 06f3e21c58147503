import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../atlas/errors/error";
import { atlasId, username } from "./arguments";
import { type AtlasFunction, call, callOutput } from "./call";
import type { Connection } from "./connect";

/** Arguments of {@link getOrganizationInvitations}. */
export interface GetOrganizationInvitationsArgs {
  /** Id of the organization: 24 hexadecimal digits. */
  orgId: string;
  /**
   * Only invitations to this e-mail address.
   *
   * @default all
   */
  username?: string;
}

/** Arguments of {@link getOrganizationInvitationsOutput}. */
export interface GetOrganizationInvitationsOutputArgs {
  /** Id of the organization: 24 hexadecimal digits. */
  orgId: pulumi.Input<string>;
  /**
   * Only invitations to this e-mail address.
   *
   * @default all
   */
  username?: pulumi.Input<string | undefined>;
}

/** One pending invitation to an organization. */
export interface OrganizationInvitation {
  /**
   * Atlas's id: 24 hexadecimal digits. It is the id of the invitation, or, once Atlas has removed the operation
   * behind this function, the id of the pending user.
   */
  id: string;
  /** E-mail address of the invited user. */
  username: string;
  /** Roles in the organization that accepting gives, such as `ORG_MEMBER`. */
  roles: string[];
  /** Roles in projects that accepting gives. */
  projectRoleAssignments: { projectId: string; role: string }[];
  /** Ids of the teams that the user joins by accepting. */
  teamIds: string[];
  /** Who sent it: an e-mail address, or the public key of an API key. */
  inviterUsername: string | undefined;
  /** When it was sent, in ISO 8601 UTC. */
  createdAt: string | undefined;
  /** When it expires, in ISO 8601 UTC: 30 days after it was sent. */
  expiresAt: string | undefined;
}

/** The pending invitations to an organization. */
export interface GetOrganizationInvitationsResult {
  /** Id of the organization. */
  orgId: string;
  /** The invitations, in Atlas's order. */
  invitations: OrganizationInvitation[];
}

/**
 * Lists the pending invitations to an organization. Works in previews as well.
 *
 * Atlas has deprecated the operation behind it. Once Atlas has removed it, the function lists the pending users of
 * the organization instead. Users who were invited with the deprecated API are then missing, because Atlas does not
 * show them there.
 *
 * - **Role needed**: Organization Owner (`ORG_OWNER`).
 * - **Errors**: an `AtlasError` when the organization does not exist, or the credentials may not see its users.
 * - **In a unit test**, mocks are asked for `pulumi-nodejs:dynamic/mongodbatlas:getOrganizationInvitations`.
 *
 * Atlas operations: `listOrgInvites`, then `listOrgUsers`.
 *
 * @example
 * ```typescript
 * const { invitations } = getOrganizationInvitationsOutput({ orgId: "5f1b3c2a9d8e7f6a5b4c3d2e" });
 * export const invited = invitations.apply((rows) => rows.map(({ username }) => username));
 * ```
 */
export async function getOrganizationInvitations(
  args: GetOrganizationInvitationsArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetOrganizationInvitationsResult> {
  return call(organizationInvitations, args, options);
}

/**
 * The same as {@link getOrganizationInvitations} for inputs. In a preview, it asks for nothing while an input is
 * unknown.
 *
 * It waits for the resources that its arguments come from, and for those in the option `dependsOn`. The option
 * `parent` counts only for the provider that it hands on.
 */
export function getOrganizationInvitationsOutput(
  args: GetOrganizationInvitationsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetOrganizationInvitationsResult> {
  return callOutput(organizationInvitations, args, options);
}

const organizationInvitations: AtlasFunction<
  GetOrganizationInvitationsArgs,
  GetOrganizationInvitationsResult
> = {
  name: "getOrganizationInvitations",
  parameters: { orgId: atlasId, username: { ...username, optional: true } },

  async ask(connection, args) {
    const { orgId } = args;
    try {
      const { listOrgInvites } = connection.operations;
      const invitations = await listOrgInvites(connection.client, {
        orgId,
        username: args.username,
      });
      return {
        orgId,
        invitations: invitations.map((row) => ({
          id: row.id,
          username: row.username,
          roles: row.roles ?? [],
          projectRoleAssignments: (row.groupRoleAssignments ?? []).map(({ groupId, groupRole }) => ({
            projectId: groupId,
            role: groupRole,
          })),
          teamIds: row.teamIds ?? [],
          inviterUsername: row.inviterUsername ?? undefined,
          createdAt: row.createdAt ?? undefined,
          expiresAt: row.expiresAt ?? undefined,
        })),
      };
    } catch (error) {
      // A missing organization is a 404 as well. The second operation then reports it.
      if (!(error instanceof AtlasError) || (error.status !== 404 && error.status !== 410)) {
        throw error;
      }
      return { orgId, invitations: await fromPendingUsers(connection, orgId, args.username) };
    }
  },
};

async function fromPendingUsers(
  { client, operations }: Connection,
  orgId: string,
  username: string | undefined,
): Promise<OrganizationInvitation[]> {
  const { items } = await operations.listOrgUsers(client, { orgId, username, status: "PENDING" });
  return items.map((user) => ({
    id: user.userId,
    username: user.username,
    roles: user.roles?.orgRoles ?? [],
    projectRoleAssignments: (user.roles?.groupRoleAssignments ?? []).flatMap(({ groupId, groupRoles }) =>
      (groupRoles ?? []).map((role) => ({ projectId: groupId, role })),
    ),
    teamIds: user.teamIds ?? [],
    inviterUsername: user.inviterUsername ?? undefined,
    createdAt: user.invitationCreatedAt ?? undefined,
    expiresAt: user.invitationExpiresAt ?? undefined,
  }));
}
