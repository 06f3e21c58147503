import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link ProjectUser}. */
export interface ProjectUserArgs {
  /**
   * Id of the project (Atlas also calls it a group): 24 hexadecimal digits. Another value replaces the resource.
   */
  projectId: pulumi.Input<string>;
  /**
   * The user's e-mail address, such as `ada@example.com`. Case makes no difference. Another value replaces the
   * resource.
   */
  username: pulumi.Input<string>;
  /**
   * The roles that the user has in the project, at least one, such as `GROUP_READ_ONLY` or `GROUP_OWNER`. Order and
   * repetition make no difference. They change in place, and the user keeps a role at all times.
   */
  roles: pulumi.Input<pulumi.Input<string>[]>;
}

const registration: Registration<ProjectUser> = {
  name: "ProjectUser",
  outputs: {
    projectId: undefined,
    username: undefined,
    roles: undefined,
    userId: undefined,
    orgMembershipStatus: undefined,
    invitationCreatedAt: undefined,
    invitationExpiresAt: undefined,
    inviterUsername: undefined,
  },
  adopting: "adopts a user who is in the project already",
  hasImportFile: true,
};

/**
 * A user is a member of a project with exactly these roles, or has a pending invitation that makes it one.
 *
 * Declaring a user who is not in the organization yet sends one invitation by e-mail, which is open for 30 days. When
 * the user accepts it, the stack shows no difference.
 *
 * - **Adopts** a user who is in the project already, and gives it the declared roles.
 * - **Refresh** shows other roles as a difference. A user who is no longer in the project, or whose invitation has
 *   expired or was rejected, is deleted from the state; the next `pulumi up` adds or invites the user again.
 * - **Replaced** when `projectId` or `username` changes: the other user is added first, then this one is removed.
 * - **Deleting** removes the user from the project or withdraws the invitation; the user stays in the organization. A
 *   user that the program still declares stays, so another name, parent or place in a list takes nobody's access
 *   away.
 * - **Role needed**: Project Owner (`GROUP_OWNER`) to change, Project Read Only (`GROUP_READ_ONLY`) to refresh.
 * - **Errors**: the project must exist, and a user is declared once in it. Atlas refuses to remove or demote its last
 *   Project Owner. An invitation made with Atlas's deprecated API must be withdrawn first.
 *
 * Atlas operations: `addGroupUsers`, `listGroupUsers`, `addGroupUserRole`, `removeGroupUserRole`, `removeGroupUser`.
 *
 * @example
 * ```typescript
 * new ProjectUser("ada", {
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   username: "ada@example.com",
 *   roles: ["GROUP_READ_ONLY"],
 * });
 * ```
 */
export class ProjectUser extends pulumi.CustomResource {
  /** Id of the project. */
  declare readonly projectId: pulumi.Output<string>;
  /** The user's e-mail address, as it was declared. */
  declare readonly username: pulumi.Output<string>;
  /** The user's roles in the project, sorted. */
  declare readonly roles: pulumi.Output<string[]>;
  /** Atlas's id of the user: 24 hexadecimal digits. Atlas may give another one when the invitation is accepted. */
  declare readonly userId: pulumi.Output<string>;
  /** `ACTIVE` for a member of the organization, `PENDING` for an invited user. */
  declare readonly orgMembershipStatus: pulumi.Output<string>;
  /** When the invitation was sent, in ISO 8601 UTC; only while it is pending. */
  declare readonly invitationCreatedAt: pulumi.Output<string | undefined>;
  /** When the invitation expires, in ISO 8601 UTC; only while it is pending. */
  declare readonly invitationExpiresAt: pulumi.Output<string | undefined>;
  /** Who sent the invitation: an e-mail address, or the public key of an API key; only while it is pending. */
  declare readonly inviterUsername: pulumi.Output<string | undefined>;

  constructor(name: string, args: ProjectUserArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads a membership that this stack does not manage.
   *
   * @param id `<projectId>/<username in lower case>`
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ProjectUser {
    // The engine reads the arguments from Atlas, by the id.
    return new ProjectUser(name, {} as ProjectUserArgs, { ...options, id });
  }
}
