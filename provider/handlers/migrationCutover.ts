import * as v from "valibot";
import { AtlasError } from "../atlas/errors/error";
import { type AtlasLiveMigration, getGroupLiveMigration, type MigrationKey } from "../atlas/operations/index";
import { atlasId, checkArguments } from "./arguments";
import type { Connection } from "./connection";
import { Cutover, DeadMigration } from "./cutover";
import { checkDeclaredOnce } from "./declarations";
import { argumentsThatReplace, difference } from "./differences";
import type { Handler } from "./handler";
import { isParentMissing } from "./missing";
import { PartialFailure } from "./partialFailure";
import { isGet, recall } from "./state";
import { startDeadline, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs extends MigrationKey {
  __provider?: string;
  __timeouts?: Timeouts;
}

interface Outputs extends MigrationKey {
  status?: string;
  readyForCutover: boolean;
  lagTimeSeconds?: number;
  migrationHosts: string[];
  /** When Atlas took the request, in ISO 8601 UTC; absent when the migration was complete or under way before. */
  cutoverRequestedAt?: string;
}

const shape = { projectId: atlasId("project"), liveMigrationId: atlasId("live migration") };

/** What counts of a state, beside its id. */
const stored = {
  status: v.string(),
  readyForCutover: v.boolean(),
  lagTimeSeconds: v.number(),
  migrationHosts: v.array(v.string()),
  cutoverRequestedAt: v.pipe(v.string(), v.nonEmpty()),
};

/** The longest that readiness and completion are waited for, unless `customTimeouts` says otherwise. */
const defaultWaitMs = 6 * 3_600_000;

/** The life of a {@link MigrationCutover}: a live migration that is cut over to its Atlas cluster. */
export function migrationCutoverHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      return checkDeclaredOnce(connection.run.declarations, news, checkArguments(connection, news, shape), {
        kind: "cut-over",
        identity: ["projectId", "liveMigrationId"],
        where: "",
      });
    },

    async diff(id, olds, news) {
      const replaces = argumentsThatReplace(parseId(id), news);
      const isOpen = isUnknown([news.projectId, news.liveMigrationId]);
      // A refresh takes away the engine's own mark of a resource that is not finished; the status keeps it. There is no
      // input in which that shows, so the engine has nothing to compare.
      if (replaces.length === 0 && !isOpen && recall(olds, stored).status !== "COMPLETE") {
        return { changes: true, replaces, deleteBeforeReplace: false };
      }
      return difference(isOpen, replaces);
    },

    async create(inputs) {
      const outs = await complete(connection, inputs, "create", undefined);
      return { id: idOf(inputs), outs };
    },

    async read(id, props) {
      const key = parseId(id);
      const before = recall(props, stored);
      let migration: AtlasLiveMigration;
      try {
        migration = await getGroupLiveMigration(connection.atlas().client, key);
      } catch (error) {
        if (!isGone(error)) {
          throw error;
        }
        if (before.status === "COMPLETE" && !isGet(props)) {
          // Atlas forgets a migration some time after it has completed, and that does not undo it.
          const outs = { ...key, readyForCutover: false, migrationHosts: [], ...before };
          return { id: idOf(key), props: outs, inputs: key as Outputs };
        }
        throw explainGone(error, key, before.cutoverRequestedAt);
      }
      return {
        id: idOf(key),
        props: outputs(key, migration, before.cutoverRequestedAt),
        inputs: key as Outputs,
      };
    },

    async update(_id, olds, news) {
      return { outs: await complete(connection, news, "update", recall(olds, stored).cutoverRequestedAt) };
    },

    async delete(id) {
      connection.report(
        `Deleting the MigrationCutover of ${idOf(parseId(id))} changes nothing in Atlas: a cut-over cannot be undone.`,
      );
    },
  };
}

/** @param requestedAt when an earlier run's request was taken */
async function complete(
  connection: Connection,
  inputs: Inputs,
  operation: "create" | "update",
  requestedAt: string | undefined,
): Promise<Outputs> {
  const atlas = connection.atlas();
  const deadline = startDeadline(atlas.clock, inputs, operation, defaultWaitMs);
  const cutover = new Cutover(atlas, inputs, requestedAt);
  try {
    const migration = await cutover.complete(deadline);
    return outputs(inputs, migration, cutover.requestedAt);
  } catch (error) {
    const told = isGone(error) ? explainGone(error, inputs, cutover.requestedAt) : error;
    // What has been seen of the migration is kept in the state, as not finished, for the next `pulumi up` to go on
    // with: above all, that the cut-over has been requested must not be forgotten.
    throw cutover.last === undefined || told instanceof DeadMigration
      ? told
      : new PartialFailure(
          idOf(inputs),
          { ...outputs(inputs, cutover.last, cutover.requestedAt), __provider: inputs.__provider },
          told,
        );
  }
}

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
): Outputs {
  return {
    projectId,
    liveMigrationId,
    ...(status === undefined ? {} : { status }),
    readyForCutover,
    ...(lagTimeSeconds === undefined ? {} : { lagTimeSeconds }),
    migrationHosts,
    ...(cutoverRequestedAt === undefined ? {} : { cutoverRequestedAt }),
  };
}

function idOf({ projectId, liveMigrationId }: MigrationKey): string {
  return `${projectId}/${liveMigrationId}`;
}

function parseId(id: string): MigrationKey {
  const [, projectId, liveMigrationId] = /^([a-f0-9]{24})\/([a-f0-9]{24})$/.exec(id.toLowerCase()) ?? [];
  if (projectId === undefined || liveMigrationId === undefined) {
    throw new Error(
      `The id of a MigrationCutover must be <projectId>/<liveMigrationId>, such as ` +
        `5f1b3c2a9d8e7f6a5b4c3d2e/6a0b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
    );
  }
  return { projectId, liveMigrationId };
}
