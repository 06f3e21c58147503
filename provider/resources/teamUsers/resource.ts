import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link TeamUsers}. */
export interface TeamUsersArgs {
  /** Id of the organization: 24 hexadecimal digits. Another value replaces the resource. */
  orgId: pulumi.Input<string>;
  /** Id of the team, which belongs to the organization: 24 hexadecimal digits. Another value replaces the resource. */
  teamId: pulumi.Input<string>;
  /**
   * The e-mail addresses of active or pending users of the organization, at least one, such as `ada@example.com`. Case and
   * order make no difference.
   */
  usernames: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Users to leave alone: e-mail addresses in which `*` is any text, such as `*@partner.example.com`.
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

const registration: Registration<TeamUsers> = {
  name: "TeamUsers",
  outputs: {
    orgId: undefined,
    teamId: undefined,
    usernames: undefined,
    ignore: undefined,
    maxRemovals: undefined,
    userIds: undefined,
    pending: undefined,
    unmanaged: undefined,
  },
  adopting: "adopts the users who are in the team already",
  hasImportFile: true,
};

/**
 * All users of a team are exactly these, once an update after a refresh has removed the others; users that `ignore` matches
 * stay.
 *
 * Take it where one file owns a team. Where several programs share one, declare a {@link TeamUser} for each user.
 *
 * - **Adopts** users who are in the team already.
 * - **Undeclared users** stay, with a warning, until a refresh has put them into the state: `pulumi preview --refresh` shows
 *   who would go, and `pulumi up --refresh` removes them. Nobody is removed that the state did not name.
 * - **Refresh** shows each user who is added or missing. Accepting an invitation to the organization is no difference.
 * - **Updates** add first, then remove. If Atlas refuses one user, the others are changed all the same.
 * - **Replaced** when `orgId` or `teamId` changes: the users of the new team are added first.
 * - **Deleting** removes the declared users and nobody else; they stay in the organization. Users that the
 *   program declares in another way, such as by a `TeamUser`, stay too.
 * - **Role needed**: Organization Owner (`ORG_OWNER`) to change, Organization Member (`ORG_MEMBER`) to refresh.
 * - **Errors**: in the preview: no user, a user twice, more removals than `maxRemovals`, a declared user that `ignore` matches,
 *   and a `TeamUser` of the same team that `ignore` does not match. Each user must be active or pending in the organization;
 *   the team must belong to it, and holds 250 users.
 *
 * Atlas operations: `listOrgTeamUsers`, `addOrgTeamUser`, `removeOrgTeamUser`, `listOrgUsers`.
 *
 * @example
 * ```typescript
 * new TeamUsers("support", {
 *   orgId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   teamId: "5f1b3c2a9d8e7f6a5b4c3d2f",
 *   usernames: ["ada@example.com", "bob@example.com"],
 * });
 * ```
 */
export class TeamUsers extends pulumi.CustomResource {
  /** Id of the organization. */
  declare readonly orgId: pulumi.Output<string>;
  /** Id of the team. */
  declare readonly teamId: pulumi.Output<string>;
  /**
   * The users' e-mail addresses, sorted. After a refresh also those that nobody declared; who are left alone by `ignore` are
   * not in it.
   */
  declare readonly usernames: pulumi.Output<string[]>;
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

  constructor(name: string, args: TeamUsersArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads the users of a team that this stack does not manage.
   *
   * @param id `<orgId>/<teamId>`
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): TeamUsers {
    // The arguments follow from the id.
    return new TeamUsers(name, {} as TeamUsersArgs, { ...options, id });
  }
}
