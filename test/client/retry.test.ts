import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AttemptHistory,
  classifyNetworkError,
  decideRetry,
  type Failure,
  isCertificateError,
  parseRetryAfter,
} from "../../provider/atlas/retry";

const first: AttemptHistory = {
  repeatable: false,
  failures: 1,
  refusals: 1,
  throttledForMs: 0,
  throttleBudgetMs: 60_000,
  random: 0,
};

const answer = (status: number, errorCode?: string, retryAfterMs?: number): Failure => ({
  kind: "answer",
  status,
  errorCode,
  retryAfterMs,
});

describe("decideRetry", () => {
  for (const [what, failure] of Object.entries({
    "a 429 under a documented code": answer(429, "RATE_LIMITED"),
    "a 429 under no code": answer(429),
    "an invitation limit, which comes as 400": answer(400, "INVITATIONS_RATE_LIMITED_IP"),
    "an address limit, which comes as 400": answer(400, "RATE_LIMITED_IP"),
    "a write during an upgrade of Atlas": answer(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"),
  })) {
    test(`repeats any method after ${what}`, () => {
      assert.deepEqual(decideRetry(failure, first), {
        action: "repeat",
        reason: "throttled",
        afterMs: 2_000,
      });
    });
  }

  test("waits as long as Retry-After says", () => {
    assert.deepEqual(decideRetry(answer(429, undefined, 17_000), first), {
      action: "repeat",
      reason: "throttled",
      afterMs: 17_000,
    });
  });

  test("doubles the wait up to 20 seconds, and jitter takes off up to a half", () => {
    const waits = [1, 2, 3, 4, 5, 6].map((refusals) => decideRetry(answer(429), { ...first, refusals }));
    assert.deepEqual(
      waits.map((decision) => (decision.action === "repeat" ? decision.afterMs : -1)),
      [2_000, 4_000, 8_000, 16_000, 20_000, 20_000],
    );
    assert.deepEqual(decideRetry(answer(429), { ...first, random: 0.5 }), {
      action: "repeat",
      reason: "throttled",
      afterMs: 1_500,
    });
  });

  test("gives up when the next wait would exceed the budget", () => {
    assert.deepEqual(decideRetry(answer(429, undefined, 10_000), { ...first, throttledForMs: 50_001 }), {
      action: "give up",
      effect: "none",
      outOfBudget: true,
    });
    assert.equal(
      decideRetry(answer(429, undefined, 10_000), { ...first, throttledForMs: 50_000 }).action,
      "repeat",
    );
  });

  for (const failure of [answer(500), answer(502), answer(503), { kind: "interrupted" } as const]) {
    const what = failure.kind === "answer" ? `a ${failure.status}` : "a broken connection";
    test(`repeats a repeatable request after ${what}, at most four times`, () => {
      const repeatable = { ...first, repeatable: true };
      assert.deepEqual(decideRetry(failure, repeatable), {
        action: "repeat",
        reason: "transient",
        afterMs: 500,
      });
      assert.equal(decideRetry(failure, { ...repeatable, failures: 4 }).action, "repeat");
      assert.deepEqual(decideRetry(failure, { ...repeatable, failures: 5 }), {
        action: "give up",
        effect: "unknown",
        outOfBudget: false,
      });
    });

    test(`never repeats what must happen once after ${what}, and says that it may have happened`, () => {
      assert.deepEqual(decideRetry(failure, first), {
        action: "give up",
        effect: "unknown",
        outOfBudget: false,
      });
    });
  }

  test("follows Retry-After of a 503, up to a minute", () => {
    const repeatable = { ...first, repeatable: true };
    const after = (ms: number) => decideRetry(answer(503, undefined, ms), repeatable);
    assert.deepEqual(after(3_000), { action: "repeat", reason: "transient", afterMs: 3_000 });
    assert.deepEqual(after(600_000), { action: "repeat", reason: "transient", afterMs: 60_000 });
  });

  test("repeats anything that was never sent, as nothing has happened", () => {
    const refused: Failure = { kind: "unreachable", lasting: false };
    assert.equal(decideRetry(refused, first).action, "repeat");
    assert.deepEqual(decideRetry(refused, { ...first, failures: 5 }), {
      action: "give up",
      effect: "none",
      outOfBudget: false,
    });
  });

  test("gives up at once where another attempt would fare no better", () => {
    assert.deepEqual(decideRetry({ kind: "unreachable", lasting: true }, first), {
      action: "give up",
      effect: "none",
      outOfBudget: false,
    });
  });

  for (const status of [300, 400, 401, 403, 404, 406, 409, 410]) {
    test(`never repeats after a ${status}`, () => {
      assert.deepEqual(decideRetry(answer(status, "UNEXPECTED_ERROR"), { ...first, repeatable: true }), {
        action: "give up",
        effect: "none",
        outOfBudget: false,
      });
    });
  }
});

describe("parseRetryAfter", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  for (const [header, expected] of [
    [undefined, undefined],
    ["0", 0],
    ["37", 37_000],
    [" 5 ", 5_000],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Thu, 1 Jan 2026 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["-3", undefined],
    ["soon", undefined],
  ] as const) {
    test(`reads ${JSON.stringify(header)} as ${expected} ms`, () => {
      assert.equal(parseRetryAfter(header, now), expected);
    });
  }
});

describe("classifyNetworkError", () => {
  test("knows what was never sent", () => {
    assert.deepEqual(classifyNetworkError("ECONNREFUSED", "connect"), {
      kind: "unreachable",
      lasting: false,
    });
    assert.deepEqual(classifyNetworkError("ETIMEDOUT", "connect"), { kind: "unreachable", lasting: false });
    assert.deepEqual(classifyNetworkError("EAI_AGAIN", "getaddrinfo"), {
      kind: "unreachable",
      lasting: false,
    });
  });

  test("knows what will not mend itself", () => {
    assert.deepEqual(classifyNetworkError("ENOTFOUND", "getaddrinfo"), {
      kind: "unreachable",
      lasting: true,
    });
    assert.deepEqual(classifyNetworkError("CERT_HAS_EXPIRED", undefined), {
      kind: "unreachable",
      lasting: true,
    });
  });

  test("takes everything else for something that may have been received", () => {
    for (const code of ["ECONNRESET", "ECONNABORTED", "EPIPE", "ERR_BAD_RESPONSE", undefined]) {
      assert.deepEqual(classifyNetworkError(code, "read"), { kind: "interrupted" });
    }
  });

  test("tells certificate errors apart", () => {
    assert.ok(isCertificateError("DEPTH_ZERO_SELF_SIGNED_CERT"));
    assert.ok(isCertificateError("UNABLE_TO_VERIFY_LEAF_SIGNATURE"));
    assert.ok(isCertificateError("ERR_TLS_CERT_ALTNAME_INVALID"));
    assert.ok(!isCertificateError("ECONNRESET"));
    assert.ok(!isCertificateError(undefined));
  });
});
