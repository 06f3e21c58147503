import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link TeamUser}: one of `username` and `userId`. */
export interface TeamUserArgs {
  /** Id of the organization: 24 hexadecimal digits. Another value replaces the resource. */
  orgId: pulumi.Input<string>;
  /** Id of the team, which belongs to the organization: 24 hexadecimal digits. Another value replaces the resource. */
  teamId: pulumi.Input<string>;
  /**
   * The e-mail address of an active or pending user of the organization, such as `ada@example.com`. Case makes no
   * difference. Either this or `userId` is required. Another value replaces the resource.
   *
   * @default none: `userId` says who
   */
  username?: pulumi.Input<string>;
  /**
   * Atlas's id of the user: 24 hexadecimal digits. Either this or `username` is required. Another value replaces the
   * resource.
   *
   * @default none: `username` says who
   */
  userId?: pulumi.Input<string>;
}

const registration: Registration<TeamUser> = {
  name: "TeamUser",
  outputs: {
    orgId: undefined,
    teamId: undefined,
    username: undefined,
    userId: undefined,
    orgMembershipStatus: undefined,
  },
  adopting: "adopts a user who is in the team already",
  hasImportFile: true,
};

/**
 * A user of the organization is in the team. The team's other users are never touched.
 *
 * - **Adopts** a user who is in the team already.
 * - **Refresh** deletes a user who is no longer in the team from the state, and the next `pulumi up` adds it again.
 *   Accepting an invitation to the organization is no difference.
 * - **Replaced** when an argument leads to another user or team: that user is added first, then this one is removed.
 * - **Deleting** removes this user from the team; the user stays in the organization. A user that the program still
 *   declares stays, so another name, parent or place in a list takes nobody out of a team.
 * - **Role needed**: Organization Owner (`ORG_OWNER`) to change, Organization Member (`ORG_MEMBER`) to refresh.
 * - **Errors**: the user must be active or pending in the organization, which is found out before anything is written;
 *   an invitation made with Atlas's deprecated API does not count, and the error says when there is one. The team must
 *   belong to the organization, holds 250 users, and a user is declared once in it.
 *
 * Atlas operations: `addOrgTeamUser`, `removeOrgTeamUser`, `listOrgTeamUsers`, `listOrgUsers`.
 *
 * @example
 * ```typescript
 * new TeamUser("ada", {
 *   orgId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   teamId: "5f1b3c2a9d8e7f6a5b4c3d2f",
 *   username: "ada@example.com",
 * });
 * ```
 */
export class TeamUser extends pulumi.CustomResource {
  /** Id of the organization. */
  declare readonly orgId: pulumi.Output<string>;
  /** Id of the team. */
  declare readonly teamId: pulumi.Output<string>;
  /** The user's e-mail address, as it was declared or else as Atlas has it. */
  declare readonly username: pulumi.Output<string>;
  /** Atlas's id of the user: 24 hexadecimal digits. Atlas may give another one when an invitation is accepted. */
  declare readonly userId: pulumi.Output<string>;
  /** `ACTIVE` for a member of the organization, `PENDING` for an invited user. */
  declare readonly orgMembershipStatus: pulumi.Output<string>;

  constructor(name: string, args: TeamUserArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads a membership that this stack does not manage.
   *
   * @param id `<orgId>/<teamId>/<username in lower case, or userId>`
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): TeamUser {
    // The engine reads the arguments from Atlas, by the id.
    return new TeamUser(name, {} as TeamUserArgs, { ...options, id });
  }
}
