import { type Clock, stopwatch } from "../../atlas/clock";
import type { AtlasLiveMigration, MigrationKey } from "../../atlas/operations/index";

/** A line appears at least this often while nothing changes, in milliseconds. */
const heartbeatMs = 60_000;

/** Reports what the cut-over is waiting for: on every change of status or lag, and otherwise once a minute. */
export class CutoverProgress {
  private lastLine = "";
  private sinceLastMs: () => number = () => 0;

  constructor(
    private readonly report: (line: string) => void,
    private readonly clock: Clock,
    private readonly key: MigrationKey,
  ) {}

  show({ status, readyForCutover, lagTimeSeconds }: AtlasLiveMigration, requested: boolean): void {
    const waitingFor =
      requested || (readyForCutover && lagTimeSeconds === undefined) ? "completion" : "readiness";
    const lag = lagTimeSeconds === undefined ? "" : `, ${lagTimeSeconds} s behind its source`;
    const { liveMigrationId, projectId } = this.key;
    // What changes comes first: on a terminal, the engine cuts a line off after the width of the screen.
    const line =
      `${status ?? "No status yet"}${lag}; waiting for ${waitingFor} ` +
      `(live migration ${liveMigrationId} of project ${projectId}).`;
    if (line !== this.lastLine || this.sinceLastMs() >= heartbeatMs) {
      this.report(line);
      this.lastLine = line;
      this.sinceLastMs = stopwatch(this.clock);
    }
  }
}
