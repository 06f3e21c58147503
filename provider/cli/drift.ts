import { readSettings } from "../atlas/settings";
import { type DriftRow, driftRows } from "./driftRows";
import { configurationOf, observe, openStack, type Properties } from "./engine";
import type { Output } from "./output";
import { markdownTable } from "./tables";
import { bySubject, inWords, texts } from "./values";

export interface DriftOptions {
  stack: string;
  /** Also lists members of projects whom no resource declares. */
  strangers: boolean;
  format: "text" | "json" | "markdown";
}

/** The version of the form of the JSON report. It goes up when something is taken away or changes its meaning. */
const reportVersion = 1;

/**
 * Compares Atlas with what the last update of a stack declared, and prints a row for each property that has moved.
 * Writes nothing, neither to Atlas nor to the state, and does not run the program.
 *
 * @returns the exit code: 0 when all is as declared, 7 when it is not
 * @throws CommandFailure or AtlasError when it could not be found out
 */
export async function drift(
  { stack: name, strangers, format }: DriftOptions,
  output: Output,
): Promise<0 | 7> {
  const stack = await openStack(name);
  const steps = await observe(name, (callbacks) => stack.previewRefresh(callbacks), output.progress);
  const now = new Date();
  const rows = steps.flatMap((step) => driftRows(step, now));
  if (strangers) {
    // Only now, because it takes the passphrase and loads an HTTP client.
    const { findStrangers } = require("./strangers") as typeof import("./strangers");
    const settings = readSettings(await configurationOf(stack), process.env);
    rows.push(...(await findStrangers(steps, settings, output.note)));
  }
  rows.sort(bySubject);
  output.print(printers[format](name, rows, now));
  return rows.length === 0 ? 0 : 7;
}

type Printer = (stack: string, rows: DriftRow[], now: Date) => string;

const printers: Readonly<Record<DriftOptions["format"], Printer>> = {
  json: (stack, rows, now) =>
    JSON.stringify({ version: reportVersion, stack, checkedAt: now.toISOString(), rows }, undefined, 2),

  text: (stack, rows) => {
    if (rows.length === 0) {
      return `Stack ${stack} is as declared.`;
    }
    const paragraphs = rows.map((row) =>
      [
        row.message,
        `  ${row.subject}${row.property === null ? "" : `, ${row.property}`}`,
        `  declared: ${declaredOf(row)}`,
        `  actual:   ${actualOf(row)}`,
      ].join("\n"),
    );
    return [`Stack ${stack} has drifted: ${countOf(rows)}.`, ...paragraphs, remedyFor(rows)].join("\n\n");
  },

  markdown: (stack, rows) => {
    if (rows.length === 0) {
      return `### Stack ${stack} is as declared`;
    }
    const table = markdownTable(
      ["What happened", "Who or what", "Property", "Declared", "Actual"],
      rows.map((row) => [row.message, row.subject, row.property ?? "", declaredOf(row), actualOf(row)]),
    );
    return [`### Stack ${stack} has drifted: ${countOf(rows)}`, table, remedyFor(rows)].join("\n\n");
  },
};

function remedyFor(rows: DriftRow[]): string {
  const strangers = rows.filter(({ kind }) => kind === "stranger").length;
  return [
    ...(strangers < rows.length
      ? ["`pulumi up --refresh` brings back what is declared; to keep what there is now, declare it."]
      : []),
    ...(strangers > 0 ? ["Declare whom no resource declares, or remove them in Atlas."] : []),
  ].join(" ");
}

/** The subject says already who or what is gone, so that roles are what there is to add. */
function declaredOf({ kind, declared }: DriftRow): string {
  if (kind === "gone") {
    const roles = texts((declared as Properties)["roles"]);
    return roles.length > 0 ? inWords(roles) : "there";
  }
  return kind === "stranger" ? "nothing" : inWords(declared);
}

function actualOf({ kind, actual }: DriftRow): string {
  return kind === "gone" ? "gone" : inWords(actual);
}

function countOf(rows: DriftRow[]): string {
  return rows.length === 1 ? "1 difference" : `${rows.length} differences`;
}
