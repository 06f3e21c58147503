import { inMarkdown, onOneLine } from "./inert";
import type { PreviewRow } from "./plannedRow";
import { markdownTable } from "./tables";

export interface PreviewReport {
  stack: string;
  rows: PreviewRow[];
  /** How many resources are changed in which way. */
  changes: [op: string, count: number][];
  /** How many resources stay as they are. */
  unchanged: number;
  /** What the plan was compared with: the state of the last update, or Atlas, which was looked at first. */
  comparedWith: "state" | "atlas" | "some";
  now: Date;
}

export type PreviewFormat = "text" | "json" | "markdown";

/** The version of the form of the JSON report. It goes up when something is taken away or changes its meaning. */
const reportVersion = 1;

export function printPreview(report: PreviewReport, format: PreviewFormat): string {
  return printers[format](report);
}

const printers: Readonly<Record<PreviewFormat, (report: PreviewReport) => string>> = {
  json: ({ stack, rows, changes, unchanged, comparedWith, now }) => {
    return JSON.stringify(
      {
        version: reportVersion,
        stack,
        plannedAt: now.toISOString(),
        comparedWith,
        changes: Object.fromEntries(changes),
        unchanged,
        rows,
      },
      undefined,
      2,
    );
  },

  text: (report) =>
    [summary(report), ...report.rows.map(({ op, message }) => onOneLine(`  ${op}: ${message}`))].join("\n"),

  markdown: (report) => {
    const table = markdownTable(
      ["Change", "Who or what", "What happens"],
      report.rows.map(({ op, subject, message }) => [op, subject, message]),
    );
    return [
      `### ${inMarkdown(summary(report))}`,
      ...(report.rows.length === 0 ? [] : [table]),
      comparisons[report.comparedWith],
    ].join("\n\n");
  },
};

/** What who reads a pull request has to know. */
const comparisons: Readonly<Record<PreviewReport["comparedWith"], string>> = {
  state: "Compared with the last update; what was changed in Atlas by hand is not looked at.",
  atlas: "Compared with Atlas as it is now: what was changed there by hand is among the changes.",
  some: "Compared with the last update, and for some resources with Atlas as it is now.",
};

function summary({ stack, changes, unchanged }: PreviewReport): string {
  const counts = changes.map(([op, count]) => `${count} to ${op}`);
  return counts.length === 0
    ? `An update of stack ${stack} changes nothing`
    : `An update of stack ${stack}: ${counts.join(", ")}, ${unchanged} unchanged`;
}

/**
 * Counts resources, and members where one resource declares all: each may have several rows, and the rows of several may be
 * worded alike.
 */
export function countChanges(rows: PreviewRow[]): [op: string, count: number][] {
  const ops = new Set(["create", "update", "replace", "delete", "move", ...rows.map(({ op }) => op)]);
  return [...ops].flatMap((op): [string, number][] => {
    const resources = new Set(rows.filter((row) => row.op === op).map(({ urn, id }) => `${urn} ${id}`));
    return resources.size === 0 ? [] : [[op, resources.size]];
  });
}
