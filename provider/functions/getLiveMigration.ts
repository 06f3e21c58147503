import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../atlas/errors/error";
import { atlasId } from "./arguments";
import { type AtlasFunction, call, callOutput } from "./call";

/** Arguments of {@link getLiveMigration}. */
export interface GetLiveMigrationArgs {
  /** Id of the project that holds the target cluster: 24 hexadecimal digits. */
  projectId: string;
  /** Id of a live migration of the project: 24 hexadecimal digits. */
  liveMigrationId: string;
}

/** Arguments of {@link getLiveMigrationOutput}. */
export type GetLiveMigrationOutputArgs = {
  [Name in keyof GetLiveMigrationArgs]: pulumi.Input<GetLiveMigrationArgs[Name]>;
};

/** The status of a live migration. */
export interface GetLiveMigrationResult extends GetLiveMigrationArgs {
  /** `NEW`, `WORKING`, `FAILED`, `COMPLETE` or `EXPIRED`; undefined while Atlas has none. */
  status: string | undefined;
  /** Whether it can be cut over. Atlas allows 120 hours for that. */
  readyForCutover: boolean;
  /** How far the target is behind the source, in seconds; only before the cut-over begins. */
  lagTimeSeconds: number | undefined;
  /** Hosts that carry out the migration. */
  migrationHosts: string[];
}

/**
 * Looks up the status of a live migration. Works in previews as well.
 *
 * - **Role needed**: Organization Member (`ORG_MEMBER`).
 * - **Errors**: an `AtlasError` when the project has no such migration, or the credentials may not see it.
 * - **In a unit test**, mocks are asked for `pulumi-nodejs:dynamic/mongodbatlas:getLiveMigration`.
 *
 * Atlas operation: `getGroupLiveMigration`.
 *
 * @example
 * ```typescript
 * const migration = getLiveMigrationOutput({
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   liveMigrationId: "6a0b3c2a9d8e7f6a5b4c3d2e",
 * });
 * export const secondsBehind = migration.lagTimeSeconds;
 * ```
 */
export async function getLiveMigration(
  args: GetLiveMigrationArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetLiveMigrationResult> {
  return call(liveMigration, args, options);
}

/**
 * The same as {@link getLiveMigration} for inputs. In a preview, it asks for nothing while an input is unknown.
 *
 * It waits for the resources that its arguments come from, and for those in the option `dependsOn`. The option
 * `parent` counts only for the provider that it hands on.
 */
export function getLiveMigrationOutput(
  args: GetLiveMigrationOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetLiveMigrationResult> {
  return callOutput(liveMigration, args, options);
}

const liveMigration: AtlasFunction<GetLiveMigrationArgs, GetLiveMigrationResult> = {
  name: "getLiveMigration",
  parameters: { projectId: atlasId, liveMigrationId: atlasId },

  async ask({ client, operations }, ids) {
    try {
      const { status, readyForCutover, lagTimeSeconds, migrationHosts } =
        await operations.getGroupLiveMigration(client, ids);
      return { ...ids, status, readyForCutover, lagTimeSeconds, migrationHosts };
    } catch (error) {
      throw error instanceof AtlasError && error.status === 404
        ? error.withAdvice(
            `Check that live migration ${ids.liveMigrationId} belongs to project ${ids.projectId}.`,
          )
        : error;
    }
  },
};
