import { permissionCodes } from "./errors/advice";

/** How an attempt failed. */
export type Failure =
  /** Atlas answered with a status outside 2xx. */
  | {
      kind: "answer";
      status: number;
      errorCode?: string | undefined;
      retryAfterMs?: number | undefined;
      /** Whether the answer has the form of Atlas's own errors. */
      isFromAtlas?: boolean;
    }
  /** There was no connection, so Atlas has not seen the request. `lasting`: another attempt would fail as well. */
  | { kind: "unreachable"; lasting: boolean }
  /**
   * The connection broke or timed out: Atlas may or may not have carried out the request. `silent`: there was no
   * answer for as long as an attempt may take.
   */
  | { kind: "interrupted"; silent?: boolean };

/** What is known about the request when an attempt has failed. */
export interface AttemptHistory {
  /** Whether doing it twice is the same as doing it once. */
  idempotent: boolean;
  /** Whether its caller has to look at Atlas before each attempt, and repeats it itself. */
  once: boolean;
  /** Failed attempts so far, this one included. */
  failures: number;
  /** Attempts so far that got no answer for as long as one may take, this one included. */
  silences: number;
  /** How often in a row Atlas has refused requests under the same limit, this time included; at least 1. */
  refusals: number;
  /** How long it may still wait while Atlas refuses it because of a rate limit, in milliseconds. */
  patienceMs: number;
  /** Milliseconds until its deadline; infinite without one. */
  leftMs: number;
  /** From 0 up to but not including 1, for jitter. */
  random: number;
}

export type Decision =
  /** Send it again: after `afterMs`, and for `rate limited` together with everything else of the same limit. */
  | { action: "repeat"; reason: "rate limited" | "transient"; afterMs: number }
  /** Give up, and keep the limit closed for `afterMs`. `outOfTime`: a repetition would come too late. */
  | { action: "give up"; reason: "rate limited"; effect: "none"; outOfTime: boolean; afterMs: number }
  /** Give up. `effect` says whether Atlas may have carried it out. */
  | { action: "give up"; reason: "failed"; effect: "none" | "unknown"; outOfTime: boolean };

const transientAttempts = 5;
/** A server that takes a request and never answers is asked only once more: five attempts would take five minutes. */
const silentAttempts = 2;
const transientBackOff = { firstMs: 500, longestMs: 8_000 };
const rateLimitBackOff = { firstMs: 2_000, longestMs: 20_000 };
/** The shortest pause after a refusal, even if Atlas says to come back at once, as it does for new buckets. */
const leastPause = { firstMs: 500, longestMs: 20_000 };

/** Codes that Atlas sends with status 400 although they mean a limit: invitations are limited by address. */
const addressLimitCodes = new Set(["RATE_LIMITED_IP", "INVITATIONS_RATE_LIMITED_IP"]);

/** Whether an answer is about Atlas's limit of invitations, which counts by address and not by project. */
export function isAddressLimit(failure: Failure): boolean {
  return (
    failure.kind === "answer" && failure.errorCode !== undefined && addressLimitCodes.has(failure.errorCode)
  );
}

/** Whether Atlas certainly did nothing, and the same request may succeed later. */
function isRateLimited({ status, errorCode }: Failure & { kind: "answer" }): boolean {
  return (
    status === 429 ||
    (status === 400 && errorCode !== undefined && addressLimitCodes.has(errorCode)) ||
    // Atlas refuses all writes for a while when it is being upgraded.
    (status === 405 && errorCode === "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES")
  );
}

/** Whether an answer refuses the credentials themselves, rather than what they may do. */
export function refusesProof({ status, errorCode }: Failure & { kind: "answer" }): boolean {
  return status === 401 && !permissionCodes.has(errorCode ?? "");
}

/** The code that Atlas sends with many statuses when it gives no reason. */
const noReason = "UNEXPECTED_ERROR";

/**
 * Whether only Atlas can have given this answer. An answer after which the request would be repeated must not
 * contradict itself: a 401 must name a permission, because otherwise Atlas would have asked for other proof, and a
 * 429 must give no other reason than the limit.
 */
function isCertainlyAtlas(failure: Failure & { kind: "answer" }): boolean {
  const { status, errorCode = noReason, isFromAtlas } = failure;
  const contradictsLimit = status === 429 && errorCode !== noReason && !errorCode.includes("RATE_LIMITED");
  return isFromAtlas === true && !refusesProof(failure) && !contradictsLimit;
}

/** Decides what to do after a failed attempt, from the meaning of the failure and not from the method alone. */
export function decideRetry(failure: Failure, history: AttemptHistory): Decision {
  if (history.once && failure.kind === "answer" && !isCertainlyAtlas(failure)) {
    // A proxy in between may answer anything after Atlas has carried out the request.
    return { action: "give up", reason: "failed", effect: "unknown", outOfTime: false };
  }
  if (failure.kind === "answer" && isRateLimited(failure)) {
    const { refusals, random } = history;
    const afterMs =
      failure.retryAfterMs === undefined
        ? backOffMs(rateLimitBackOff, refusals, random)
        : Math.max(failure.retryAfterMs, backOffMs(leastPause, refusals, random));
    const outOfTime = afterMs > history.patienceMs;
    return outOfTime || history.once
      ? { action: "give up", reason: "rate limited", effect: "none", outOfTime, afterMs }
      : { action: "repeat", reason: "rate limited", afterMs };
  }
  const giveUp = (effect: "none" | "unknown", outOfTime = false): Decision => ({
    action: "give up",
    reason: "failed",
    effect,
    outOfTime,
  });
  if (failure.kind === "answer" && failure.status < 500) {
    return giveUp("none");
  }
  const effect = failure.kind === "unreachable" ? "none" : "unknown";
  const mayRepeat = !history.once && (effect === "none" || history.idempotent);
  const lasting = failure.kind === "unreachable" && failure.lasting;
  if (!mayRepeat || lasting || history.failures >= transientAttempts || history.silences >= silentAttempts) {
    return giveUp(effect);
  }
  const retryAfterMs = failure.kind === "answer" ? failure.retryAfterMs : undefined;
  const afterMs = Math.max(
    backOffMs(transientBackOff, history.failures, history.random),
    Math.min(retryAfterMs ?? 0, 60_000),
  );
  return afterMs >= history.leftMs
    ? giveUp(effect, true)
    : { action: "repeat", reason: "transient", afterMs };
}

/** Doubles from `firstMs` to `longestMs`; the jitter takes off up to a half, so that clients drift apart. */
function backOffMs(
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
  times: number,
  random: number,
): number {
  const full = Math.min(longestMs, firstMs * 2 ** (times - 1));
  return Math.round(full * (1 - random / 2));
}

/**
 * Reads a `Retry-After` header: whole seconds, or an HTTP date.
 *
 * @param date the date now, in milliseconds since the Unix epoch
 * @returns milliseconds from then on, never negative; `undefined` when there is no header or it is unreadable
 */
export function parseRetryAfter(header: string | undefined, date: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (/^\s*\d{1,9}\s*$/.test(header)) {
    return Number(header) * 1_000;
  }
  // Date.parse also takes bare numbers, as years.
  const until = /[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(until) ? undefined : Math.max(0, until - date);
}
