import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  classifyNetworkError,
  isAboutProxy,
  isCertificateError,
  isNotTls,
} from "../../provider/atlas/errors/networkErrors";
import {
  type AttemptHistory,
  decideRetry,
  type Failure,
  isAddressLimit,
  parseRetryAfter,
} from "../../provider/atlas/retry";

const first: AttemptHistory = {
  idempotent: false,
  once: false,
  failures: 1,
  silences: 0,
  refusals: 1,
  patienceMs: 60_000,
  leftMs: Number.POSITIVE_INFINITY,
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
        reason: "rate limited",
        afterMs: 2_000,
      });
    });
  }

  test("waits as long as Retry-After says", () => {
    assert.deepEqual(decideRetry(answer(429, undefined, 17_000), first), {
      action: "repeat",
      reason: "rate limited",
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
      reason: "rate limited",
      afterMs: 1_500,
    });
  });

  test("pauses after each refusal, longer each time, even where Retry-After is 0 or has passed", () => {
    const waits = [1, 2, 3, 7].map((refusals) =>
      decideRetry(answer(429, undefined, 0), { ...first, refusals }),
    );
    assert.deepEqual(
      waits.map((decision) => (decision.action === "repeat" ? decision.afterMs : -1)),
      [500, 1_000, 2_000, 20_000],
    );
  });

  test("gives up when the next wait would exceed the patience, and says for how long the limit stays closed", () => {
    assert.deepEqual(decideRetry(answer(429, undefined, 10_000), { ...first, patienceMs: 9_999 }), {
      action: "give up",
      reason: "rate limited",
      effect: "none",
      outOfTime: true,
      afterMs: 10_000,
    });
    assert.equal(
      decideRetry(answer(429, undefined, 10_000), { ...first, patienceMs: 10_000 }).action,
      "repeat",
    );
  });

  test("leaves what must happen once to its caller after a refusal, as others may have acted meanwhile", () => {
    const refused = { ...answer(429, undefined, 10_000), isFromAtlas: true };
    const decision = decideRetry(refused, { ...first, once: true });
    assert.deepEqual(decision, {
      action: "give up",
      reason: "rate limited",
      effect: "none",
      outOfTime: false,
      afterMs: 10_000,
    });
    for (const failure of [answer(503), { kind: "unreachable", lasting: false } as const]) {
      assert.equal(decideRetry(failure, { ...first, once: true }).action, "give up");
    }
  });

  test("takes what must happen once for refused only by Atlas's own answer", () => {
    for (const status of [400, 404, 429]) {
      const decision = decideRetry(answer(status), { ...first, once: true });
      assert.equal(decision.action === "give up" && decision.effect, "unknown");
    }
  });

  test("gives up where a repetition would start after the deadline", () => {
    const late = { ...first, idempotent: true, leftMs: 500 };
    assert.deepEqual(decideRetry(answer(500), late), {
      action: "give up",
      reason: "failed",
      effect: "unknown",
      outOfTime: true,
    });
    assert.equal(decideRetry(answer(500), { ...late, leftMs: 501 }).action, "repeat");
  });

  test("asks a server that does not answer at all once more, and no oftener", () => {
    const silent: Failure = { kind: "interrupted", silent: true };
    const reads = { ...first, idempotent: true };
    assert.equal(decideRetry(silent, { ...reads, silences: 1 }).action, "repeat");
    assert.equal(decideRetry(silent, { ...reads, failures: 2, silences: 2 }).action, "give up");
  });

  for (const failure of [answer(500), answer(502), answer(503), { kind: "interrupted" } as const]) {
    const what = failure.kind === "answer" ? `a ${failure.status}` : "a broken connection";
    test(`repeats an idempotent request after ${what}, at most four times`, () => {
      const idempotent = { ...first, idempotent: true };
      assert.deepEqual(decideRetry(failure, idempotent), {
        action: "repeat",
        reason: "transient",
        afterMs: 500,
      });
      assert.equal(decideRetry(failure, { ...idempotent, failures: 4 }).action, "repeat");
      assert.deepEqual(decideRetry(failure, { ...idempotent, failures: 5 }), {
        action: "give up",
        reason: "failed",
        effect: "unknown",
        outOfTime: false,
      });
    });

    test(`never repeats what must happen once after ${what}, and says that it may have happened`, () => {
      assert.deepEqual(decideRetry(failure, first), {
        action: "give up",
        reason: "failed",
        effect: "unknown",
        outOfTime: false,
      });
    });
  }

  test("follows Retry-After of a 503, up to a minute", () => {
    const idempotent = { ...first, idempotent: true };
    const after = (ms: number) => decideRetry(answer(503, undefined, ms), idempotent);
    assert.deepEqual(after(3_000), { action: "repeat", reason: "transient", afterMs: 3_000 });
    assert.deepEqual(after(600_000), { action: "repeat", reason: "transient", afterMs: 60_000 });
  });

  test("repeats anything that was never sent, as nothing has happened", () => {
    const refused: Failure = { kind: "unreachable", lasting: false };
    assert.equal(decideRetry(refused, first).action, "repeat");
    assert.deepEqual(decideRetry(refused, { ...first, failures: 5 }), {
      action: "give up",
      reason: "failed",
      effect: "none",
      outOfTime: false,
    });
  });

  test("gives up at once where another attempt would fare no better", () => {
    assert.deepEqual(decideRetry({ kind: "unreachable", lasting: true }, first), {
      action: "give up",
      reason: "failed",
      effect: "none",
      outOfTime: false,
    });
  });

  for (const status of [300, 400, 401, 403, 404, 406, 409, 410]) {
    test(`never repeats after a ${status}`, () => {
      assert.deepEqual(decideRetry(answer(status, "UNEXPECTED_ERROR"), { ...first, idempotent: true }), {
        action: "give up",
        reason: "failed",
        effect: "none",
        outOfTime: false,
      });
    });
  }
});

describe("a refusal of what must happen once", () => {
  for (const errorCode of ["RATE_LIMITED_TOKEN_BUCKET", undefined]) {
    test(`has done nothing for a 429 under the code ${errorCode ?? "null"}`, () => {
      const failure: Failure = { kind: "answer", status: 429, errorCode, isFromAtlas: true };
      const decision = decideRetry(failure, { ...first, once: true });
      assert.ok(decision.action === "give up");
      assert.deepEqual([decision.effect, decision.reason], ["none", "rate limited"]);
    });
  }

  const once = { ...first, once: true };
  for (const [what, status, errorCode, isFromAtlas, effect] of [
    ["a permission is missing", 401, "USER_UNAUTHORIZED", true, "none"],
    ["the proof is refused", 401, "UNEXPECTED_ERROR", true, "unknown"],
    ["a permission is missing, in another form", 401, "USER_UNAUTHORIZED", false, "unknown"],
    ["there is no such resource", 429, "RESOURCE_NOT_FOUND", true, "unknown"],
    ["there is no such resource", 404, "RESOURCE_NOT_FOUND", true, "none"],
  ] as const) {
    test(`may have taken effect or not: ${effect} for a ${status} that says that ${what}`, () => {
      const failure = { ...answer(status, errorCode), isFromAtlas };
      assert.deepEqual(decideRetry(failure, once), {
        action: "give up",
        reason: "failed",
        effect,
        outOfTime: false,
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

describe("isAddressLimit", () => {
  test("knows the two codes by which Atlas limits invitations by address, under any status", () => {
    assert.ok(isAddressLimit(answer(400, "RATE_LIMITED_IP")));
    assert.ok(isAddressLimit(answer(429, "INVITATIONS_RATE_LIMITED_IP")));
    assert.ok(!isAddressLimit(answer(429, "RATE_LIMITED_TOKEN_BUCKET")));
    assert.ok(!isAddressLimit(answer(429)));
  });
});

describe("classifyNetworkError", () => {
  for (const [code, syscall] of [
    ["ECONNREFUSED", "connect"],
    ["ETIMEDOUT", "connect"],
    ["EAI_AGAIN", "getaddrinfo"],
  ] as const) {
    test(`knows that ${code} of ${syscall} was never sent`, () => {
      assert.deepEqual(classifyNetworkError({ code, syscall }), { kind: "unreachable", lasting: false });
    });
  }

  for (const [code, syscall] of [
    ["ENOTFOUND", "getaddrinfo"],
    ["CERT_HAS_EXPIRED", undefined],
    ["EPROTO", "write"],
  ] as const) {
    test(`knows that ${code} will not mend itself`, () => {
      assert.deepEqual(classifyNetworkError({ code, syscall }), { kind: "unreachable", lasting: true });
    });
  }

  test("takes a tunnel that did not come about for nothing sent, and asks a proxy that refuses once", () => {
    const tunnel = (statusCode: number) => classifyNetworkError({ code: "ERR_PROXY_TUNNEL", statusCode });
    assert.deepEqual(tunnel(407), { kind: "unreachable", lasting: true });
    assert.deepEqual(tunnel(403), { kind: "unreachable", lasting: true });
    assert.deepEqual(tunnel(503), { kind: "unreachable", lasting: false });
  });

  test("takes everything else for something that may have been received", () => {
    for (const code of ["ECONNRESET", "ECONNABORTED", "EPIPE", "ERR_BAD_RESPONSE", undefined]) {
      assert.deepEqual(classifyNetworkError({ code, syscall: "read" }), { kind: "interrupted" });
    }
  });

  test("knows an attempt that got no answer in all its time", () => {
    assert.deepEqual(classifyNetworkError({ code: "ERR_CANCELED" }), { kind: "interrupted", silent: true });
  });

  test("tells certificate errors from a server that speaks no TLS", () => {
    for (const code of [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ]) {
      assert.ok(isCertificateError(code) && !isNotTls(code));
    }
    for (const code of ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER"]) {
      assert.ok(isNotTls(code) && !isCertificateError(code));
    }
    for (const code of ["ECONNRESET", undefined]) {
      assert.ok(!isNotTls(code) && !isCertificateError(code));
    }
  });
});

describe("isAboutProxy", () => {
  const proxy = {
    variable: "HTTPS_PROXY",
    hostname: "proxy.corp.example",
    port: 3128,
    host: "proxy.corp.example:3128",
    secrets: [],
    environment: {},
  };
  for (const [what, error, expected] of [
    ["a proxy that does not resolve", { code: "ENOTFOUND", hostname: "proxy.corp.example" }, true],
    ["a proxy that refuses connections", { code: "ECONNREFUSED", syscall: "connect", port: 3128 }, true],
    ["a tunnel that was refused", { code: "ERR_PROXY_TUNNEL", statusCode: 407 }, true],
    ["Atlas that does not resolve", { code: "ENOTFOUND", hostname: "cloud.mongodb.com" }, false],
    ["Atlas that refuses connections", { code: "ECONNREFUSED", syscall: "connect", port: 443 }, false],
  ] as const) {
    test(`is ${expected} for ${what}`, () => assert.equal(isAboutProxy(error, proxy), expected));
  }
});
