import { partialVariables } from "../engine/record";
import { type Observation, observe, openStack } from "../engine/stack";
import { type Output, withNoticesOnce } from "../output";
import { withCauses, withoutLook } from "../report/causes";
import { readLabels } from "../report/labels";
import { maskFor } from "../report/masking";
import type { PreviewRow } from "../report/plannedRow";
import { countChanges, type PreviewFormat, type PreviewReport, printPreview } from "../report/previewReport";
import { previewRows } from "../report/previewRows";
import { bySubject } from "../report/tables";

export interface PreviewOptions {
  stack: string;
  /** Looks at Atlas first, as an update with --refresh does, and says of each row who wants it. */
  refresh: boolean;
  /** Whether the update that the preview is for does not look at Atlas first. */
  plainUp: boolean;
  format: PreviewFormat;
}

/**
 * Previews an update of a stack, and prints what is going to change and nothing else. Asks Atlas only for what the
 * program reads, and for all when the project or the environment has an update refresh first.
 *
 * @returns the exit code: 0, also when something is going to change
 * @throws CommandFailure when the preview fails
 */
export async function preview(options: PreviewOptions, output: Output): Promise<0> {
  const { stack: name, refresh, plainUp, format } = options;
  const stack = await openStack(name);
  const observation = await observe(
    name,
    "update",
    (callbacks) => stack.preview({ ...callbacks, ...(refresh ? { refresh } : {}) }),
    output.progress,
  );
  const { steps, outputs, notices, refreshed } = observation;
  notices.forEach(withNoticesOnce(output).warn);
  const isPartial = partialVariables.some((variable) => process.env[variable] !== undefined);
  const now = new Date();
  const context = {
    isPartial,
    labels: readLabels(outputs),
    now,
    cause: "outside the stack",
    ignored: new Map(),
  };
  const planned = previewRows(steps, context);
  const judge = plainUp ? withoutLook : withCauses;
  const rows = refreshed.size === 0 ? planned : judge(planned, steps, refreshed, context);
  const changing = rows.filter(({ op }) => op !== "keep");
  const kept = new Set(rows.filter(({ op }) => op === "keep").map(({ urn }) => urn));
  const changed = new Set(changing.map(({ urn }) => urn));
  const report: PreviewReport = {
    stack: name,
    rows: maskFor([...steps, ...refreshed.values()])(rows).sort(
      (one, other) => isLoss(other) - isLoss(one) || bySubject(one, other),
    ),
    changes: countChanges(changing),
    unchanged: steps.filter(
      ({ op, urn }) => (/^(same|update)$/.test(op) || kept.has(urn)) && !changed.has(urn),
    ).length,
    comparedWith: whatItComparedWith(observation),
    now,
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
