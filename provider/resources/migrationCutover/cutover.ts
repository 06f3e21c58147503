import { Deadline, pause } from "../../atlas/clock";
import { AtlasError } from "../../atlas/errors/error";
import {
  type AtlasLiveMigration,
  cutoverGroupLiveMigration,
  getGroupLiveMigration,
  type MigrationKey,
  type RequestOptions,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { lookUntil } from "../handler/lookUntil";
import { CutoverProgress } from "./progress";

/** Polls start at the first interval and slow down to the longest. */
const poll = { firstMs: 3_000, growth: 1.5, longestMs: 30_000 };

/** The longest that the last look, when the time is up, may take, in milliseconds. */
const lastLookMs = 5_000;

/** How many looks must show an unchanged migration before a request without an answer counts as lost. */
const looksAfterLostAnswer = 3;

/** In a record, follows the time of a request that was not answered. */
const notAnswered = ", not answered";

/** Pauses before further looks at a migration that Atlas refuses to cut over although it shows it as ready. */
const staleMs = [1_000, 3_000, 5_000];

/** A migration that will never complete, so there is nothing to continue. */
export class DeadMigration extends Error {}

/**
 * One cut-over, from its current status to its end: it waits until the migration is ready, cuts it over, and waits
 * until it is complete.
 *
 * It looks before every step, so it can start at any status. The request is sent only while Atlas shows that the
 * migration is ready and the cut-over has not begun, and never again once Atlas has accepted it.
 */
export class Cutover {
  /** The migration as it was seen last. */
  last: AtlasLiveMigration | undefined;
  /** When Atlas accepted the request, in ISO 8601 UTC; `undefined` when it has accepted none, as far as is known. */
  requestedAt: string | undefined;
  /** When a request was sent that was not answered. */
  private lostAt: string | undefined;
  private untouchedLooksToGo = 0;

  /** @param record the {@link Cutover.record} of an earlier run */
  constructor(
    private readonly atlas: AtlasSession,
    private readonly key: MigrationKey,
    record: string | undefined,
  ) {
    if (record?.endsWith(notAnswered)) {
      this.lostAt = record.slice(0, -notAnswered.length);
      this.untouchedLooksToGo = looksAfterLostAnswer;
    } else {
      this.requestedAt = record;
    }
  }

  /** What the next run must know of the request if this one ends now. */
  get record(): string | undefined {
    return this.requestedAt ?? (this.lostAt === undefined ? undefined : `${this.lostAt}${notAnswered}`);
  }

  /**
   * @returns the migration that is complete
   * @throws DeadMigration when it has failed or expired; Error when it is not complete in time
   */
  async complete(deadline: Deadline): Promise<AtlasLiveMigration> {
    const { clock, report } = this.atlas;
    const progress = new CutoverProgress(report, clock, this.key);
    let intervalMs = poll.firstMs;
    for (;;) {
      // The machine may have slept meanwhile. Nothing is requested any more then, but the migration may be complete.
      const isOver = deadline.isOver;
      const options = { deadline: isOver ? new Deadline(clock, lastLookMs) : deadline };
      const migration = await this.look(options);
      if (migration.status === "COMPLETE") {
        return migration;
      }
      if (isOver) {
        throw this.outOfTime(migration, deadline);
      }
      const step = await this.advance(migration, options);
      if (step === "not sent") {
        continue;
      }
      if (step === "requested") {
        intervalMs = poll.firstMs;
      }
      progress.show(migration, this.requestedAt !== undefined);
      await pause(clock, Math.min(intervalMs, deadline.leftMs));
      intervalMs = Math.min(intervalMs * poll.growth, poll.longestMs);
    }
  }

  private async look(options: RequestOptions): Promise<AtlasLiveMigration> {
    const migration = await getGroupLiveMigration(this.atlas.client, this.key, options);
    this.last = migration;
    if (migration.lagTimeSeconds === undefined) {
      // The cut-over has begun, so the request whose answer was lost has arrived, and must not be forgotten.
      this.requestedAt ??= this.lostAt;
    }
    const { liveMigrationId, projectId } = this.key;
    const subject = `Live migration ${liveMigrationId} of project ${projectId}`;
    if (migration.status === "FAILED") {
      throw new DeadMigration(
        `${subject} has failed${this.requestedAt === undefined ? "" : " after its cut-over was requested"}, so it cannot be cut over. ` +
          "Look at its log in Atlas, start a new migration, and declare its id as liveMigrationId.",
      );
    }
    if (migration.status === "EXPIRED") {
      throw new DeadMigration(
        `${subject} has expired: it was not cut over within 120 hours of being ready. ` +
          "Start a new migration in Atlas, and declare its id as liveMigrationId.",
      );
    }
    return migration;
  }

  /** Requests the cut-over if the look right before allows it. */
  private async advance(
    migration: AtlasLiveMigration,
    options: RequestOptions,
  ): Promise<"requested" | "not sent" | "waiting"> {
    if (this.requestedAt !== undefined || !mayCutOver(migration)) {
      return "waiting";
    }
    if (this.untouchedLooksToGo > 0) {
      this.untouchedLooksToGo -= 1;
      return "waiting";
    }
    const answer = await this.request(options);
    const at = new Date(this.atlas.clock.date()).toISOString();
    if (answer === "accepted") {
      this.requestedAt = at;
      return "requested";
    }
    if (answer === "lost") {
      this.lostAt = at;
      this.untouchedLooksToGo = looksAfterLostAnswer;
    }
    return answer === "not sent" ? answer : "waiting";
  }

  private async request(options: RequestOptions): Promise<"accepted" | "not sent" | "lost" | "not needed"> {
    try {
      return await cutoverGroupLiveMigration(this.atlas.client, this.key, options);
    } catch (error) {
      if (!(error instanceof AtlasError) || error.operation !== "cutoverGroupLiveMigration") {
        throw error;
      }
      if (error.mayHaveTakenEffect) {
        return "lost";
      }
      if (error.isFromAtlas && (error.status === 400 || error.status === 409)) {
        // Atlas documents no code for a cut-over that is under way already. The migration itself shows it, though
        // perhaps late.
        const migration = await lookUntil(
          () => getGroupLiveMigration(this.atlas.client, this.key, options),
          (seen) => !mayCutOver(seen),
          staleMs,
          { ...options, clock: this.atlas.clock },
        );
        if (!mayCutOver(migration)) {
          return "not needed";
        }
      }
      throw error;
    }
  }

  private outOfTime({ status }: AtlasLiveMigration, { afterMs }: Deadline): Error {
    const { liveMigrationId, projectId } = this.key;
    const unanswered = `cut-over requested at ${this.lostAt}, and not answered`;
    const request = this.lostAt === undefined ? "cut-over not requested yet" : unanswered;
    return new Error(
      `Live migration ${liveMigrationId} of project ${projectId} is not complete after ${describeMs(afterMs)} (status ${status ?? "unknown"}, ` +
        `${this.requestedAt === undefined ? request : "cut-over requested"}). ` +
        "Run `pulumi up` again to go on waiting, or allow more time with `customTimeouts`.",
    );
  }
}

/** Ready, and not begun: Atlas shows a lag only before the cut-over begins. */
function mayCutOver({ readyForCutover, lagTimeSeconds }: AtlasLiveMigration): boolean {
  return readyForCutover && lagTimeSeconds !== undefined;
}

function describeMs(ms: number): string {
  return ms >= 3_600_000 ? `${Math.round(ms / 360_000) / 10} h` : `${Math.round(ms / 600) / 100} min`;
}
