import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link MigrationCutover}. */
export interface MigrationCutoverArgs {
  /** Id of the project that holds the target cluster: 24 hexadecimal digits. Another value replaces the resource. */
  projectId: pulumi.Input<string>;
  /** Id of a live migration of the project: 24 hexadecimal digits. Another value replaces the resource. */
  liveMigrationId: pulumi.Input<string>;
}

const registration: Registration<MigrationCutover> = {
  name: "MigrationCutover",
  outputs: {
    projectId: undefined,
    liveMigrationId: undefined,
    status: undefined,
    readyForCutover: undefined,
    lagTimeSeconds: undefined,
    migrationHosts: undefined,
    cutoverRequestedAt: undefined,
  },
  adopting: "adopts a migration that is complete or being cut over already",
};

/**
 * The live migration has been cut over to its Atlas cluster, and is complete. This cannot be undone.
 *
 * `pulumi up` waits until the migration is ready, requests the cut-over once, and waits until it is complete, with a
 * line whenever the status or the lag changes. It waits for at most 6 hours, or `customTimeouts.create`. When that
 * time is over, or the run is interrupted, the next `pulumi up` continues to wait. It does not request a cut-over
 * again that Atlas or the state shows as requested.
 *
 * - **Adopts** a migration that is complete or being cut over, without a request.
 * - **Refresh** shows a migration that is not complete as a difference. A record that Atlas has cleared away after
 *   completion is still complete.
 * - **Replaced** when `projectId` or `liveMigrationId` changes.
 * - **Deleting** changes nothing in Atlas, and says so.
 * - **Role needed**: Organization Owner (`ORG_OWNER`) to cut over, Organization Member (`ORG_MEMBER`) to wait and
 *   to refresh.
 * - **Errors**: the project has no such migration; it has failed or expired (it must be cut over within 120 hours of
 *   being ready); it is not complete when the time is up.
 *
 * Atlas operations: `cutoverGroupLiveMigration`, `getGroupLiveMigration`.
 *
 * @example
 * ```typescript
 * new MigrationCutover("orders", {
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   liveMigrationId: "6a0b3c2a9d8e7f6a5b4c3d2e",
 * }, { customTimeouts: { create: "12h" } });
 * ```
 */
export class MigrationCutover extends pulumi.CustomResource {
  /** Id of the project. */
  declare readonly projectId: pulumi.Output<string>;
  /** Id of the live migration. */
  declare readonly liveMigrationId: pulumi.Output<string>;
  /** `COMPLETE`; in the state of a cut-over that is not finished also `NEW`, `WORKING`, `FAILED` or `EXPIRED`. */
  declare readonly status: pulumi.Output<string | undefined>;
  /** Whether Atlas says that the migration can be cut over. */
  declare readonly readyForCutover: pulumi.Output<boolean>;
  /** How far the target is behind the source, in seconds; only before the cut-over begins. */
  declare readonly lagTimeSeconds: pulumi.Output<number | undefined>;
  /** Hosts that carry out the migration. */
  declare readonly migrationHosts: pulumi.Output<string[]>;
  /**
   * When Atlas accepted the request to cut over, in ISO 8601 UTC; undefined when the migration was adopted. After a
   * failure it may end with `, not answered`: then the next `pulumi up` finds out whether the request has arrived.
   */
  declare readonly cutoverRequestedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: MigrationCutoverArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads a live migration that this stack does not cut over.
   *
   * @param id `<projectId>/<liveMigrationId>`
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): MigrationCutover {
    // The arguments follow from the id.
    return new MigrationCutover(name, {} as MigrationCutoverArgs, { ...options, id });
  }
}
