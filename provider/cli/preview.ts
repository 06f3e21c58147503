import { observe, openStack } from "./engine";
import { readLabels, withLabels } from "./labels";
import type { Output } from "./output";
import { type PreviewRow, previewRows } from "./previewRows";
import { bySubject, markdownTable } from "./tables";

export interface PreviewOptions {
  stack: string;
  format: "text" | "markdown";
}

/**
 * Previews an update of a stack, and prints what is going to change and nothing else. Asks Atlas only for what the
 * program reads.
 *
 * @returns the exit code: 0, also when something is going to change
 * @throws CommandFailure when the preview fails
 */
export async function preview({ stack: name, format }: PreviewOptions, output: Output): Promise<0> {
  const stack = await openStack(name);
  const { steps, outputs } = await observe(
    name,
    "update",
    (callbacks) => stack.preview(callbacks),
    output.progress,
  );
  const labels = readLabels(outputs);
  const replaced = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
  const rows = withLabels(
    labels,
    steps.flatMap((step) => previewRows(step, replaced.has(step.urn))),
  ).sort((one, other) => isLoss(other) - isLoss(one) || bySubject(one, other));
  const rest = steps.filter(({ op }) => op === "same").length;
  output.print(format === "markdown" ? inMarkdown(name, rows, rest) : inText(name, rows, rest));
  return 0;
}

/** What is taken away goes first, where nobody overlooks it. */
function isLoss({ op }: PreviewRow): number {
  return op === "delete" || op === "replace" ? 1 : 0;
}

function inText(stack: string, rows: PreviewRow[], rest: number): string {
  return [summary(stack, rows, rest), ...rows.map(({ op, message }) => `  ${op}: ${message}`)].join("\n");
}

/** What who reads a pull request has to know. */
const comparison = "Compared with the last update; what was changed in Atlas by hand is not looked at.";

function inMarkdown(stack: string, rows: PreviewRow[], rest: number): string {
  const title = `### ${summary(stack, rows, rest)}`;
  const table = markdownTable(
    ["Change", "Who or what", "What happens"],
    rows.map(({ op, subject, message }) => [op, subject, message]),
  );
  return [title, ...(rows.length === 0 ? [] : [table]), comparison].join("\n\n");
}

function summary(stack: string, rows: PreviewRow[], rest: number): string {
  const ops = new Set(["create", "update", "replace", "delete", ...rows.map(({ op }) => op)]);
  const counts = [...ops].flatMap((op) => {
    const subjects = new Set(rows.filter((row) => row.op === op).map(({ subject }) => subject));
    return subjects.size === 0 ? [] : [`${subjects.size} to ${op}`];
  });
  return counts.length === 0
    ? `An update of stack ${stack} changes nothing`
    : `An update of stack ${stack}: ${counts.join(", ")}, ${rest} unchanged`;
}
