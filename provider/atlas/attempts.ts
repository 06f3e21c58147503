import type { AttemptHooks } from "./interceptors";
import { NotSent } from "./request";

/** A look at Atlas that is older does not justify a request that must happen once only, in milliseconds. */
const freshLookMs = 5_000;

/** The deadline of a request has passed before it was sent. */
export class TimeIsUp extends Error {}

/** Sends nothing too late, and bounds the time of each attempt. */
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
      // What is cut off when its time is over must not be something of which nobody knows then whether it has happened.
      const limitMs = idempotent && deadline ? Math.min(attemptTimeoutMs, deadline.leftMs) : attemptTimeoutMs;
      // The timeout of axios starts anew with every byte, so an answer that trickles in would never end.
      config.signal = AbortSignal.timeout(Math.max(1, Math.ceil(limitMs)));
    },
  };
}
