import type * as pulumi from "@pulumi/pulumi";
import { atlasId } from "./arguments";
import { type AtlasFunction, call, callOutput } from "./call";

/** Arguments of {@link getProjectUsers}. */
export interface GetProjectUsersArgs {
  /** Id of the project (Atlas also calls it a group): 24 hexadecimal digits. */
  projectId: string;
}

/** Arguments of {@link getProjectUsersOutput}. */
export type GetProjectUsersOutputArgs = {
  [Name in keyof GetProjectUsersArgs]: pulumi.Input<GetProjectUsersArgs[Name]>;
};

/** One member of a project, active or invited. */
export interface ProjectMember {
  /** E-mail address, as Atlas writes it. */
  username: string;
  /** Roles in the project, sorted, such as `GROUP_READ_ONLY`. */
  roles: string[];
  /** Atlas's id of the user: 24 hexadecimal digits. Atlas may give another one when an invitation is accepted. */
  userId: string;
  /** `ACTIVE` for a member of the organization, `PENDING` for an invited user. */
  orgMembershipStatus: string;
  /** When the invitation was sent, in ISO 8601 UTC; only while it is pending. */
  invitationCreatedAt: string | undefined;
  /** When the invitation expires, in ISO 8601 UTC; only while it is pending. */
  invitationExpiresAt: string | undefined;
  /** Who sent the invitation: an e-mail address, or the public key of an API key; only while it is pending. */
  inviterUsername: string | undefined;
}

/** The members of a project. */
export interface GetProjectUsersResult {
  /** Id of the project. */
  projectId: string;
  /** The members, sorted by username. */
  users: ProjectMember[];
}

/**
 * Lists the members of a project, those with a pending invitation included. Works in previews as well.
 *
 * Members are the users who have been added to the project itself. Users with access through a team or through a role
 * in the organization are not included. It takes one request for each 500 members.
 *
 * - **Role needed**: Project Read Only (`GROUP_READ_ONLY`).
 * - **Errors**: an `AtlasError` when the project does not exist, or the credentials may not see it.
 * - **In a unit test**, mocks are asked for `pulumi-nodejs:dynamic/mongodbatlas:getProjectUsers`.
 *
 * Atlas operation: `listGroupUsers`.
 *
 * @example
 * ```typescript
 * const { users } = getProjectUsersOutput({ projectId: "5f1b3c2a9d8e7f6a5b4c3d2e" });
 * export const owners = users.apply((members) =>
 *   members.filter(({ roles }) => roles.includes("GROUP_OWNER")).map(({ username }) => username),
 * );
 * ```
 */
export async function getProjectUsers(
  args: GetProjectUsersArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetProjectUsersResult> {
  return call(projectUsers, args, options);
}

/**
 * The same as {@link getProjectUsers} for inputs. In a preview, it asks for nothing while an input is unknown.
 *
 * It waits for the resources that its arguments come from, and for those in the option `dependsOn`. The option
 * `parent` counts only for the provider that it hands on.
 */
export function getProjectUsersOutput(
  args: GetProjectUsersOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetProjectUsersResult> {
  return callOutput(projectUsers, args, options);
}

const projectUsers: AtlasFunction<GetProjectUsersArgs, GetProjectUsersResult> = {
  name: "getProjectUsers",
  parameters: { projectId: atlasId },

  async ask({ client, operations }, { projectId }) {
    const { items } = await operations.listGroupUsers(client, { projectId });
    return {
      projectId,
      users: items
        .map((user) => ({
          username: user.username,
          roles: user.roles ?? [],
          userId: user.userId,
          orgMembershipStatus: user.orgMembershipStatus ?? "UNKNOWN",
          invitationCreatedAt: user.invitationCreatedAt ?? undefined,
          invitationExpiresAt: user.invitationExpiresAt ?? undefined,
          inviterUsername: user.inviterUsername ?? undefined,
        }))
        .sort((one, other) => (one.username < other.username ? -1 : 1)),
    };
  },
};
