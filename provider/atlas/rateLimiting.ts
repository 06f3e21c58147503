import { type RawAnswer, remainingOf } from "./answer";
import type { AttemptHooks } from "./interceptors";
import type { RateLimiter } from "./rateLimiter";
import { NotSent } from "./request";
import { invitations, type Sending } from "./sending";

/** Lets each attempt out in its turn, and tells the limiter what Atlas answered. */
export function limitRate(limiter: RateLimiter): AttemptHooks {
  const release = (limit: string, answer: RawAnswer | undefined): void =>
    // What Atlas says is left is about the other limit.
    limiter.release(limit, limit === invitations ? undefined : remainingOf(answer));
  return {
    async before(sending) {
      for (const limit of sending.limits) {
        if (sending.turns.includes(limit)) {
          continue;
        }
        if (!sending.request.once) {
          await limiter.acquire(limit, sending.ticket, sending.request.deadline);
        } else if (!limiter.tryAcquire(limit)) {
          throw new NotSent();
        }
        sending.turns.push(limit);
      }
    },

    succeeded(sending, answer) {
      endTurns(sending, (limit) => release(limit, answer));
    },

    failed(sending, error) {
      const { fate, failure, request, refusedUnder } = sending;
      if (fate?.reason === "other proof") {
        return;
      }
      endTurns(sending, (limit) => {
        if (fate?.reason === "rate limited" && limit === refusedUnder) {
          // Also by a request that gives up, or all the others would ask at once.
          limiter.backOff(limit, fate.afterMs);
        } else if (failure?.kind === "answer" && limit === request.rateLimitSet) {
          release(limit, error.response);
        } else {
          limiter.abandon(limit);
        }
      });
    },
  };
}

/** Whatever went wrong, those who wait for this request must not wait for ever. */
export function abandonTurns(sending: Sending, limiter: RateLimiter): void {
  endTurns(sending, (limit) => limiter.abandon(limit));
}

function endTurns(sending: Sending, end: (limit: string) => void): void {
  const { turns } = sending;
  sending.turns = [];
  for (const limit of turns) {
    end(limit);
  }
}
