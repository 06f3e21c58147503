import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import { type Registration, typeToken } from "../registration";
import { leaveUnprinted } from "../unprintedResponse";

/** Arguments of {@link LinkToken}. */
export interface LinkTokenArgs {
  /** Id of the organization that a cluster is migrated to: 24 hexadecimal digits. Another value replaces the resource. */
  orgId: pulumi.Input<string>;
  /**
   * Addresses from which the link token may be used: IP addresses and CIDR blocks, such as `203.0.113.7` and
   * `198.51.100.0/24`. Order and repetition make no difference. Other addresses replace the resource.
   *
   * @default no restriction by address
   */
  accessListIps?: pulumi.Input<pulumi.Input<string>[]>;
}

const registration: Registration<LinkToken> = {
  name: "LinkToken",
  outputs: { orgId: undefined, accessListIps: undefined, linkToken: undefined },
  adopting: "drops a link that is there already, as Atlas shows a token only once, and makes a new token",
};

/**
 * The organization can be linked by this token for a live migration: to Cloud Manager, or to an Ops Manager that
 * still pushes migrations to Atlas, which newer versions do not.
 *
 * Atlas shows a token once, when it is made, and an organization has one link. The token is kept as a secret in the
 * state, and no output, debug message or event of a run shows it. The engine's own `--tracing` and `-v=9` write it in
 * clear text, and so does a debug message about another resource that gets it as an argument. It cannot be read back:
 * after `LinkToken.get` it is undefined.
 *
 * - **Adopts** nothing: a link that is there already is dropped, and a new token made.
 * - **Refresh** keeps what is stored and makes no request. It does not notice that a link was dropped in Atlas.
 * - **Replaced** (deleting first) when `orgId` or `accessListIps` changes: the old token stops working. The resource
 *   option `deleteBeforeReplace` is set, so this also applies to `pulumi up --replace`.
 * - **Deleting** drops the organization's link, unless this run has just made it under another name.
 * - **Role needed**: Organization Owner (`ORG_OWNER`) to make and to delete, none to refresh.
 * - **Errors**: the organization must exist, and is linked once in a program. Atlas refuses to drop a link while a
 *   live migration is active, and the error names the projects.
 *
 * Atlas operations: `createOrgLiveMigrationLinkToken`, `deleteOrgLiveMigrationLinkTokens`.
 *
 * @example
 * ```typescript
 * const link = new LinkToken("ops-manager", {
 *   orgId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   accessListIps: ["203.0.113.7"],
 * });
 * export const linkToken = link.linkToken; // shown as [secret]
 * ```
 */
export class LinkToken extends pulumi.CustomResource {
  /** Id of the organization. */
  declare readonly orgId: pulumi.Output<string>;
  /** Addresses from which the token may be used, sorted. */
  declare readonly accessListIps: pulumi.Output<string[] | undefined>;
  /** The token to enter in Cloud Manager, or in an Ops Manager that still pushes migrations. Always a secret. */
  declare readonly linkToken: pulumi.Output<string>;

  constructor(name: string, args: LinkTokenArgs, options?: pulumi.CustomResourceOptions) {
    leaveUnprinted(typeToken(registration.name));
    super(
      ...declaration(registration, name, args, {
        ...pulumi.mergeOptions(options, { additionalSecretOutputs: ["linkToken"] }),
        // An organization has one link. What the handler says about the order applies only to replacements that it
        // plans itself, and not to one that the user asks for.
        deleteBeforeReplace: options?.deleteBeforeReplace ?? true,
      }),
    );
  }

  /**
   * Refers to a link that this stack does not manage. Atlas does not show its token.
   *
   * @param id `<orgId>`
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): LinkToken {
    // The arguments follow from the id.
    return new LinkToken(name, {} as LinkTokenArgs, { ...options, id });
  }
}
