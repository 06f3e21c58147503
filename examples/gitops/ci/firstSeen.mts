const seen = "First seen";

/** What makes a row the same difference as before. */
const identity = ["Who or what", "Property", "Actual"];

/** A row of a table in Markdown, by the names of its columns. */
type Row = Map<string, string>;

/**
 * Adds a column to the report's tables that says when each difference was first seen. The text of before has that column, so
 * that nothing has to be stored elsewhere.
 *
 * @param before the issue as it is, if one is open
 * @param today such as `2026-12-31`
 */
export function withFirstSeen(report: string, before: string | undefined, today: string): string {
  const dates = before === undefined ? new Map<string, string>() : datesIn(before);
  // Where the end of the list is missing, what is not in it may have been seen before.
  const isCut = before?.includes("**This is cut off:") ?? false;
  let head: string[] | undefined;
  return report
    .split("\n")
    .map((line) => {
      const cells = cellsOf(line);
      if (cells === undefined || !identity.every((name) => (head ?? cells).includes(name))) {
        head = undefined;
        return line;
      }
      if (head === undefined) {
        head = cells;
        return `${line} ${seen} |`;
      }
      if (cells.every((cell) => cell === "---")) {
        return `${line} --- |`;
      }
      const key = keyOf(rowOf(head, cells));
      return `${line} ${dates.get(key) ?? (isCut ? "unknown" : today)} |`;
    })
    .join("\n");
}

/** When each difference was first seen, as far as a text says so. */
function datesIn(text: string): Map<string, string> {
  const dates = new Map<string, string>();
  let head: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const cells = cellsOf(line);
    if (cells === undefined) {
      head = undefined;
    } else if (head === undefined) {
      head = cells;
    } else {
      const row = rowOf(head, cells);
      const date = row.get(seen) ?? "";
      // An older version of this tool has written tables without it.
      dates.set(keyOf(row), /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : "unknown");
    }
  }
  return dates;
}

function keyOf(row: Row): string {
  return JSON.stringify(identity.map((name) => row.get(name)));
}

function rowOf(head: string[], cells: string[]): Row {
  return new Map(head.map((name, index) => [name, cells[index] ?? ""]));
}

/** Nothing for a line that is no row of a table. A line in a cell is escaped, as in `\|`. */
function cellsOf(line: string): string[] | undefined {
  return line.startsWith("| ") && line.endsWith(" |") ? line.slice(2, -2).split(" | ") : undefined;
}
