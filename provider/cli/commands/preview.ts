import { partialVariables } from "../engine/record";
import { type Observation, observe, openStack } from "../engine/stack";
import { type Output, withNoticesOnce } from "../output";
import { readLabels } from "../report/labels";
import { maskFor } from "../report/masking";
import type { PreviewRow } from "../report/plannedRow";
import { countChanges, type PreviewFormat, type PreviewReport, printPreview } from "../report/previewReport";
import { previewRows } from "../report/previewRows";
import { bySubject } from "../report/tables";

export interface PreviewOptions {
  stack: string;
  format: PreviewFormat;
}

/**
 * Previews an update of a stack, and prints what is going to change and nothing else. Asks Atlas only for what the
 * program reads, and for all when the project or the environment has an update refresh first.
 *
 * @returns the exit code: 0, also when something is going to change
 * @throws CommandFailure when the preview fails
 */
export async function preview({ stack: name, format }: PreviewOptions, output: Output): Promise<0> {
  const stack = await openStack(name);
  const observation = await observe(name, "update", (callbacks) => stack.preview(callbacks), output.progress);
  const { steps, outputs, notices } = observation;
  notices.forEach(withNoticesOnce(output).warn);
  const isPartial = partialVariables.some((variable) => process.env[variable] !== undefined);
  const rows = previewRows(steps, { isPartial, labels: readLabels(outputs) });
  const changed = new Set(rows.map(({ urn }) => urn));
  const report: PreviewReport = {
    stack: name,
    rows: maskFor(steps)(rows).sort((one, other) => isLoss(other) - isLoss(one) || bySubject(one, other)),
    changes: countChanges(rows),
    unchanged: steps.filter(({ op, urn }) => /^(same|update)$/.test(op) && !changed.has(urn)).length,
    comparedWith: whatItComparedWith(observation),
    now: new Date(),
  };
  output.print(printPreview(report, format));
  return 0;
}

/** What is taken away goes first, where nobody overlooks it. */
function isLoss({ op }: PreviewRow): number {
  return op === "delete" || op === "replace" ? 1 : 0;
}

/** The project's `refresh: always`, `PULUMI_OPTION_REFRESH` and resources themselves have an update look at Atlas first. */
function whatItComparedWith({ steps, refreshed }: Observation): PreviewReport["comparedWith"] {
  if (refreshed.size === 0) {
    return "state";
  }
  const known = steps.filter(({ before }) => before !== undefined && !before.external);
  return known.every(({ urn }) => refreshed.has(urn)) ? "atlas" : "some";
}
