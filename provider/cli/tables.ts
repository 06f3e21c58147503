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
      .replace(/[\\`*_[\]<>|~#]/g, "\\$&")
      .replace(/[\r\n\u2028\u2029]+/g, " ")
      // An empty comment between them keeps a forge from seeing a mention, and leaves e-mail addresses as they are.
      .replace(/(?<![\w.+'-])@/g, "@<!-- -->")
  );
}
