import type { AttemptHooks } from "./interceptors";
import { NotSent } from "./request";

/** How old a look at Atlas may be before a request that must happen only once, in milliseconds. */
const freshLookMs = 5_000;

/** The deadline of a request passed before it was sent. */
export class TimeIsUp extends Error {}

/** Sends nothing after its deadline, and limits the time of each attempt. */
export function limitAttempts(attemptTimeoutMs: number): AttemptHooks {
  return {
    before(sending, config) {
      const { deadline, once, idempotent } = sending.request;
      if (deadline?.isOver) {
        throw new TimeIsUp();
      }
      if (once && sending.ageMs() > freshLookMs) {
        throw new NotSent();
      }
      // Only an idempotent request is cut off at its deadline. For any other, nobody would know whether it has
      // happened.
      const limitMs = idempotent && deadline ? Math.min(attemptTimeoutMs, deadline.leftMs) : attemptTimeoutMs;
      // axios restarts its own timeout with every byte, so an answer that trickles in would never end.
      config.signal = AbortSignal.timeout(Math.max(1, Math.ceil(limitMs)));
    },
  };
}
