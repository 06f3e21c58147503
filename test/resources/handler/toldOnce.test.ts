import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { ToldOnce } from "../../../provider/resources/handler/toldOnce";

let toldOnce: ToldOnce;

beforeEach(() => {
  toldOnce = new ToldOnce();
});

const path = "/api/atlas/v2/groups/1/users";

/** What the user is told of a request for `name` that has ended so. */
function told(name: string, happened: string, status?: number): string {
  const message = `Could not add ${name} to project 1: POST ${path} ${happened}`;
  const error = new AtlasError(message, { operation: "addGroupUsers", method: "POST", path, status });
  const shortened = toldOnce.shorten(error);
  assert.equal(shortened.status, status);
  return shortened.message;
}

const wrongKey = "was answered 401: No. Atlas does not accept the API key: check it.";
const elsewhere = (name: string, answer: string): string =>
  `Could not add ${name} to project 1, for the reason that is told in full for another resource (${answer}).`;

describe("a reason that is not about one resource", () => {
  test("is told in full once", () => {
    assert.equal(told("ada", wrongKey, 401), `Could not add ada to project 1: POST ${path} ${wrongKey}`);
    assert.equal(told("bob", wrongKey, 401), elsewhere("bob", "401"));
    assert.equal(told("carol", wrongKey, 401), elsewhere("carol", "401"));
  });

  test("is the same for those whose request waited for the one that was refused", () => {
    told("ada", wrongKey, 401);
    const waited = `was not sent, because the first request to Atlas, which all others wait for, ${wrongKey}`;
    assert.equal(told("bob", waited), elsewhere("bob", "not sent"));
  });

  test("is another one where the role that is missing is another", () => {
    told("ada", "was answered 401: No. Give the credentials the role A.", 401);
    assert.ok(told("bob", "was answered 401: No. Give the credentials the role B.", 401).endsWith("role B."));
  });

  for (const [what, status] of [
    ["no answer", undefined],
    ["a lasting failure", 500],
    ["a rate limit", 429],
  ] as const) {
    test(`may be ${what}`, () => {
      told("ada", "got no answer (ECONNREFUSED).", status);
      assert.equal(
        told("bob", "got no answer (ECONNREFUSED).", status),
        elsewhere("bob", String(status ?? "no answer")),
      );
    });
  }
});

test("a refusal that may be about the resource itself is told in full each time", () => {
  for (const status of [400, 404, 409]) {
    told("ada", "was answered: No.", status);
    assert.ok(told("bob", "was answered: No.", status).endsWith("No."));
  }
});
