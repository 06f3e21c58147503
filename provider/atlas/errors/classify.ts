import type { AxiosError } from "axios";
import { header, parseProblem } from "../answer";
import type { Clock } from "../clock";
import type { AttemptHooks } from "../interceptors";
import { type Failure, parseRetryAfter } from "../retry";
import { refusedWith } from "./explain";
import { classifyNetworkError, networkErrorOf } from "./networkErrors";

/** Finds out what a failed attempt means. It comes before all parts that act on it. */
export function classifyFailures(clock: Clock): AttemptHooks {
  return {
    failed(sending, error) {
      sending.failure = classify(error, clock);
    },
  };
}

function classify(error: AxiosError, clock: Clock): Failure {
  const status = refusedWith(error);
  if (status === undefined) {
    return classifyNetworkError(networkErrorOf(error));
  }
  const { errorCode, isFromAtlas } = parseProblem(error.response);
  return {
    kind: "answer",
    status,
    errorCode,
    isFromAtlas,
    retryAfterMs: parseRetryAfter(header(error.response, "retry-after"), clock.date()),
  };
}
