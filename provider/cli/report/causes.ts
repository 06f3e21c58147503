import { isDeepStrictEqual } from "node:util";
import type { Step } from "../engine/stack";
import { type DriftContext, driftRows } from "./driftRows";
import type { PreviewRow } from "./plannedRow";
import { type PreviewContext, previewRows } from "./previewRows";

/** What a look at Atlas has found before an update was planned, by URN. */
export type Refreshed = ReadonlyMap<string, Step>;

/**
 * Says of each row whether the program asks for it, or whether the update takes back what somebody has changed outside the
 * stack. It does when the row would not be there, had Atlas stayed as the last update left it.
 *
 * @param rows what an update does that looks at Atlas first
 */
export function withCauses(
  rows: readonly PreviewRow[],
  steps: readonly Step[],
  refreshed: Refreshed,
  context: PreviewContext & DriftContext,
): PreviewRow[] {
  return judged(rows, rowsWithoutDrift(steps, refreshed, context), refreshed, context);
}

/**
 * What an update does that does not look at Atlas first, and what it leaves as somebody has changed it outside the stack.
 */
export function withoutLook(
  rows: readonly PreviewRow[],
  steps: readonly Step[],
  refreshed: Refreshed,
  context: PreviewContext & DriftContext,
): PreviewRow[] {
  const asked = rowsWithoutDrift(steps, refreshed, context);
  const left = judged(rows, asked, refreshed, context)
    .filter(({ cause }) => cause === "outside")
    .map(
      (row): PreviewRow => ({ ...row, op: "keep", message: row.takesBack ?? row.message, takesBack: null }),
    );
  return [...asked.map(askedFor), ...left];
}

function judged(
  rows: readonly PreviewRow[],
  asked: readonly PreviewRow[],
  refreshed: Refreshed,
  context: DriftContext,
): PreviewRow[] {
  const drift = [...refreshed.values()].flatMap((step) => driftRows(step, context));
  return rows.map((row) => {
    const found = drift.filter((each) => isAbout(each, row));
    return asked.some((each) => isAbout(each, row)) || found.length === 0
      ? askedFor(row)
      : { ...row, cause: "outside", takesBack: found.map(({ message }) => message).join(" ") };
  });
}

function askedFor(row: PreviewRow): PreviewRow {
  return { ...row, cause: "program", takesBack: null };
}

/** What an update would do if Atlas had what the last one left there. */
function rowsWithoutDrift(
  steps: readonly Step[],
  refreshed: Refreshed,
  context: PreviewContext,
): PreviewRow[] {
  return previewRows(planWithoutDrift(steps, refreshed), context);
}

/** The plan as it would be if Atlas had what the last update left there. */
function planWithoutDrift(steps: readonly Step[], refreshed: Refreshed): Step[] {
  return steps.map((step) => {
    const before = refreshed.get(step.urn)?.before;
    if (before === undefined || step.after === undefined || !/^(create|update)$/.test(step.op)) {
      return step;
    }
    const isSame = isDeepStrictEqual(before.inputs, step.after.inputs);
    return { ...step, op: isSame ? "same" : "update", before, id: refreshed.get(step.urn)?.id ?? step.id };
  });
}

type About = Pick<PreviewRow, "id" | "property"> & { urn: string | null };

/** Whether two rows are about the same thing. What is to be made has no id yet, and is about all of it. */
function isAbout(one: About, other: About): boolean {
  const isSame = (a: string | null, b: string | null): boolean => a === b || !a || !b;
  return one.urn === other.urn && isSame(one.id, other.id) && isSame(one.property, other.property);
}
