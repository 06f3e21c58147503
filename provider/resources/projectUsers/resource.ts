import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link ProjectUsers}. */
export interface ProjectUsersArgs {
  /**
   * Id of the project (Atlas also calls it a group): 24 hexadecimal digits. Another value replaces the resource.
   */
  projectId: pulumi.Input<string>;
  /**
   * The roles of each user by e-mail address, at least one user with at least one role, such as
   * `{ "ada@example.com": ["GROUP_OWNER"] }`. Case of an address, order and repetition of roles make no difference.
   */
  users: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<string>[]>>>;
  /**
   * Users to leave alone, whatever their roles: e-mail addresses in which `*` is any text, such as `*@partner.example.com`.
   *
   * @default none
   */
  ignore?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The most users that one update removes, 0 or more. An update that would remove more stops in the preview.
   *
   * @default 10
   */
  maxRemovals?: pulumi.Input<number>;
}

const registration: Registration<ProjectUsers> = {
  name: "ProjectUsers",
  outputs: {
    projectId: undefined,
    users: undefined,
    ignore: undefined,
    maxRemovals: undefined,
    userIds: undefined,
    pending: undefined,
    unmanaged: undefined,
  },
  adopting: "adopts the users who are in the project already",
  hasImportFile: true,
};

/**
 * All users that were added to a project are exactly these, with exactly these roles, once an update after a refresh has
 * removed the others; users that `ignore` matches stay. Access through a team or a role in the organization does not count.
 *
 * Take it where one file owns a project. Where several programs share one, declare a {@link ProjectUser} for each user.
 *
 * - **Adopts** users who are in the project already, and brings them to the declared roles.
 * - **Undeclared users** stay, with a warning, until a refresh has put them into the state: `pulumi preview --refresh` shows
 *   who would go, and `pulumi up --refresh` removes them. Nobody is removed that the state did not name.
 * - **Refresh** shows each user who differs: added, missing, with other roles. Accepting an invitation is no difference.
 * - **Updates** add first, then change roles, then remove. If Atlas refuses one user, the
 *   others are changed all the same; owners keep their role until a new owner is in.
 * - **Replaced** when `projectId` changes: the users of the new project are added first.
 * - **Deleting** removes the declared users and nobody else; the last Project Owner stays. Users that the
 *   program declares in another way, such as by a `ProjectUser`, stay too.
 * - **Role needed**: Project Owner (`GROUP_OWNER`) to change, Project Read Only (`GROUP_READ_ONLY`) to refresh.
 * - **Errors**, all in the preview: no user, a user twice, more removals than `maxRemovals`, a declared user that `ignore`
 *   matches, a role of the organization, and a `ProjectUser` of the same project that `ignore` does not match.
 *
 * Atlas operations: `listGroupUsers`, `addGroupUsers`, `addGroupUserRole`, `removeGroupUserRole`, `removeGroupUser`.
 *
 * @example
 * ```typescript
 * new ProjectUsers("shop", {
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   users: { "ada@example.com": ["GROUP_OWNER"], "bob@example.com": ["GROUP_READ_ONLY"] },
 *   ignore: ["*@partner.example.com"],
 * });
 * ```
 */
export class ProjectUsers extends pulumi.CustomResource {
  /** Id of the project. */
  declare readonly projectId: pulumi.Output<string>;
  /**
   * The roles of each user by e-mail address, sorted. After a refresh it also has those that nobody declared; who are left
   * alone by `ignore` are not in it.
   */
  declare readonly users: pulumi.Output<Record<string, string[]>>;
  /** Users to leave alone, as declared. */
  declare readonly ignore: pulumi.Output<string[] | undefined>;
  /** The most users that one update removes, as declared. */
  declare readonly maxRemovals: pulumi.Output<number | undefined>;
  /** Atlas's ids of the users by e-mail address. Atlas may give another id when an invitation is accepted. */
  declare readonly userIds: pulumi.Output<Record<string, string>>;
  /** Users who are invited to the organization and have not accepted yet. */
  declare readonly pending: pulumi.Output<string[]>;
  /** Users that a refresh has found and nobody declared. An update removes them, unless the program declares them by then. */
  declare readonly unmanaged: pulumi.Output<string[]>;

  constructor(name: string, args: ProjectUsersArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads the users of a project that this stack does not manage.
   *
   * @param id `<projectId>`
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): ProjectUsers {
    // The arguments follow from the id.
    return new ProjectUsers(name, {} as ProjectUsersArgs, { ...options, id });
  }
}
