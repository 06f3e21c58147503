import type { DriftReport } from "./driftReport";
import type { DriftRow } from "./driftRow";
import { bySubject } from "./tables";

/** A version of the form of the JSON report. There is a new one when something is taken away or changes its meaning. */
export type ReportVersion = 1 | 2;

/** The JSON report about one stack. */
export function driftJson(report: DriftReport, version: ReportVersion): object {
  const { stack, rows, accepted, gaps, notes, failOn, now, doubt } = report;
  const head = { version, stack, checkedAt: now.toISOString(), doubt: doubt?.reason ?? null };
  return version === 1
    ? { ...head, rows: rows.toSorted(bySubject).map(inFirstVersion) }
    : { ...head, failOn, rows, accepted, gaps, notes };
}

/** What the first version called the kinds of rows. */
const firstKinds: Readonly<Record<DriftRow["kind"], string>> = {
  changed: "changed",
  deleted: "gone",
  unmanaged: "stranger",
};

/** Only what that version knows: it gains nothing any more. */
function inFirstVersion(row: DriftRow): object {
  const { kind, subject, property, declared, actual, message, urn, type, id, external } = row;
  return {
    kind: firstKinds[kind],
    subject,
    property,
    declared,
    actual,
    message,
    urn,
    type,
    id,
    external,
  };
}
