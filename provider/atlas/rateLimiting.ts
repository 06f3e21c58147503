import { type RawAnswer, remainingOf } from "./answer";
import type { AttemptHooks } from "./interceptors";
import type { RateLimiter } from "./rateLimiter";
import { NotSent } from "./request";
import { invitations, type Sending } from "./sending";

/** Sends each attempt in its turn, and tells the limiter what Atlas answered. */
export function limitRate(limiter: RateLimiter): AttemptHooks {
  const release = (limit: string, answer: RawAnswer | undefined): void =>
    // The number that Atlas reports as remaining is about the other limit.
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
          // Also when this request gives up. Otherwise all the others would be sent at once.
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

/** Ends the turns of a request whatever went wrong, so that no other request waits for it forever. */
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
