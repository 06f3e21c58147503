import { challengeOf, header, type RawAnswer, remainingOf } from "./answer";
import type { AttemptHooks } from "./interceptors";
import type { AtlasRequest } from "./request";
import { parseSunset } from "./retirement";

/** What the headers of an answer say, whatever its status. */
export interface AnswerHeaders {
  request: AtlasRequest;
  /** When Atlas is going to remove the operation, in milliseconds since the Unix epoch. @default not announced */
  endMs: number | undefined;
  /** How many more requests Atlas accepts under the limit that the request counted against. @default not told */
  remaining: number | undefined;
}

/** Passes on what the headers of each answer say. */
export function readHeaders(take: (headers: AnswerHeaders) => void): AttemptHooks {
  const read = (request: AtlasRequest, answer: RawAnswer | undefined): void => {
    // A challenge says nothing of the operation.
    if (answer !== undefined && challengeOf(answer) === undefined) {
      take({ request, endMs: parseSunset(header(answer, "sunset")), remaining: remainingOf(answer) });
    }
  };
  return {
    succeeded: ({ request }, answer) => read(request, answer),
    failed: ({ request }, { response }) => read(request, response),
  };
}
