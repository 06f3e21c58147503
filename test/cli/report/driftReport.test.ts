import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv } from "ajv";
import { printDrift, type ReportVersion } from "../../../provider/cli/report/driftReport";
import type { DriftRow } from "../../../provider/cli/report/driftRow";

const row: Omit<DriftRow, "kind"> = {
  subject: "ada@example.com in project shop",
  property: null,
  declared: null,
  actual: null,
  message: "Something has happened.",
  urn: null,
  type: null,
  id: "shop/ada@example.com",
  external: false,
  provider: null,
};

for (const [version, schema, kinds] of [
  [2, "drift-report.schema.json", ["changed", "deleted", "unmanaged"]],
  [1, "drift-report.v1.schema.json", ["changed", "gone", "stranger"]],
] as const) {
  test(`version ${version} of the JSON report has its own kinds, and no other schema than its own takes it`, () => {
    const report = reportIn(version);
    assert.deepEqual(
      report.rows.map(({ kind }) => kind),
      kinds,
    );
    assert.equal(report.version, version);
    const validate = compile(schema);
    validate(report);
    assert.deepEqual(validate.errors, null);
    assert.equal(validate(reportIn(version === 1 ? 2 : 1)), false);
  });
}

function reportIn(version: ReportVersion): { version: number; rows: { kind: string }[] } {
  const rows = (["changed", "deleted", "unmanaged"] as const).map((kind): DriftRow => ({ ...row, kind }));
  const report = { stack: "test", rows, now: new Date(0), doubt: undefined, isEmpty: false, gaps: [] };
  return JSON.parse(printDrift(report, "json", version));
}

function compile(schema: string) {
  const ajv = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true });
  return ajv.compile(require(`../../../provider/cli/${schema}`));
}
