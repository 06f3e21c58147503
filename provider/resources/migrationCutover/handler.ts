import * as v from "valibot";
import { AtlasError } from "../../atlas/errors/error";
import {
  type AtlasLiveMigration,
  getGroupLiveMigration,
  type MigrationKey,
} from "../../atlas/operations/index";
import { atlasId } from "../handler/arguments";
import { defineHandler } from "../handler/defineHandler";
import type { OutputsOf } from "../handler/definition";
import { isParentMissing } from "../handler/missing";
import { Unfinished } from "../handler/partialFailure";
import { Cutover, DeadMigration } from "./cutover";
import { migrationCutoverId } from "./id";
import type { MigrationCutover } from "./resource";

const shape = { projectId: atlasId("project"), liveMigrationId: atlasId("live migration") };

/** The longest wait for readiness and completion, unless `customTimeouts` says otherwise. */
const defaultWaitMs = 6 * 3_600_000;

/** The life cycle of a {@link MigrationCutover}: a live migration that is cut over to its Atlas cluster. */
export const migrationCutoverHandler = defineHandler<typeof MigrationCutover>()({
  arguments: shape,

  id: migrationCutoverId,

  stored: {
    status: v.string(),
    readyForCutover: v.boolean(),
    lagTimeSeconds: v.number(),
    migrationHosts: v.array(v.string()),
    cutoverRequestedAt: v.pipe(v.string(), v.nonEmpty()),
  },

  declaredOnce: { kind: "cut-over", identity: ["projectId", "liveMigrationId"], where: "" },

  defaultTimeMs: defaultWaitMs,

  // A refresh removes the engine's own mark of a resource that is not finished. The status remains.
  isUnfinished: ({ status }) => status !== "COMPLETE",

  async reconcile({ atlas, before, deadline }, key) {
    const cutover = new Cutover(atlas, key, before.cutoverRequestedAt);
    try {
      const migration = await cutover.complete(deadline);
      return outputs(key, migration, cutover.requestedAt);
    } catch (error) {
      const told = isGone(error) ? explainGone(error, key, cutover.record) : error;
      // The state keeps what has been seen of the migration, as not finished, so that the next `pulumi up` can
      // continue. Above all, it must know that the cut-over has been requested.
      throw cutover.last === undefined || told instanceof DeadMigration
        ? told
        : new Unfinished(outputs(key, cutover.last, cutover.record), told);
    }
  },

  async read({ connection, isGet }, key, before) {
    try {
      const migration = await getGroupLiveMigration(connection.atlas().client, key, {});
      return outputs(key, migration, before.cutoverRequestedAt);
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
      if (before.status !== "COMPLETE" || isGet) {
        throw explainGone(error, key, before.cutoverRequestedAt);
      }
      // Atlas forgets a migration some time after it has completed, and that does not undo it.
      const { readyForCutover = false, migrationHosts = [] } = before;
      return outputs(
        key,
        { status: undefined, lagTimeSeconds: undefined, ...before, readyForCutover, migrationHosts },
        before.cutoverRequestedAt,
      );
    }
  },

  async delete(connection, { projectId, liveMigrationId }) {
    connection.report(
      `Deleting the MigrationCutover of ${projectId}/${liveMigrationId} changes nothing in Atlas: a cut-over cannot be undone.`,
    );
  },
});

/** Whether Atlas says that there is no such migration in a project that it knows. */
function isGone(error: unknown): error is AtlasError {
  return (
    error instanceof AtlasError &&
    ["getGroupLiveMigration", "cutoverGroupLiveMigration"].includes(error.operation) &&
    error.status === 404 &&
    error.isFromAtlas &&
    !isParentMissing(error)
  );
}

function explainGone(error: AtlasError, key: MigrationKey, requestedAt: string | undefined): AtlasError {
  return error.withAdvice(
    requestedAt === undefined
      ? `Check that live migration ${key.liveMigrationId} belongs to project ${key.projectId}.`
      : `Its cut-over was requested at ${requestedAt}, and Atlas no longer shows it: check the cluster in Atlas. ` +
          "If the cut-over is over, take the resource out of the state with `pulumi state delete`.",
  );
}

function outputs(
  { projectId, liveMigrationId }: MigrationKey,
  { status, readyForCutover, lagTimeSeconds, migrationHosts }: AtlasLiveMigration,
  cutoverRequestedAt: string | undefined,
): OutputsOf<typeof MigrationCutover> {
  return {
    projectId,
    liveMigrationId,
    status,
    readyForCutover,
    lagTimeSeconds,
    migrationHosts,
    cutoverRequestedAt,
  };
}
