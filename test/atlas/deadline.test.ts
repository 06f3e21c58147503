import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { Deadline, pause, stopwatch, systemClock } from "../../provider/atlas/clock";
import { AtlasError } from "../../provider/atlas/errors/error";
import { NotSent } from "../../provider/atlas/request";
import { UnrulyClock } from "../unrulyClock";
import { account, apiKey, clientOf, cutover, look, serve } from "./server";

const accessToken = '{"access_token":"a-token","expires_in":3600}';

describe("a stopwatch", () => {
  test("uses the clock that has moved further, so that sleep of the machine counts and a date set back does not", () => {
    let date = 1_000_000;
    let monotonic = 0;
    const clock = { date: () => date, monotonic: () => monotonic, sleep: async () => {} };
    const elapsedMs = stopwatch(clock);
    date += 9 * 3_600_000;
    assert.equal(elapsedMs(), 9 * 3_600_000);
    date -= 20 * 3_600_000;
    monotonic += 5_000;
    assert.equal(elapsedMs(), 5_000);
  });
});

describe("a deadline", () => {
  test("that has passed stays passed, even if the date is set back afterwards", () => {
    let date = 0;
    const deadline = new Deadline({ date: () => date, monotonic: () => 0, sleep: async () => {} }, 1_000);
    date = 2_000;
    assert.ok(deadline.isOver);
    date = 0;
    assert.ok(deadline.isOver);
    assert.equal(deadline.leftMs, 0);
  });
});

describe("a pause", () => {
  test("goes on when the sleeper is woken early", async () => {
    const clock = new UnrulyClock();
    clock.whims = [-900, -50, -1].map((late) => ({ late, wallStep: -10_000, machineSleep: 0 }));
    const elapsedMs = stopwatch(clock);
    await pause(clock, 1_000);
    assert.ok(elapsedMs() >= 1_000);
  });

  test("on the machine's own clock ends", async () => {
    const elapsedMs = stopwatch(systemClock);
    await pause(systemClock, 5);
    assert.ok(elapsedMs() >= 5);
  });
});

describe("a request with a deadline", () => {
  test("is not sent when the deadline is over", async (t) => {
    const { url, seen } = await serve(t, (_request, response) => response.end("{}"));
    const { client, clock } = clientOf(url);
    const deadline = new Deadline(clock, 60_000);
    clock.advance(60_000);
    await assert.rejects(client.send(look({ deadline }), v.any()), (error: AtlasError) => {
      assert.match(
        error.message,
        /was not sent, because its time is over\. The 60 s that are allowed .* `customTimeouts`\.$/,
      );
      assert.equal(error.mayHaveTakenEffect, false);
      return true;
    });
    assert.equal(seen.length, 0);
  });

  test("is not sent when the token has come too late for it", async (t) => {
    const { url, seen } = await serve(t, (request, response) => {
      if (request.url?.startsWith("/api/oauth") && seen.length < 4) {
        response.writeHead(429, { "retry-after": "200" }).end();
      } else {
        response.end(request.url === "/api/oauth/token" ? accessToken : "{}");
      }
    });
    const { client, clock } = clientOf(url, { credentials: account });
    const request = cutover({ once: false, deadline: new Deadline(clock, 60_000) });
    await assert.rejects(
      client.send(request, v.any()),
      /was not sent, because (its time is over|it waited for an access token)/,
    );
    assert.deepEqual([...new Set(seen.map(({ url: path }) => path))], ["/api/oauth/token"]);
  });

  test("that is throttled beyond it fails at once, and says when the limit opens", async (t) => {
    const { url, seen } = await serve(t, (_request, response) =>
      response.writeHead(429, { "retry-after": "120" }).end(),
    );
    const { client, clock } = clientOf(url);
    const send = () => client.send(look({ deadline: new Deadline(clock, 30_000) }), v.any());
    await assert.rejects(
      send(),
      /lets the next request through in 120 s at the earliest, after the 30 s that are allowed for all of it/,
    );
    await assert.rejects(send(), /was not sent, because Atlas accepts no more of these requests for now/);
    assert.equal(seen.length, 1, "whoever gives up leaves the limit closed");
    assert.deepEqual(clock.sleeps.length > 0 ? clock.date() - Date.parse("2026-01-01T00:00:00Z") : 0, 0);
  });

  test("ends a read that gets no answer when its time is over", async (t) => {
    const { url } = await serve(t, () => {});
    const { client } = clientOf(url, { clock: systemClock });
    const elapsedMs = stopwatch(systemClock);
    const deadline = new Deadline(systemClock, 200);
    await assert.rejects(
      client.send(look({ deadline }), v.any()),
      /got no answer within 0\.2 s.*are allowed/,
    );
    assert.ok(elapsedMs() < 10_000);
  });
});

describe("against a server that accepts connections and never answers", () => {
  for (const credentials of [apiKey, account]) {
    test(`16 reads of 16 projects fail together with ${credentials.kind}, after two attempts in all`, async (t) => {
      const { url, seen } = await serve(t, () => {});
      const { client, reports } = clientOf(url, { credentials, attemptTimeoutMs: 50 });
      const results = await Promise.allSettled(
        Array.from({ length: 16 }, (_, index) =>
          client.send(look({ path: `/groups/${index}/users`, rateLimitSet: `users of ${index}` }), v.any()),
        ),
      );
      for (const result of results) {
        assert.ok(result.status === "rejected" && result.reason instanceof AtlasError);
        assert.match(result.reason.message, /got no answer within 0\.1 s/);
        assert.equal(result.reason.mayHaveTakenEffect, false);
      }
      assert.equal(seen.length, 2);
      assert.deepEqual(reports.length, 1);
      assert.match(reports[0] ?? "", /^Atlas has not answered for 0\.05 s; trying once more to /);
    });
  }
});

const tooMany = JSON.stringify({ error: 429, reason: "Too Many Requests", errorCode: "RATE_LIMITED" });

describe("what must happen once", () => {
  test("is not sent while others wait under its limit, nor repeated after a refusal", async (t) => {
    const { url, seen } = await serve(t, (_request, response) =>
      seen.length === 1 ? response.writeHead(429, { "retry-after": "5" }).end(tooMany) : response.end("{}"),
    );
    const { client } = clientOf(url);
    await assert.rejects(client.send(cutover(), v.any()), NotSent);
    await assert.rejects(client.send(cutover(), v.any()), NotSent);
    assert.equal(seen.length, 1);
    await client.send(look({ rateLimitSet: "migrations" }), v.any());
    await client.send(cutover(), v.any());
    assert.deepEqual(
      seen.map(({ method }) => method),
      ["PUT", "GET", "PUT"],
    );
  });

  test("is not sent when its proof took long to get", async (t) => {
    const { url, seen } = await serve(t, (request, response) => {
      if (request.url === "/api/oauth/token" && seen.length === 1) {
        response.writeHead(429, { "retry-after": "6" }).end();
      } else {
        response.end(request.url === "/api/oauth/token" ? accessToken : "{}");
      }
    });
    const { client } = clientOf(url, { credentials: account });
    await assert.rejects(client.send(cutover(), v.any()), NotSent);
    assert.deepEqual([...new Set(seen.map(({ url: path }) => path))], ["/api/oauth/token"]);
    await client.send(cutover(), v.any());
  });
});

test("who waits for a limit and who waits for the first challenge never wait for each other", async (t) => {
  const { url } = await serve(t, (_request, response) => {
    if (seen === 0) {
      response.writeHead(429, { "retry-after": "0" }).end();
    }
    seen += 1;
  });
  let seen = 0;
  const { client } = clientOf(url, { attemptTimeoutMs: 50 });
  const results = await Promise.allSettled([client.send(look(), v.any()), client.send(look(), v.any())]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "rejected"],
  );
});
