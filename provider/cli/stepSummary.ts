import { appendFileSync } from "node:fs";
import type { Output } from "./output";
import { harmless } from "./report/inert";
import { sentenceOf } from "./report/sentences";

/** How many bytes GitHub takes of one step. */
const largest = 1024 * 1024;

/** Adds a report to the page of the run, where the command runs on GitHub Actions. What keeps it from that is no failure. */
export function addToStepSummary(markdown: string, env: NodeJS.ProcessEnv, output: Output): void {
  const file = env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file === "") {
    return;
  }
  const text = `${harmless(markdown)}\n`;
  if (Buffer.byteLength(text) > largest) {
    output.warn("The report is longer than the summary of a step may be (1 MiB), so it is in the log alone.");
    return;
  }
  try {
    appendFileSync(file, text);
  } catch (error) {
    output.warn(`The summary of the step cannot be written: ${sentenceOf(error)}`);
  }
}
