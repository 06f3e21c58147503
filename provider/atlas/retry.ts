/** How an attempt failed. */
export type Failure =
  /** Atlas answered with a status outside 2xx. */
  | {
      kind: "answer";
      status: number;
      errorCode?: string | undefined;
      retryAfterMs?: number | undefined;
    }
  /** No connection came about, so Atlas has not seen the request. `lasting`: another attempt would fare no better. */
  | { kind: "unreachable"; lasting: boolean }
  /** The connection broke or timed out: Atlas may or may not have carried out the request. */
  | { kind: "interrupted" };

/** What is known about the request when an attempt has failed. */
export interface AttemptHistory {
  /** Whether doing it twice is the same as doing it once. */
  repeatable: boolean;
  /** Failed attempts so far, this one included. */
  failures: number;
  /** How often in a row Atlas has refused requests under the same limit, this time included; 1 and more. */
  refusals: number;
  /** Milliseconds since the request was first throttled; 0 when it was not. */
  throttledForMs: number;
  /** The longest a throttled request may take in all, in milliseconds. */
  throttleBudgetMs: number;
  /** From 0 up to but not including 1, for jitter. */
  random: number;
}

export type Decision =
  /** Send it again: after `afterMs`, and for `throttled` together with everything else of the same limit. */
  | { action: "repeat"; reason: "throttled" | "transient"; afterMs: number }
  /** Give up. `effect` says whether Atlas may have carried it out. `outOfBudget`: it was throttled for too long. */
  | { action: "give up"; effect: "none" | "unknown"; outOfBudget: boolean };

const transientAttempts = 5;
const transientBackOff = { firstMs: 500, longestMs: 8_000 };
const throttleBackOff = { firstMs: 2_000, longestMs: 20_000 };

/** Codes that Atlas sends with status 400 although they mean throttling: invitations are limited by address. */
const throttlingCodes = new Set(["RATE_LIMITED_IP", "INVITATIONS_RATE_LIMITED_IP"]);

/** Whether an answer certainly did nothing, and the same request may succeed later. */
function isThrottled(status: number, errorCode: string | undefined): boolean {
  return (
    status === 429 ||
    (status === 400 && errorCode !== undefined && throttlingCodes.has(errorCode)) ||
    // Atlas refuses all writes for a while when it is being upgraded.
    (status === 405 && errorCode === "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES")
  );
}

/** Decides what follows a failed attempt: by what the failure means, not by the method alone. */
export function decideRetry(failure: Failure, history: AttemptHistory): Decision {
  if (failure.kind === "answer" && isThrottled(failure.status, failure.errorCode)) {
    const afterMs = failure.retryAfterMs ?? backOffMs(throttleBackOff, history.refusals, history.random);
    const outOfBudget = history.throttledForMs + afterMs > history.throttleBudgetMs;
    return outOfBudget
      ? { action: "give up", effect: "none", outOfBudget }
      : { action: "repeat", reason: "throttled", afterMs };
  }
  if (failure.kind === "answer" && failure.status < 500) {
    return { action: "give up", effect: "none", outOfBudget: false };
  }
  const effect = failure.kind === "unreachable" ? "none" : "unknown";
  const mayRepeat = effect === "none" || history.repeatable;
  const lasting = failure.kind === "unreachable" && failure.lasting;
  if (!mayRepeat || lasting || history.failures >= transientAttempts) {
    return { action: "give up", effect, outOfBudget: false };
  }
  const retryAfterMs = failure.kind === "answer" ? failure.retryAfterMs : undefined;
  return {
    action: "repeat",
    reason: "transient",
    afterMs:
      retryAfterMs === undefined
        ? backOffMs(transientBackOff, history.failures, history.random)
        : Math.min(retryAfterMs, 60_000),
  };
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
 * @returns milliseconds from `nowMs` on, never negative; `undefined` when there is no header or it is unreadable
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (/^\s*\d{1,9}\s*$/.test(header)) {
    return Number(header) * 1_000;
  }
  // Date.parse also takes bare numbers, as years.
  const date = /[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Errors of a socket or a resolver that arise before any byte of the request is sent; true: trying again will not help. */
const connectionErrors: Readonly<Record<string, boolean>> = {
  ECONNREFUSED: false,
  EAI_AGAIN: false,
  EHOSTUNREACH: false,
  ENETUNREACH: false,
  ENOTFOUND: true,
};

/** Classifies an error of the network by its code. */
export function classifyNetworkError(code: string | undefined, syscall: string | undefined): Failure {
  if (code !== undefined && code in connectionErrors) {
    return { kind: "unreachable", lasting: connectionErrors[code] === true };
  }
  if (isCertificateError(code)) {
    return { kind: "unreachable", lasting: true };
  }
  return syscall === "connect" ? { kind: "unreachable", lasting: false } : { kind: "interrupted" };
}

/** Whether a TLS handshake failed because of the server's certificate. */
export function isCertificateError(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|EPROTO|ERR_SSL/.test(code);
}
