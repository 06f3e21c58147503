import type { AxiosError } from "axios";
import { challengeOf } from "../answer";
import type { AttemptHooks } from "../interceptors";
import { refusesProof } from "../retry";
import type { Sending } from "../sending";
import type { SharedProblem } from "./authentication";

/**
 * Waits for what another request fetches for all. It comes before the rate limiter, because the other request may
 * need a turn under the same limit.
 */
export const waitForProof: AttemptHooks = {
  before: ({ exchange }) => exchange.ready(),
};

/**
 * Adds proof to each attempt, and tells the exchange what Atlas answered.
 *
 * @param describe says what happened to a request, for the requests that wait for the same proof
 */
export function proveAttempts(
  describe: (sending: Sending, error: AxiosError) => SharedProblem,
): AttemptHooks {
  return {
    async before(sending, { headers }) {
      const authorization = await sending.exchange.header();
      sending.isProven = true;
      if (authorization === undefined) {
        headers.delete("Authorization");
      } else {
        headers.set("Authorization", authorization);
      }
    },

    succeeded(sending) {
      sending.isProven = false;
      sending.exchange.accepted();
    },

    failed(sending, error) {
      sending.isProven = false;
      sending.fate = needsOtherProof(sending, error, describe)
        ? // It keeps its turn, because others may be waiting for the result of this challenge.
          { action: "repeat", reason: "other proof" }
        : undefined;
    },
  };
}

function needsOtherProof(
  sending: Sending,
  error: AxiosError,
  describe: (sending: Sending, error: AxiosError) => SharedProblem,
): boolean {
  const { exchange, request, failure } = sending;
  if (failure?.kind !== "answer") {
    exchange.abandoned();
    return false;
  }
  const challenge = challengeOf(error.response);
  if (challenge !== undefined) {
    const refused = exchange.challenged(challenge);
    if (refused.again) {
      // A proxy may ask for other proof after Atlas has acted. So a request that must happen only once is repeated
      // only when Atlas itself has asked.
      return !request.once || failure.isFromAtlas === true;
    }
    sending.problem = refused.problem;
    exchange.ended(describe(sending, error));
    return false;
  }
  if (refusesProof(failure)) {
    return exchange.refused() && !request.once;
  }
  exchange.accepted();
  return false;
}
