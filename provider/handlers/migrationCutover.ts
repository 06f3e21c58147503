import { type Clock, Deadline, pause } from "../atlas/clock";
import { AtlasError } from "../atlas/error";
import {
  type AtlasLiveMigration,
  cutOver,
  getLiveMigration,
  type MigrationKey,
  type RequestOptions,
} from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments } from "./arguments";
import type { Connection } from "./connection";
import type { Handler } from "./handler";
import { isParentMissing } from "./missing";
import { PartialFailure } from "./partialFailure";
import { customTimeoutMs, type Timeouts } from "./timeouts";

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

/** The longest that readiness and completion are waited for, unless `customTimeouts` says otherwise. */
const defaultWaitMs = 6 * 3_600_000;

/** Polls start at the first interval and slow down to the longest. */
const poll = { firstMs: 3_000, growth: 1.5, longestMs: 30_000 };

/** A line appears at least this often while nothing changes. */
const heartbeatMs = 60_000;

/** How many looks must show an untouched migration before a request whose answer was lost is taken for lost itself. */
const looksAfterLostAnswer = 3;

/** The life of a {@link MigrationCutover}: a live migration that is cut over to its Atlas cluster. */
export function migrationCutoverHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      return checkArguments(connection, news, shape);
    },

    async diff(_id, olds, news) {
      const replaces: string[] = [];
      if (olds.projectId !== news.projectId) {
        replaces.push("projectId");
      }
      if (olds.liveMigrationId !== news.liveMigrationId) {
        replaces.push("liveMigrationId");
      }
      // A refresh takes away the engine's own mark of a resource that is not finished; the status keeps it.
      const unfinished = olds.status !== "COMPLETE";
      return { changes: replaces.length > 0 || unfinished, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
      const waitMs = customTimeoutMs(inputs, "create") ?? defaultWaitMs;
      const outs = await complete(connection.atlas(), inputs, waitMs, undefined);
      return { id: idOf(inputs), outs };
    },

    async read(id, props) {
      const key = parseId(id);
      const atlas = connection.atlas();
      let migration: AtlasLiveMigration;
      try {
        migration = await getLiveMigration(atlas.client, key);
      } catch (error) {
        if (isMissing(error) && !isParentMissing(error) && props?.status === "COMPLETE") {
          // Atlas forgets a migration some time after it has completed, and that does not undo it.
          return { id, props, inputs: key as Outputs };
        }
        throw error;
      }
      return {
        id: idOf(key),
        props: outputs(key, migration, props?.cutoverRequestedAt),
        inputs: key as Outputs,
      };
    },

    async update(_id, olds, news) {
      const waitMs = customTimeoutMs(news, "update") ?? defaultWaitMs;
      return { outs: await complete(connection.atlas(), news, waitMs, olds.cutoverRequestedAt) };
    },

    async delete(id) {
      connection.report(
        `Deleting the MigrationCutover of ${id} changes nothing in Atlas: a cut-over cannot be undone.`,
      );
    },
  };
}

/**
 * Waits until the migration is ready, cuts it over, and waits until it is complete.
 *
 * It looks before every step, so that it can start anywhere: the request goes out only while the migration says that
 * it is ready and has not begun to cut over, and never again once Atlas has taken it.
 *
 * @param requestedAt when an earlier run's request was taken
 */
async function complete(
  atlas: AtlasSession,
  key: Inputs,
  waitMs: number,
  requestedAt: string | undefined,
): Promise<Outputs> {
  const { clock } = atlas;
  const deadline = new Deadline(clock, waitMs);
  const progress = new Progress(atlas.report, clock, key);
  let taken = requestedAt;
  let lostAt: string | undefined;
  let untouchedLooksToGo = 0;
  let interval = poll.firstMs;
  let last: AtlasLiveMigration | undefined;

  try {
    for (;;) {
      // Throttling must not outlast the time that the user allows for the whole.
      const options = { deadline };
      const migration = await getLiveMigration(atlas.client, key, options);
      last = migration;
      if (migration.lagTimeSeconds === undefined) {
        // The cut-over has begun, so the request whose answer was lost has arrived, and must not be forgotten.
        taken ??= lostAt;
      }
      switch (migration.status) {
        case "COMPLETE":
          return outputs(key, migration, taken);
        case "FAILED":
          throw new DeadMigration(
            `${subject(key)} has failed${taken === undefined ? "" : " after its cut-over was requested"}, so it cannot be cut over. ` +
              "Look at its log in Atlas, start a new migration, and declare its id as liveMigrationId.",
          );
        case "EXPIRED":
          throw new DeadMigration(
            `${subject(key)} has expired: it was not cut over within 120 hours of being ready. ` +
              "Start a new migration in Atlas, and declare its id as liveMigrationId.",
          );
        default:
          break;
      }
      if (taken === undefined && mayCutOver(migration)) {
        if (untouchedLooksToGo > 0) {
          untouchedLooksToGo -= 1;
        } else {
          const outcome = await request(atlas, key, options);
          const at = new Date(clock.date()).toISOString();
          if (outcome === "taken") {
            taken = at;
            interval = poll.firstMs;
          } else {
            lostAt = outcome === "lost" ? at : undefined;
            untouchedLooksToGo = looksAfterLostAnswer;
          }
        }
      }
      progress.show(migration, taken !== undefined);
      const { leftMs } = deadline;
      if (leftMs <= 0) {
        throw new Error(
          `${subject(key)} is not complete after ${describeMs(waitMs)} (status ${migration.status ?? "unknown"}, ` +
            `${taken === undefined ? "cut-over not requested yet" : "cut-over requested"}). ` +
            "Run `pulumi up` again to go on waiting, or allow more time with `customTimeouts`.",
        );
      }
      await pause(clock, Math.min(interval, leftMs));
      interval = Math.min(interval * poll.growth, poll.longestMs);
    }
  } catch (error) {
    const told = isMissing(error) ? explainMissing(error, key, taken) : error;
    // What has been seen of the migration is kept in the state, as not finished, for the next `pulumi up` to go on
    // with: above all, that the cut-over has been requested must not be forgotten.
    throw last === undefined || told instanceof DeadMigration
      ? told
      : new PartialFailure(idOf(key), { ...outputs(key, last, taken), __provider: key.__provider }, told);
  }
}

/** A migration that will never complete, so that there is nothing to go on with. */
class DeadMigration extends Error {}

/** Ready, and not begun: Atlas shows a lag only before the cut-over begins. */
function mayCutOver({ readyForCutover, lagTimeSeconds }: AtlasLiveMigration): boolean {
  return readyForCutover && lagTimeSeconds !== undefined;
}

async function request(
  atlas: AtlasSession,
  key: MigrationKey,
  options: RequestOptions,
): Promise<"taken" | "lost" | "not needed"> {
  try {
    return (await cutOver(atlas.client, key, options)) === "accepted" ? "taken" : "not needed";
  } catch (error) {
    if (error instanceof AtlasError && error.mayHaveTakenEffect) {
      return "lost";
    }
    if (error instanceof AtlasError && (error.status === 400 || error.status === 409)) {
      // Atlas documents no code for a cut-over that is under way already; the migration itself tells.
      const migration = await getLiveMigration(atlas.client, key, options);
      if (!mayCutOver(migration)) {
        return "not needed";
      }
    }
    throw error;
  }
}

/** Tells what is being waited for: on every change of status or lag, and otherwise once a minute. */
class Progress {
  private lastLine = "";
  private lastAt = 0;

  constructor(
    private readonly report: (line: string) => void,
    private readonly clock: Clock,
    private readonly key: MigrationKey,
  ) {}

  show({ status, readyForCutover, lagTimeSeconds }: AtlasLiveMigration, requested: boolean): void {
    const waitingFor =
      requested || (readyForCutover && lagTimeSeconds === undefined) ? "completion" : "readiness";
    const lag = lagTimeSeconds === undefined ? "" : `, ${lagTimeSeconds} s behind its source`;
    const line = `${subject(this.key)}: ${status ?? "no status yet"}${lag}; waiting for ${waitingFor}.`;
    const now = this.clock.monotonic();
    if (line !== this.lastLine || now - this.lastAt >= heartbeatMs) {
      this.report(line);
      this.lastLine = line;
      this.lastAt = now;
    }
  }
}

function explainMissing(error: AtlasError, key: MigrationKey, taken: string | undefined): AtlasError {
  return error.withAdvice(
    taken === undefined
      ? `Check that live migration ${key.liveMigrationId} belongs to project ${key.projectId}.`
      : `Its cut-over was requested at ${taken}, and Atlas no longer shows it: check the cluster in Atlas. ` +
          "If the cut-over is over, take the resource out of the state with `pulumi state delete`.",
  );
}

function isMissing(error: unknown): error is AtlasError {
  return error instanceof AtlasError && error.status === 404;
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

function subject({ projectId, liveMigrationId }: MigrationKey): string {
  return `Live migration ${liveMigrationId} of project ${projectId}`;
}

function describeMs(ms: number): string {
  return ms >= 3_600_000 ? `${Math.round(ms / 360_000) / 10} h` : `${Math.round(ms / 600) / 100} min`;
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
