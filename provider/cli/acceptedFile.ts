import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { Acceptance } from "./report/accepted";
import { sentenceOf } from "./report/sentences";

type Issue = v.StrictObjectIssue;

/** What the file says that lists accepted differences. */
export interface AcceptedFile {
  entries: Acceptance[];
  /** What is wrong with the file, as sentences. Then it accepts nothing. */
  mistakes: string[];
}

/** A line such as `subject` is missing, not known, or in the place of a mapping. */
function flawOf(what: string, advice: string): (issue: Issue) => string {
  return ({ expected, received }) => {
    if (expected === "never") {
      return `${received.replaceAll('"', "'")} is not known here: ${advice}`;
    }
    return received === "undefined"
      ? `${what} has no ${expected?.replaceAll('"', "'")}: ${advice}`
      : `${what} must be a mapping: ${advice}`;
  };
}

const text = (what: string) => v.pipe(v.string(what), v.trim(), v.minLength(1, what));
const dayAdvice = "until must be the last day on which it holds, such as 2026-12-31";

/** As `accepted.schema.json` has it for editors. */
const schema = v.strictObject(
  {
    accepted: v.array(
      v.strictObject(
        {
          subject: text("subject must be that of a row of the report, or its id"),
          kind: v.optional(
            v.picklist(["changed", "deleted", "unmanaged"], "kind must be changed, deleted or unmanaged"),
          ),
          property: v.optional(text("property must be that of the row, such as roles")),
          actual: v.optional(v.unknown()),
          reason: text("reason must say why the difference is accepted"),
          acceptedBy: text("acceptedBy must say who has accepted the difference"),
          until: v.pipe(v.string(dayAdvice), v.check(isDay, dayAdvice)),
        },
        flawOf(
          "the entry",
          "write subject, reason, acceptedBy and until, and kind, property or actual where they are needed",
        ),
      ),
      "accepted must be a list of entries",
    ),
  },
  flawOf("the file", "write 'accepted:' and a list of entries below it"),
);

/** Reads the file, and checks all of it. */
export function readAccepted(file: string): AcceptedFile {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    const mistake = `${file} cannot be read, so nothing is accepted: ${sentenceOf(error)}`;
    return { entries: [], mistakes: [mistake] };
  }
  // Few runs need it.
  const { isNode, LineCounter, parseDocument } = require("yaml") as typeof import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(lines.linePos(offset).line, 1);
  const refusal = (mistakes: { line: number; text: string }[]): AcceptedFile => ({
    entries: [],
    mistakes: [
      `${file} accepts nothing until this is put right:`,
      ...mistakes
        .toSorted((one, other) => one.line - other.line)
        .map(({ line, text: mistake }) => `${file}:${line}: ${mistake}.`),
    ],
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const mistake = `this is not YAML (${problem.message}): look at this line and the one above`;
    return refusal([{ line: lineAt(problem.pos[0]), text: mistake }]);
  }
  const lineOf = (path: readonly unknown[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        return lineAt(node.range[0]);
      }
    }
    return lineAt(0);
  };
  const { success, output, issues } = v.safeParse(schema, document.toJS());
  if (success) {
    return {
      entries: output.accepted.map((entry, index) => ({
        ...entry,
        at: `${file}:${lineOf(["accepted", index])}`,
      })),
      mistakes: [],
    };
  }
  return refusal(
    issues.map(({ path = [], message }) => ({ line: lineOf(path.map(({ key }) => key)), text: message })),
  );
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(day) && day.length === 10;
}
