import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { check } from "../../../provider/cli/doctor/check";
import { checkRetirements } from "../../../provider/cli/doctor/retirements";
import { isWithin } from "../../../provider/cli/doctor/versions";
import { type DoctorReport, printDoctor } from "../../../provider/cli/report/doctorReport";
import { look } from "../../atlas/server";

const now = new Date("2026-11-25T22:00:00Z");

const report = (over: Partial<DoctorReport> = {}): DoctorReport => ({
  stack: "production",
  now,
  checks: [
    check("versions", { found: ["Node 24.21.0 is supported."] }),
    check("stack", { unknown: ["Nothing is deployed yet."] }),
    check("credentials", { toDo: ["Check the key."] }),
    check("proxy", { toDo: ["Check the key.", "Check the proxy."] }),
  ],
  ...over,
});

describe("the report of the doctor", () => {
  test("says first what to do, each once, and then what was found, with what cannot be known marked", () => {
    assert.equal(
      printDoctor(report(), "text"),
      `Stack production: 2 things to do.

1. Check the key.
2. Check the proxy.

Versions
  Node 24.21.0 is supported.

Stack
  ? Nothing is deployed yet.`,
    );
  });

  test("says that there is nothing to do, and no stack", () => {
    const text = printDoctor(report({ stack: undefined, checks: [] }), "text");
    assert.equal(text, "No stack was found: nothing to do.");
    const one = printDoctor(report({ checks: [check("stack", { toDo: ["Deploy it."] })] }), "text");
    assert.equal(one, "Stack production: 1 thing to do.\n\n1. Deploy it.");
  });

  test("gives programs the state of each check", () => {
    const printed = JSON.parse(printDoctor(report(), "json"));
    assert.deepEqual(printed.toDo, ["Check the key.", "Check the proxy."]);
    assert.deepEqual(
      printed.checks.map(({ name, state }: { name: string; state: string }) => [name, state]),
      [
        ["versions", "ok"],
        ["stack", "partly unknown"],
        ["credentials", "to do"],
        ["proxy", "to do"],
      ],
    );
    assert.deepEqual([printed.version, printed.at], [1, now.toISOString()]);
  });
});

describe("a version", () => {
  for (const [version, oldest, anyMajor, expected] of [
    ["3.270.0", "3.270", false, true],
    ["3.269.9", "3.270", false, false],
    ["3.1000.0", "3.270", false, true],
    ["4.0.0", "3.270", false, false],
    ["2.999.0", "3.270", false, false],
    ["24.21.0", "22.12", true, true],
    ["22.11.9", "22.12", true, false],
    ["22.12.0", "22.12", true, true],
    ["20.99.0", "22.12", true, false],
    ["3.260.0-dev.0", "3.259", false, true],
    ["3.270", "3.270.1", false, false],
    ["unknown", "3.259", false, false],
  ] as const) {
    test(`${version} is ${expected ? "" : "not "}${oldest} or newer${anyMajor ? "" : ", of the same major version"}`, () => {
      assert.equal(isWithin(version, oldest, anyMajor), expected);
    });
  }
});

describe("what Atlas retires", () => {
  const headersOf = (operation: string, end: string | undefined) => ({
    request: look({ operation }),
    endMs: end === undefined ? undefined : Date.parse(end),
    remaining: undefined,
  });
  const documented = [
    "listPipelineSchedules (GET /groups/{groupId}/pipelines/{pipelineName}/availableSchedules): Atlas may remove it any day (announced for 2025-09-09), as its documentation said.",
    "listOrgInvites (GET /orgs/{orgId}/invites): Atlas will remove it on 2027-07-01, as its documentation said.",
  ];

  test("is known from the documentation before anything is asked", () => {
    assert.deepEqual(checkRetirements([], now.getTime()).found, documented);
  });

  test("is what the answers say, once they do, and nothing to do for what this release knows of", () => {
    const { found, toDo } = checkRetirements(
      [headersOf("listOrgInvites", "2026-12-01"), headersOf("getOrg", undefined)],
      now.getTime(),
    );
    assert.deepEqual(found.slice(1), [
      "listOrgInvites (GET /orgs/{orgId}/invites): Atlas will remove it on 2026-12-01, as it says now.",
      "Of other operations that this check has sent, Atlas announces no end.",
    ]);
    assert.deepEqual(toDo, []);
  });

  test("is something to do from 90 days before the end on, where this release does not know of it", () => {
    const toDo = (end: string) => checkRetirements([headersOf("listGroupUsers", end)], now.getTime()).toDo;
    assert.deepEqual(toDo("2027-02-24"), []);
    assert.deepEqual(toDo("2027-02-23"), [
      "Look for a newer release of mongodbatlas-dynamic, because this one uses listGroupUsers (GET /groups/{groupId}/users): Atlas will remove it on 2027-02-23.",
    ]);
  });
});
