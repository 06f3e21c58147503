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
  const asked = previewRows(planWithoutDrift(steps, refreshed), context);
  const drift = [...refreshed.values()].flatMap((step) => driftRows(step, context));
  return rows.map((row) => {
    const found = drift.filter((each) => isAbout(each, row));
    return asked.some((each) => isAbout(each, row)) || found.length === 0
      ? { ...row, cause: "program", takesBack: null }
      : { ...row, cause: "outside", takesBack: found.map(({ message }) => message).join(" ") };
  });
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
  const asked = previewRows(planWithoutDrift(steps, refreshed), context);
  const left = withCauses(rows, steps, refreshed, context)
    .filter(({ cause }) => cause === "outside")
    .map(
      (row): PreviewRow => ({ ...row, op: "keep", message: row.takesBack ?? row.message, takesBack: null }),
    );
  return [...asked.map((row): PreviewRow => ({ ...row, cause: "program", takesBack: null })), ...left];
}

/** The plan as it would be if Atlas had what the last update left there. */
function planWithoutDrift(steps: readonly Step[], refreshed: Refreshed): Step[] {
  return steps.map((step) => {
    const before = refreshed.get(step.urn)?.before;
    if (before === undefined || step.after === undefined || !/^(create|update)$/.test(step.op)) {
      return step;
    }
    const isSame = JSON.stringify(inOrder(before.inputs)) === JSON.stringify(inOrder(step.after.inputs));
    return { ...step, op: isSame ? "same" : "update", before, id: refreshed.get(step.urn)?.id ?? step.id };
  });
}

/** An object whose keys are in order, as engines may send them in any. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, part]) => [key, inOrder(part)]),
      )
    : value;
}

type About = Pick<PreviewRow, "id" | "property"> & { urn: string | null };

/** Whether two rows are about the same thing. What is to be made has no id yet, and is about all of it. */
function isAbout(one: About, other: About): boolean {
  const isSame = (a: string | null, b: string | null): boolean => a === b || !a || !b;
  return one.urn === other.urn && isSame(one.id, other.id) && isSame(one.property, other.property);
}
