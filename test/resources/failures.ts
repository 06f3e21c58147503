import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Failure } from "../simulator/faults";
import type { Bench } from "./harness";

/** Ways in which the answer to a request is lost that Atlas may have carried out; with what the log shows for it. */
export const lostAnswers = {
  "the connection was reset": { failure: { reset: true }, status: "-" },
  "a 500 came back": { failure: { status: 500, errorCode: "UNEXPECTED_ERROR" }, status: "500" },
  "a 502 came back as HTML": {
    failure: { raw: { status: 502, headers: { "content-type": "text/html" }, body: "<html>Bad Gateway" } },
    status: "502",
  },
  "a 503 came back without a code": { failure: { status: 503, errorCode: null }, status: "503" },
  "a 504 came back with Retry-After": {
    failure: { status: 504, headers: { "Retry-After": "1" } },
    status: "504",
  },
} as const satisfies Record<string, { failure: Failure; status: string }>;

/** Answers to a read that say nothing of what was asked for, so that it must not be taken for gone. */
export const answersThatSayNothing = {
  "a missing permission": { status: 401, errorCode: "USER_UNAUTHORIZED" },
  "an address that is not allowed": { status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" },
  "a lasting failure of Atlas": { status: 500, errorCode: "UNEXPECTED_ERROR", times: 20 },
  "connections that break": { reset: true, times: 20 },
  "an answer that breaks off": { cut: true, times: 20 },
  "the HTML of a sign-in page": {
    raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" },
  },
  "an answer of other types": {
    raw: { status: 200, headers: { "content-type": "application/json" }, body: "[17]" },
  },
  "an answer that is empty": { raw: { status: 200, headers: {}, body: "" } },
} as const satisfies Record<string, Failure & { times?: number }>;

/** What `operation` fails with; that it fails is part of the test, and that it shows no credential. */
export async function failureOf(bench: Bench, operation: Promise<unknown>): Promise<Error> {
  const error = await operation.then(
    (result) => assert.fail(`must fail, but resolved to ${inspect(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  showsNothingOf(secretsOf(bench), error);
  return error;
}

/** Whatever way something is printed, none of the secrets must be in it. */
export function showsNothingOf(secrets: readonly string[], value: unknown): void {
  const printed = [
    inspect(value, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(value) ?? "",
    String(value),
    value instanceof Error ? `${value.stack}` : "",
  ].join("\n");
  for (const secret of secrets) {
    assert.ok(!printed.includes(secret), "a secret is printed");
  }
}

function secretsOf({ atlasSimulator: { keys } }: Bench): string[] {
  return [keys.privateKey, keys.clientSecret];
}
