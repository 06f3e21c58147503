import { type Change, changesOf } from "./changes";
import { observe, openStack } from "./engine";
import { readLabels, withLabels } from "./labels";
import type { Output } from "./output";
import { markdownTable } from "./tables";
import { bySubject } from "./values";

export interface PreviewOptions {
  stack: string;
  format: "text" | "markdown";
}

/**
 * Previews an update of a stack, and prints what is going to change and nothing else. Asks Atlas for nothing.
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
  const changes = steps
    .flatMap((step) => changesOf(step, replaced.has(step.urn)))
    .map(({ op, subject, message }) => ({
      op,
      subject: withLabels(labels, subject),
      message: withLabels(labels, message),
    }))
    .sort((one, other) => isLoss(other) - isLoss(one) || bySubject(one, other));
  const rest = steps.filter(({ op }) => op === "same").length;
  output.print(format === "markdown" ? inMarkdown(name, changes, rest) : inText(name, changes, rest));
  return 0;
}

/** What is taken away goes first, where nobody overlooks it. */
function isLoss({ op }: Change): number {
  return op === "delete" || op === "replace" ? 1 : 0;
}

function inText(stack: string, changes: Change[], rest: number): string {
  return [summary(stack, changes, rest), ...changes.map(({ op, message }) => `  ${op}: ${message}`)].join(
    "\n",
  );
}

function inMarkdown(stack: string, changes: Change[], rest: number): string {
  const title = `### ${summary(stack, changes, rest)}`;
  const table = markdownTable(
    ["Change", "Who or what", "What happens"],
    changes.map(({ op, subject, message }) => [op, subject, message]),
  );
  return changes.length === 0 ? title : [title, table].join("\n\n");
}

function summary(stack: string, changes: Change[], rest: number): string {
  const ops = new Set(["create", "update", "replace", "delete", ...changes.map(({ op }) => op)]);
  const counts = [...ops].flatMap((op) => {
    const subjects = new Set(changes.filter((change) => change.op === op).map(({ subject }) => subject));
    return subjects.size === 0 ? [] : [`${subjects.size} to ${op}`];
  });
  return counts.length === 0
    ? `An update of stack ${stack} changes nothing`
    : `An update of stack ${stack}: ${counts.join(", ")}, ${rest} unchanged`;
}
