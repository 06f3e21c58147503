import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { listGroupUsers } from "../../provider/atlas/operations/index";
import { parseSunset, RetirementNotices, retiredOperationIn } from "../../provider/atlas/retirement";
import { AtlasSession } from "../../provider/atlas/session";
import { FakeClock } from "../fakeClock";
import { apiKey, clientOf, look, serve } from "./server";

const day = 24 * 3_600_000;

describe("parseSunset", () => {
  for (const [header, expected] of [
    ["Thu, 1 Jul 2027 00:00:00 GMT", "2027-07-01T00:00:00.000Z"],
    ["Thu, 01 Jul 2027 00:00:00 GMT", "2027-07-01T00:00:00.000Z"],
    ["Tue, 9 Sep 2025 00:00:00 GMT", "2025-09-09T00:00:00.000Z"],
    ["  Fri, 31 Dec 2027 23:59:59 GMT ", "2027-12-31T23:59:59.000Z"],
  ] as const) {
    test(`reads '${header}'`, () => {
      assert.equal(new Date(parseSunset(header) ?? Number.NaN).toISOString(), expected);
    });
  }

  for (const header of [
    undefined,
    "",
    "true",
    "@1688169599",
    "2027-07-01",
    "1 Jul 2027",
    "Thu, 1 Jul 2027 00:00:00",
    "Thu, 1 Jux 2027 00:00:00 GMT",
    "Thu, 99 Jul 2027 00:00:00 GMT",
    "Thu, 1 Jul 2027 25:00:00 GMT",
  ]) {
    test(`reads nothing in '${header}'`, () => {
      assert.equal(parseSunset(header), undefined);
    });
  }
});

describe("a notice", () => {
  const end = Date.UTC(2027, 6, 1);
  const at = (nowMs: number, endMs = end): string[] => {
    const told: string[] = [];
    new RetirementNotices((line) => told.push(line)).take(look(), endMs, nowMs);
    return told;
  };
  const what = "Atlas has deprecated the operation listGroupUsers, which is used to list the users: Atlas";
  const advice = "Look for a newer release of mongodbatlas-dynamic.";

  test("is not given while the end is more than 90 days away", () => {
    assert.deepEqual(at(end - 90 * day - 1), []);
  });

  test("says when the end will be", () => {
    assert.deepEqual(at(end - 90 * day), [`${what} will remove it on 2027-07-01. ${advice}`]);
    assert.deepEqual(at(end - 1), [`${what} will remove it on 2027-07-01. ${advice}`]);
  });

  test("says that the end is due", () => {
    const due = [`${what} may remove it any day (announced for 2027-07-01). ${advice}`];
    assert.deepEqual(at(end), due);
    assert.deepEqual(at(end + 365 * day), due);
  });

  test("is known by its operation among other lines", () => {
    assert.equal(retiredOperationIn(at(end)[0] ?? ""), "listGroupUsers");
    assert.equal(
      retiredOperationIn("Rate limited by Atlas (users): retrying in 2 s; 1 request waits."),
      undefined,
    );
  });
});

describe("a client", () => {
  const soon = "Tue, 9 Sep 2025 00:00:00 GMT";
  const lists = look({ path: "/things" });

  test("tells once of each operation, whether Atlas has refused it or not", async (t) => {
    const { url } = await serve(t, (request, response) => {
      response.setHeader("Sunset", soon);
      response.statusCode = request.url?.endsWith("/refused") ? 400 : 200;
      response.end("{}");
    });
    const { client, reports } = clientOf(url);
    await assert.rejects(client.send(look({ path: "/refused" }), v.any()));
    await client.send(lists, v.any());
    await client.send({ ...lists, operation: "listOthers" }, v.any());
    await client.send({ ...lists, operation: "listOthers" }, v.any());
    assert.deepEqual(reports.map(retiredOperationIn), ["listGroupUsers", "listOthers"]);
  });

  test("tells it apart from what goes on, where that is wanted", async (t) => {
    const { url } = await serve(t, (_request, response) => response.setHeader("Sunset", soon).end("{}"));
    const warnings: string[] = [];
    const { client, reports } = clientOf(url, { warn: (line) => warnings.push(line) });
    await client.send(lists, v.any());
    assert.deepEqual([warnings.map(retiredOperationIn), reports], [["listGroupUsers"], []]);
  });

  test("of a provider process tells it once, without the progress of what goes on", async (t) => {
    const { url } = await serve(t, (_request, response) =>
      response.setHeader("Sunset", soon).end('{"results":[]}'),
    );
    const reports: string[] = [];
    const report = (line: string): void => void reports.push(line);
    const session = new AtlasSession(
      { baseUrl: url, credentials: apiKey },
      { clock: new FakeClock(), report },
    );
    session.progress.add(() => "3 users are waiting.");
    const projectId = "5f1b3c2a9d8e7f6a5b4c3d2e";
    await listGroupUsers(session.client, { projectId });
    await listGroupUsers(session.client, { projectId });
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? "", /^Atlas has deprecated .* newer release of mongodbatlas-dynamic\.$/);
  });

  test("says nothing of an operation that ends later, or whose end nobody can read", async (t) => {
    let sunset = "Thu, 1 Jul 2077 00:00:00 GMT";
    const { url } = await serve(t, (_request, response) => response.setHeader("Sunset", sunset).end("{}"));
    const { client, reports } = clientOf(url);
    await client.send(lists, v.any());
    sunset = "soon";
    await client.send(lists, v.any());
    assert.deepEqual(reports, []);
  });

  test("passes on what the headers say, but for those of a challenge", async (t) => {
    const { url } = await serve(t, (request, response) => {
      response.setHeader("Sunset", soon).setHeader("Ratelimit-Remaining", "41");
      if (request.headers.authorization === undefined) {
        const challenge = 'Digest realm="x", nonce="bm9uY2U=", algorithm=MD5, qop="auth", stale=false';
        response.setHeader("WWW-Authenticate", challenge).statusCode = 401;
      }
      response.end("{}");
    });
    const taken: unknown[] = [];
    const { client } = clientOf(url, { onHeaders: (headers) => taken.push(headers) });
    await client.send(lists, v.any());
    assert.deepEqual(taken, [{ request: lists, endMs: Date.UTC(2025, 8, 9), remaining: 41 }]);
  });
});
