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
    [
      summary(report),
      ...report.rows.flatMap((row) => [
        `  ${row.op}: ${row.op === "keep" ? leaves(row) : row.message}`,
        ...(row.takesBack ? [`    ${takesBack(row)}`] : []),
      ]),
    ]
      .map(onOneLineIndented)
      .join("\n"),

  markdown: (report) => {
    const isLookedAt = report.rows.some(({ cause }) => cause !== undefined);
    const table = markdownTable(
      ["Change", "Who or what", "What happens", ...(isLookedAt ? ["Why"] : [])],
      report.rows.map((row) => [row.op, row.subject, row.message, ...(isLookedAt ? [whyOf(row)] : [])]),
    );
    return [
      `### ${inMarkdown(summary(report))}`,
      ...(report.rows.length === 0 ? [] : [table]),
      comparisons[report.comparedWith],
    ].join("\n\n");
  },
};

/** The sentence about what somebody has changed outside the stack, and the update takes back. */
function takesBack({ takesBack: sentence }: PreviewRow): string {
  return `A merge takes back: ${sentence}`;
}

function leaves({ message }: PreviewRow): string {
  return `A merge leaves this as it is: ${message}`;
}

function whyOf(row: PreviewRow): string {
  if (row.op === "keep") {
    return "Changed outside the stack. A merge leaves this as it is.";
  }
  return row.takesBack ? takesBack(row) : "The program asks for it.";
}

/** A line may begin with blanks, and goes on in no other. */
function onOneLineIndented(line: string): string {
  const [indent = ""] = /^ */.exec(line) ?? [];
  return `${indent}${onOneLine(line.trimStart())}`;
}

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
