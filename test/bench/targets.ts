import type { BucketUse } from "./bucket";
import type { Measurement, Operation } from "./measure";
import type { SubjectName } from "./subjects";

/** A ratio or an amount beside what it should be. */
export interface Verdict {
  what: string;
  value: number;
  /** `undefined`: only there to explain the others. */
  target: number | undefined;
  /** Whether more or less than the target is good. */
  good: "at most" | "at least";
  ok: boolean | undefined;
  /** The numbers that the value is made of. */
  from: string;
}

/** All that the measurements allow for. */
export function judge(measurements: readonly Measurement[], buckets: readonly BucketUse[]): Verdict[] {
  const sizes = [...new Set(measurements.map(({ users }) => users))].sort((a, b) => a - b);
  const few = sizes.at(0) ?? 0;
  const many = sizes.at(-1) ?? 0;
  const verdicts: Verdict[] = [];

  const find = (users: number, operation: Operation, subject: SubjectName): Measurement | undefined =>
    measurements.find(
      (each) => each.users === users && each.operation === operation && each.subject === subject,
    );
  const add = (
    what: string,
    good: Verdict["good"],
    target: number | undefined,
    value: number,
    from: string,
  ): void => {
    const ok = target === undefined ? undefined : good === "at most" ? value <= target : value >= target;
    verdicts.push({ what, value, target, good, ok, from });
  };
  const addWallRatio = (
    what: string,
    target: number | undefined,
    ours: Measurement | undefined,
    other: Measurement | undefined,
  ): void => {
    if (ours === undefined || other === undefined) {
      return;
    }
    add(what, "at most", target, ours.wallMs / other.wallMs, `${seconds(ours)} over ${seconds(other)}`);
  };

  const refresh = find(many, "refresh", "ours");
  if (refresh !== undefined) {
    const naive = find(many, "refresh", "naive");
    const from = naive === undefined ? "" : `naive: ${naive.requests.total}`;
    add(`requests of a refresh of ${many} users`, "at most", 20, refresh.requests.total, from);
  }
  const ofRefresh = `wall time of a refresh of ${many} users over`;
  addWallRatio(`${ofRefresh} an empty stack's`, 1.5, refresh, find(many, "refresh", "empty"));
  addWallRatio(
    `${ofRefresh} that of ${many} no-op resources`,
    undefined,
    refresh,
    find(many, "refresh", "no-op"),
  );
  addWallRatio(`${ofRefresh} the naive provider's`, undefined, refresh, find(many, "refresh", "naive"));

  for (const users of sizes) {
    for (const subject of ["ours", "ours, service account"] as const) {
      const up = find(users, "up", subject);
      if (up === undefined) {
        continue;
      }
      const credentials = subject === "ours" ? "digest" : "a service account";
      const { total, POST, credentials: proofs } = up.requests;
      add(
        `requests of an up of ${users} with ${credentials}`,
        "at most",
        users + 1,
        total,
        `POST: ${POST}, 401 or token: ${proofs}`,
      );
    }
  }

  const up = find(many, "up", "ours");
  const bare = find(many, "up", "ours, no checkpoints");
  const naiveUp = find(many, "up", "naive");
  addWallRatio(`wall time of an up of ${many} over the naive provider's`, 0.4, up, naiveUp);
  addWallRatio(`the same without checkpoints, over the naive provider's with them`, undefined, bare, naiveUp);
  addWallRatio(
    `wall time of an up of ${many} over that of no-op resources`,
    undefined,
    up,
    find(many, "up", "no-op"),
  );

  if (up?.state !== undefined) {
    const { total, own, positions } = up.state;
    const from = `of which ${positions} say where in the program it was declared`;
    add("bytes of state per user", "at most", 1_300, total, from);
    add("bytes of state per user that are ours", "at most", 600, own, "inputs and outputs");
  }

  const preview = find(few, "preview", "ours");
  const empty = find(few, "preview", "empty");
  const noop = find(few, "preview", "no-op");
  if (preview !== undefined && empty !== undefined && noop !== undefined) {
    const startUp = noop.wallMs - empty.wallMs;
    add(
      `preview of ${few} over an empty stack's, beyond the start of the provider process`,
      "at most",
      1.15,
      (preview.wallMs - startUp) / empty.wallMs,
      `(${seconds(preview)} - ${(startUp / 1_000).toFixed(2)} s) over ${seconds(empty)}`,
    );
  }

  verdicts.push(...judgeWhole(measurements, many));
  const ourPeak = peakMb(measurements, many, "ours");
  const noopPeak = peakMb(measurements, many, "no-op");
  if (ourPeak !== undefined && noopPeak !== undefined) {
    const from = `${ourPeak.toFixed(0)} MB over ${noopPeak.toFixed(0)} MB`;
    add(
      `peak memory of the provider at ${many} users over no-op's`,
      "at most",
      1.3,
      ourPeak / noopPeak,
      from,
    );
  }

  for (const bucket of buckets) {
    const { perSecond, refill, idealMs, elapsedMs, failures, throttled, users } = bucket;
    const from =
      `${users} users in ${(elapsedMs / 1_000).toFixed(1)} s where ${(idealMs / 1_000).toFixed(1)} s is ideal; ` +
      `${throttled} requests throttled, ${failures} failed`;
    // A failed request takes nothing from the bucket, and would make it look well used.
    const share = failures > 0 ? 0 : idealMs / elapsedMs;
    // Retry-After knows whole seconds only, so a client that honours it oversleeps a refill that comes once a second. Atlas's
    // own limits are refilled once a minute.
    const target = refill === "continuous" ? 0.9 : undefined;
    add(`share of a limit of ${perSecond} per second, refilled ${refill}`, "at least", target, share, from);
  }
  return verdicts;
}

/** What the whole membership of a project costs, over the same as single resources and over doing nothing. */
function judgeWhole(measurements: readonly Measurement[], users: number): Verdict[] {
  const find = (operation: Operation, subject: SubjectName): Measurement | undefined =>
    measurements.find(
      (each) => each.users === users && each.operation === operation && each.subject === subject,
    );
  const verdicts: Verdict[] = [];
  const atMost = (what: string, target: number | undefined, value: number, from: string): void => {
    verdicts.push({
      what,
      value,
      target,
      good: "at most",
      ok: target === undefined ? undefined : value <= target,
      from,
    });
  };
  const [up, singleUp, emptyUp] = [find("up", "whole"), find("up", "ours"), find("up", "empty")];
  if (up !== undefined) {
    const { total, GET, POST, credentials } = up.requests;
    const from = `GET: ${GET}, POST: ${POST}, 401: ${credentials}; ${up.inFlight} of one project in flight at once`;
    atMost(`requests of an up of ${users} by ProjectUsers`, users + 5, total, from);
  }
  if (up !== undefined && singleUp !== undefined && emptyUp !== undefined) {
    const [ours, theirs] = [up.wallMs - emptyUp.wallMs, singleUp.wallMs - emptyUp.wallMs];
    const from = `${(ours / 1_000).toFixed(2)} s over ${(theirs / 1_000).toFixed(2)} s, without the empty stack's ${seconds(emptyUp)}`;
    atMost(
      `wall time of an up of ${users} by ProjectUsers over that by ProjectUser`,
      0.12,
      ours / theirs,
      from,
    );
  }
  const more = find("up of one more", "whole");
  if (more !== undefined) {
    atMost(
      `requests of an up of one more user by ProjectUsers`,
      3,
      more.requests.total,
      `GET: ${more.requests.GET}, POST: ${more.requests.POST}, 401: ${more.requests.credentials}`,
    );
  }
  const [refresh, noopRefresh] = [find("refresh", "whole"), find("refresh", "whole, no-op")];
  if (refresh !== undefined && noopRefresh !== undefined) {
    const from = `${seconds(refresh)} over ${seconds(noopRefresh)}`;
    atMost(
      `refresh of ${users} users by ProjectUsers over as many no-op resources`,
      1.3,
      refresh.wallMs / noopRefresh.wallMs,
      from,
    );
  }
  if (up?.state !== undefined) {
    atMost(
      "bytes of state per user of ProjectUsers",
      160,
      up.state.total,
      `of which ${up.state.own} are inputs and outputs`,
    );
  }
  const [peak, noopPeak] = [
    peakMb(measurements, users, "whole"),
    peakMb(measurements, users, "whole, no-op"),
  ];
  if (peak !== undefined && noopPeak !== undefined) {
    const from = `${peak.toFixed(0)} MB over ${noopPeak.toFixed(0)} MB`;
    atMost(
      `peak memory of the provider at ${users} users by ProjectUsers over no-op's`,
      1.1,
      peak / noopPeak,
      from,
    );
  }
  return verdicts;
}

function seconds({ wallMs }: Measurement): string {
  return `${(wallMs / 1_000).toFixed(2)} s`;
}

/** Over all operations. */
function peakMb(
  measurements: readonly Measurement[],
  users: number,
  subject: SubjectName,
): number | undefined {
  const peaks = measurements
    .filter((each) => each.users === users && each.subject === subject)
    .flatMap(({ provider }) => (provider === undefined ? [] : [provider.peakBytes / 1e6]));
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}
