import { type Answer, explainedAt, type Method, saidIn } from "./answers.mts";

/** How often a request is sent that the forge refuses because it limits requests. */
const mostTries = 5;
/** How long a run waits for that in all. The jobs have more time, but somebody pays for it. */
const longestMs = 5 * 60_000;
const shortestMs = 1_000;

/** That a forge limits requests, and in how many milliseconds it takes the next one, where it says so. */
export interface Limit {
  waitMs: number | undefined;
}

/**
 * Whether an answer refuses a request because there were too many. GitHub has two limits and answers 403 or 429 for both,
 * GitLab answers 429.
 */
export function limitOf(answer: Answer): Limit | undefined {
  const { status, headers } = answer;
  if (status !== 403 && status !== 429) {
    return undefined;
  }
  const usedUp = (headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining")) === "0";
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  const after = headers.get("retry-after");
  if (after !== null) {
    return { waitMs: waitUntil(answer, after) };
  }
  if (usedUp) {
    return { waitMs: finite(Number(reset ?? Number.NaN) * 1_000 - nowOf(answer)) };
  }
  // The second limit of GitHub comes without a header at times.
  const isLimit =
    status === 429 || /rate-limit/.test(explainedAt(answer)) || /rate limit/i.test(saidIn(answer) ?? "");
  return isLimit ? { waitMs: undefined } : undefined;
}

/**
 * In how many milliseconds a request may be sent again, or undefined where it may not.
 *
 * A request that was refused because of a limit has had no effect. After any other failure of the server or the
 * connection only what does no harm a second time is sent once more: an addition may have taken effect.
 *
 * @param outcome the answer, or undefined where there was none
 * @param tries how often the request was sent
 * @param waitedMs how long this run has waited for limits so far
 */
export function pauseBefore(
  method: Method,
  outcome: Answer | undefined,
  tries: number,
  waitedMs: number,
): number | undefined {
  const limit = outcome === undefined ? undefined : limitOf(outcome);
  if (limit !== undefined) {
    if (limit.waitMs === undefined || tries >= mostTries) {
      return undefined;
    }
    return within(limit.waitMs, tries, waitedMs);
  }
  const isOver = outcome !== undefined && outcome.status < 500;
  if (isOver || method === "POST" || tries > 1) {
    return undefined;
  }
  const after = outcome?.headers.get("retry-after") ?? "0";
  return outcome === undefined ? shortestMs : within(waitUntil(outcome, after) ?? 0, tries, waitedMs);
}

/** As long as the forge says, and a little in any case, or undefined where that is too long. */
function within(waitMs: number, tries: number, waitedMs: number): number | undefined {
  const pause = Math.max(waitMs, shortestMs * 2 ** (tries - 1));
  return waitedMs + pause <= longestMs ? pause : undefined;
}

/** `Retry-After` is a number of seconds, or a date. */
function waitUntil(answer: Answer, after: string): number | undefined {
  return finite(/^\d+$/.test(after.trim()) ? Number(after) * 1_000 : Date.parse(after) - nowOf(answer));
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}

/** What the server's clock says, as the times in its headers follow it. */
function nowOf({ headers }: Answer): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}
