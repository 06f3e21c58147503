import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Answer, Method } from "../../examples/gitops/ci/answers.mts";
import { Client } from "../../examples/gitops/ci/http.mts";
import { noAnswer } from "../../examples/gitops/ci/refusals.mts";
import { limitOf, pauseBefore } from "../../examples/gitops/ci/retries.mts";
import { FakeGitHub } from "./forges";

const dateHeader = "Wed, 07 Jan 2026 12:00:00 GMT";
const inSeconds = (seconds: number): string => String(Date.parse(dateHeader) / 1_000 + seconds);

function answer(status: number, headers: Record<string, string> = {}, body: unknown = {}): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Headers({ date: dateHeader, ...headers }), text };
}

describe("a limit of a forge", () => {
  const secondary = {
    message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  };
  const page =
    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";
  const cases: [what: string, answer: Answer, waitMs: number | undefined][] = [
    [
      "GitHub's, used up",
      answer(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(90) }),
      90_000,
    ],
    [
      "the same with 429",
      answer(429, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(90) }),
      90_000,
    ],
    ["used up, without the time", answer(403, { "x-ratelimit-remaining": "0" }), undefined],
    [
      "used up, with a time that is none",
      answer(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }),
      undefined,
    ],
    ["GitHub's second one", answer(403, { "retry-after": "60" }, secondary), 60_000],
    [
      "the second one, while the first is not used up",
      answer(403, { "retry-after": "60", "x-ratelimit-remaining": "4000" }),
      60_000,
    ],
    [
      "the second one, without a header, by its page",
      answer(403, {}, { message: "?", documentation_url: page }),
      undefined,
    ],
    ["the second one, without a header, by its words", answer(403, {}, secondary), undefined],
    ["GitLab's", answer(429, { "retry-after": "7" }, "Retry later\n"), 7_000],
    [
      "GitLab's, by the other headers",
      answer(429, { "ratelimit-remaining": "0", "ratelimit-reset": inSeconds(7) }),
      7_000,
    ],
    [
      "GitLab's for notes, without a header",
      answer(429, {}, { message: { error: "Try again later." } }),
      undefined,
    ],
    ["one until a date", answer(429, { "retry-after": "Wed, 07 Jan 2026 12:00:30 GMT" }), 30_000],
    ["one until what is no date", answer(429, { "retry-after": "later" }), undefined],
  ];
  for (const [what, refused, waitMs] of cases) {
    test(`is ${what}`, () => {
      assert.deepEqual(limitOf(refused), { waitMs });
    });
  }

  for (const [what, refused] of [
    [
      "a missing permission",
      answer(403, { "x-ratelimit-remaining": "4000" }, { message: "Resource not accessible by integration" }),
    ],
    ["a wrong token", answer(401, { "x-ratelimit-remaining": "0" })],
    ["what is not there", answer(404, { "retry-after": "1" })],
    ["a failure of the server", answer(503, { "retry-after": "1" })],
  ] as const) {
    test(`is not ${what}`, () => {
      assert.equal(limitOf(refused), undefined);
    });
  }
});

describe("before a request is sent again", () => {
  const limited = (seconds: number): Answer => answer(429, { "retry-after": String(seconds) });
  const cases: [
    what: string,
    method: Method,
    outcome: Answer | undefined,
    tries: number,
    waited: number,
    pause: number | undefined,
  ][] = [
    ["an addition waits for a limit, which has refused it", "POST", limited(60), 1, 0, 60_000],
    ["a limit is waited for again", "GET", limited(60), 4, 180_000, 60_000],
    ["a limit is waited for five times at most", "GET", limited(1), 5, 0, undefined],
    ["a wait of nothing is a second", "GET", limited(0), 1, 0, 1_000],
    ["a wait of nothing doubles", "GET", limited(0), 4, 0, 8_000],
    [
      "a date that is over is a second",
      "GET",
      answer(429, { "retry-after": "Wed, 07 Jan 2026 11:00:00 GMT" }),
      1,
      0,
      1_000,
    ],
    ["five minutes are waited", "GET", limited(300), 1, 0, 300_000],
    ["no more than five minutes are waited", "GET", limited(301), 1, 0, undefined],
    ["no more than five minutes are waited in all", "GET", limited(60), 2, 241_000, undefined],
    ["nobody waits where the forge says no time", "GET", answer(429), 1, 0, undefined],
    ["a read is sent once more after a failure", "GET", answer(502), 1, 0, 1_000],
    ["a read is not sent a third time", "GET", answer(502), 2, 0, undefined],
    ["a change to what is there is sent once more", "PATCH", answer(502), 1, 0, 1_000],
    ["a change to what is there is sent once more, on GitLab", "PUT", answer(502), 1, 0, 1_000],
    ["an addition is not, as it may have taken effect", "POST", answer(502), 1, 0, undefined],
    ["a server that is down says how long", "GET", answer(503, { "retry-after": "20" }), 1, 0, 20_000],
    [
      "a server that is down for an hour is not waited for",
      "GET",
      answer(503, { "retry-after": "3600" }),
      1,
      0,
      undefined,
    ],
    ["a read is sent once more without an answer", "GET", undefined, 1, 0, 1_000],
    ["an addition is not", "POST", undefined, 1, 0, undefined],
    ["a refusal is final", "GET", answer(404), 1, 0, undefined],
  ];
  for (const [what, method, outcome, tries, waited, pause] of cases) {
    test(what, () => {
      assert.equal(pauseBefore(method, outcome, tries, waited), pause);
    });
  }
});

describe("a request without an answer", () => {
  const reason = (code: string): Error =>
    new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });
  const path =
    "look whether this runner reaches it (a proxy in HTTPS_PROXY is used where NODE_USE_ENV_PROXY is 1), or try again later";
  const authority =
    "its certificate is not trusted here, so name the file of your own authority in NODE_EXTRA_CA_CERTS";
  for (const [code, advice] of [
    ["ENOTFOUND", path],
    ["EAI_AGAIN", path],
    ["ECONNREFUSED", path],
    ["UND_ERR_CONNECT_TIMEOUT", path],
    ["SELF_SIGNED_CERT_IN_CHAIN", authority],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", authority],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", authority],
    ["ERR_TLS_CERT_ALTNAME_INVALID", authority],
    ["ECONNRESET", "try again later"],
  ] as const) {
    test(`after ${code} says what to do`, () => {
      const { message } = noAnswer("GET", "https://gitlab.example.com/api", reason(code));
      assert.equal(message, `GET https://gitlab.example.com/api got no answer (connect ${code}): ${advice}.`);
    });
  }

  test("within the time says what to do", () => {
    const late = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    assert.equal(
      noAnswer("GET", "https://gitlab.example.com/api", late).message,
      `GET https://gitlab.example.com/api got no answer (${late.message}): ${path}.`,
    );
  });
});

describe("requests to a forge", () => {
  let forge: FakeGitHub;
  let pauses: number[];
  let client: Client;
  const purpose = { advice: "ask for more", gone: "gone", obstacle: () => Promise.resolve(undefined) };

  beforeEach(async () => {
    forge = await new FakeGitHub().start();
    pauses = [];
    client = new Client("GitHub", { Authorization: `Bearer ${forge.token}` }, async (ms) => pauses.push(ms));
  });

  afterEach(() => forge.stop());

  const limit = (seconds: number) => ({ status: 403, headers: { "Retry-After": String(seconds) } });

  test("wait for a limit and go on", async (context) => {
    context.mock.method(console, "error", () => {});
    forge.faults.push(limit(40), limit(0));
    const { status } = await client.call("POST", `${forge.url}/repos/acme/atlas-access/issues`, purpose, {
      title: "x",
    });
    assert.equal(status, 201);
    assert.deepEqual(pauses, [40_000, 2_000]);
    assert.equal(forge.issues.length, 1);
  });

  test("count all waits together", async (context) => {
    context.mock.method(console, "error", () => {});
    const url = `${forge.url}/repos/acme/atlas-access`;
    forge.faults.push(limit(200));
    await client.call("GET", url, purpose);
    forge.faults.push(limit(200));
    await assert.rejects(client.call("GET", url, purpose), {
      message: `GET ${url} answered 403: GitHub limits how many requests it takes: run the job again in 4 minutes.`,
    });
    assert.deepEqual(pauses, [200_000]);
  });

  test("end after five refusals", async (context) => {
    context.mock.method(console, "error", () => {});
    forge.faults.push(...Array.from({ length: 9 }, () => limit(1)));
    await assert.rejects(client.call("GET", `${forge.url}/repos/acme/atlas-access`, purpose));
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000]);
    assert.equal(forge.requests.length, 5);
  });
});
