/** A table in GitHub's and GitLab's Markdown. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that stays as it is: what Atlas or a program says must not become a link, a mention or another column. */
function inCell(text: string): string {
  return (
    text
      .replace(/&/g, "&amp;")
      .replace(/[\\`*_[\]<>|~]/g, "\\$&")
      .replace(/[\r\n\u2028\u2029]+/g, " ")
      // An empty comment in between keeps a forge from seeing a mention, an issue or an address of the web, and leaves
      // e-mail addresses as they are.
      .replace(/(?<![\w.+'-])@|#(?=\d)|:(?=\/\/)/g, "$&<!-- -->")
  );
}

/** The order of what is printed: the engine goes through resources in an order that changes from run to run. */
export function bySubject(one: { subject: string }, other: { subject: string }): number {
  return one.subject < other.subject ? -1 : one.subject > other.subject ? 1 : 0;
}
