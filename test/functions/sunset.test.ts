import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSunset, sunsetWarning, warnOfSunset } from "../../provider/functions/sunset";

const day = 24 * 3_600_000;
const things = { method: "GET", path: "/things" } as const;

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

describe("sunsetWarning", () => {
  const end = Date.UTC(2027, 6, 1);
  const at = (nowMs: number) => sunsetWarning("getThings", things, "Thu, 1 Jul 2027 00:00:00 GMT", nowMs);
  const uses = "getThings uses GET /things, which Atlas has deprecated: Atlas";

  test("says nothing while the end is more than 90 days away, or not announced", () => {
    assert.equal(at(end - 90 * day - 1), undefined);
    assert.equal(sunsetWarning("getThings", things, undefined, end), undefined);
    assert.equal(sunsetWarning("getThings", things, "soon", end), undefined);
  });

  test("says when the end will be", () => {
    assert.equal(at(end - 90 * day), `${uses} will remove it on 2027-07-01.`);
    assert.equal(at(end - 1), `${uses} will remove it on 2027-07-01.`);
  });

  test("says that the end is due", () => {
    assert.equal(at(end), `${uses} may remove it any day (announced for 2027-07-01).`);
    assert.equal(at(end + 365 * day), `${uses} may remove it any day (announced for 2027-07-01).`);
  });
});

test("warnOfSunset warns once a run for each function", (context) => {
  const warn = context.mock.method(console, "warn", () => {});
  for (const fn of ["getOne", "getOther", "getOne", "getOther"]) {
    warnOfSunset(fn, things, "Tue, 9 Sep 2025 00:00:00 GMT");
  }
  assert.deepEqual(
    warn.mock.calls.map((call) => String(call.arguments[0]).replace(/ uses .*/, "")),
    ["warning: [runtime] getOne", "warning: [runtime] getOther"],
  );
});
