import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ajv } from "ajv";
import { driftJson, type ReportVersion } from "../../../provider/cli/report/driftJson";
import { isDrift, markdownOf, textOf } from "../../../provider/cli/report/driftReport";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { severities } from "../../../provider/cli/report/severity";
import { deleted, rate, report, row, unmanaged } from "./rows";

for (const [version, schema, kinds] of [
  [2, "drift-report.schema.json", ["unmanaged", "deleted", "changed"]],
  [1, "drift-report.v1.schema.json", ["stranger", "gone", "changed"]],
] as const) {
  test(`version ${version} of the JSON report has its own kinds, and no other schema than its own takes it`, () => {
    const found = reportIn(version);
    assert.deepEqual(
      found.rows.map(({ kind }) => kind),
      kinds,
    );
    assert.equal(found.version, version);
    const validate = compile(schema);
    validate(found);
    assert.deepEqual(validate.errors, null);
    assert.equal(validate(reportIn(version === 1 ? 2 : 1)), false);
  });
}

test("version 1 gains nothing, and keeps its order by subject", () => {
  const rows = [unmanaged("eve", "GROUP_OWNER"), deleted("ada", "GROUP_READ_ONLY")];
  const { now, ...found } = JSON.parse(JSON.stringify(driftJson(report(rows), 1)));
  assert.deepEqual(Object.keys(found), ["version", "stack", "checkedAt", "doubt", "rows"]);
  const columns = Object.keys(row("ada")).filter((name) => name !== "provider");
  assert.deepEqual(
    found.rows.map((each: DriftRow) => [each.subject, Object.keys(each)]),
    ["ada", "eve"].map((name) => [`${name} in project shop`, columns]),
  );
});

test("version 2 says how much a row matters, what counts, what is accepted, and what is left open", () => {
  const accepted = {
    ...rate(deleted("ada", "GROUP_READ_ONLY")),
    acceptance: { reason: "a holiday", acceptedBy: "olivia", until: "2026-12-31" },
  };
  const found = driftJson(
    report([unmanaged("eve", "GROUP_OWNER")], { failOn: "high", accepted: [accepted], notes: ["A note."] }),
    2,
  ) as Record<string, unknown>;
  const { failOn, notes, rows, accepted: others } = JSON.parse(JSON.stringify(found));
  assert.deepEqual(
    [failOn, notes, rows[0].severity, others[0].acceptance],
    ["high", ["A note."], "critical", accepted.acceptance],
  );
  const validate = compile("drift-report.schema.json");
  assert.ok(validate(JSON.parse(JSON.stringify(found))));
  for (const wrong of [{ failOn: "any" }, { notes: [1] }, { accepted: rows }]) {
    assert.equal(validate({ ...found, ...wrong }), false, JSON.stringify(wrong));
  }
});

function reportIn(version: ReportVersion): { version: number; rows: { kind: string }[] } {
  const rows = [
    unmanaged("ada", "GROUP_OWNER"),
    deleted("bob", "GROUP_OWNER"),
    row("cleo", { kind: "changed" }),
  ];
  return JSON.parse(JSON.stringify(driftJson(report(rows), version)));
}

function compile(schema: string) {
  const ajv = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true });
  return ajv.compile(require(`../../../provider/cli/${schema}`));
}

describe("the title", () => {
  const owner = unmanaged("eve", "GROUP_OWNER");
  const accepted = [
    { ...rate(owner), acceptance: { reason: "an audit", acceptedBy: "olivia", until: "2026-12-31" } },
  ];
  const doubt = { kind: "doubt", reason: "the last update has failed", remedy: "Run it." } as const;
  for (const [found, title] of [
    [report([]), "Stack dev is as declared"],
    [report([], { resources: new Map() }), "Stack dev is as declared: it declares no resources"],
    [report([], { accepted }), "Stack dev is as declared, but for what is accepted"],
    [report([], { accepted, doubt }), "Stack dev may not be as declared"],
    [report([owner]), "Stack dev has drifted: 1 difference, which is critical"],
    [
      report([unmanaged("ada", "GROUP_READ_ONLY"), deleted("bob")]),
      "Stack dev has drifted: 2 differences, the worst is medium",
    ],
    [report([owner], { doubt }), "Stack dev may have drifted: 1 difference, which is critical"],
  ] as const) {
    test(`is '${title}'`, () => {
      assert.equal(textOf(found).split("\n\n")[0], `${title}.`);
      assert.equal(markdownOf(found).split("\n\n")[0], `### ${title}`);
    });
  }
});

describe("what does not count", () => {
  test("is what is less severe than the level that is asked for, which is said", () => {
    const rows = [deleted("ada", "GROUP_READ_ONLY")];
    const found = severities.map((failOn) => report(rows, { failOn }));
    assert.deepEqual(found.map(isDrift), [false, false, true, true]);
    const sentence = "None of these counts as drift, because `--fail-on high` was given.";
    assert.ok(textOf(report(rows, { failOn: "high" })).endsWith(`\n\n${sentence}`));
    assert.doesNotMatch(textOf(report(rows)), /--fail-on/);
  });

  test("is what is accepted, which stands apart with who has accepted it, until when and why", () => {
    const acceptance = {
      reason: "the *yearly* audit",
      acceptedBy: "olivia@example.com",
      until: "2026-12-31",
    };
    const accepted = [{ ...rate(unmanaged("eve", "GROUP_OWNER")), acceptance }];
    const found = report([], { accepted, notes: ["accepted.yaml:3: a note."] });
    assert.equal(isDrift(found), false);
    assert.equal(
      textOf(found),
      `Stack dev is as declared, but for what is accepted.

1 difference is accepted:

Something has become of eve.
  eve in project shop, roles
  declared: nothing
  actual:   GROUP_OWNER
  accepted: by olivia@example.com until 2026-12-31: the *yearly* audit

accepted.yaml:3: a note.`,
    );
    assert.equal(
      markdownOf(found),
      `### Stack dev is as declared, but for what is accepted

#### 1 difference is accepted

| Accepted | What happened | Who or what | Property | Declared | Actual |
| --- | --- | --- | --- | --- | --- |
| by olivia@example.com until 2026-12-31: the \\*yearly\\* audit | Something has become of eve. | eve in project shop | roles | nothing | GROUP\\_OWNER |

accepted.yaml:<!-- -->3: a note.`,
    );
  });
});

test("rows are grouped by provider, where there is another than the stack's configuration", () => {
  const rows = [
    unmanaged("eve", "GROUP_OWNER"),
    { ...unmanaged("mallory", "GROUP_OWNER"), provider: "shop" },
    { ...deleted("ada", "GROUP_READ_ONLY"), provider: "bank" },
  ];
  const inGroups =
    /The stack's configuration(.|\n)*eve(.|\n)*Provider bank(.|\n)*ada(.|\n)*Provider shop(.|\n)*mallory/;
  assert.match(textOf(report(rows)), inGroups);
  assert.match(markdownOf(report(rows)), inGroups);
  assert.doesNotMatch(textOf(report(rows.slice(0, 1))), /configuration/);
});
