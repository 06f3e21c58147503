import { inMarkdown } from "./inert";

/** A table in GitHub's and GitLab's Markdown. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(inMarkdown).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The order of what is printed: the engine goes through resources in an order that changes from run to run. */
export function bySubject(one: { subject: string }, other: { subject: string }): number {
  return one.subject < other.subject ? -1 : one.subject > other.subject ? 1 : 0;
}
