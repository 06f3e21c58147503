import { readSettings } from "../atlas/settings";
import { type DriftRow, driftRows } from "./driftRows";
import {
  configurationOf,
  type LastChanges,
  lastChanges,
  observe,
  openStack,
  type Properties,
} from "./engine";
import { CommandFailure } from "./failure";
import { readLabels, withLabels } from "./labels";
import type { Output } from "./output";
import { bySubject, markdownTable } from "./tables";
import { inWords, texts } from "./values";

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
  const { steps, outputs } = await observe(
    name,
    "refresh",
    // The state is what is compared with, whatever PULUMI_RUN_PROGRAM says.
    (callbacks) => stack.previewRefresh({ ...callbacks, runProgram: false }),
    output.progress,
  );
  const labels = readLabels(outputs);
  const now = new Date();
  const rows = steps.flatMap((step) => driftRows(step, now));
  if (strangers) {
    // Only now, because it takes the passphrase and loads an HTTP client.
    const { findStrangers } = require("./strangers") as typeof import("./strangers");
    const settings = readSettings(await configurationOf(stack), process.env);
    rows.push(...(await findStrangers(steps, labels, settings, output.note)));
  }
  if (rows.length === 0) {
    refuseUnknown(name, await lastChanges(stack));
  }
  const report = {
    stack: name,
    rows: withLabels(labels, rows).sort(bySubject),
    now,
    isEmpty: steps.length === 0,
  };
  output.print(printers[format](report));
  return rows.length === 0 ? 0 : 7;
}

/**
 * A refresh, and an update that has failed after one, leave in the state what Atlas has, whatever was declared. Then no
 * difference means nothing.
 *
 * @throws CommandFailure when it cannot be known whether all is as declared
 */
function refuseUnknown(stack: string, last: LastChanges | undefined): void {
  if (last !== undefined && (last.kind === "refresh" || last.result !== "succeeded")) {
    throw new CommandFailure(
      `Atlas is as the state of stack ${stack} says, but the state may not be as declared: the last ${last.kind} ` +
        `${last.result === "succeeded" ? "took over what Atlas has" : "has failed"}. Run \`pulumi up\`, then look for drift again.`,
    );
  }
}

interface Report {
  stack: string;
  rows: DriftRow[];
  now: Date;
  /** Whether the stack has no resources at all. */
  isEmpty: boolean;
}

const printers: Readonly<Record<DriftOptions["format"], (report: Report) => string>> = {
  json: ({ stack, rows, now }) =>
    JSON.stringify({ version: reportVersion, stack, checkedAt: now.toISOString(), rows }, undefined, 2),

  text: (report) => {
    const paragraphs = report.rows.map((row) =>
      [
        row.message,
        `  ${row.subject}${row.property === null ? "" : `, ${row.property}`}`,
        `  declared: ${declaredOf(row)}`,
        `  actual:   ${actualOf(row)}`,
      ].join("\n"),
    );
    return [`${titleOf(report)}.`, ...paragraphs, ...remediesFor(report)].join("\n\n");
  },

  markdown: (report) => {
    const table = markdownTable(
      ["What happened", "Who or what", "Property", "Declared", "Actual"],
      report.rows.map((row) => [
        row.message,
        row.subject,
        row.property ?? "",
        declaredOf(row),
        actualOf(row),
      ]),
    );
    return [
      `### ${titleOf(report)}`,
      ...(report.rows.length === 0 ? [] : [table]),
      ...remediesFor(report),
    ].join("\n\n");
  },
};

function titleOf({ stack, rows, isEmpty }: Report): string {
  if (rows.length === 0) {
    return isEmpty
      ? `Stack ${stack} has no resources: nothing has been deployed yet, or all has been destroyed`
      : `Stack ${stack} is as declared`;
  }
  return `Stack ${stack} has drifted: ${rows.length === 1 ? "1 difference" : `${rows.length} differences`}`;
}

function remediesFor({ stack, rows }: Report): string[] {
  const strangers = rows.filter(({ kind }) => kind === "stranger").length;
  const declared = rows.some(({ kind, external }) => kind !== "stranger" && !external);
  return [
    ...(declared
      ? [
          `To bring back what is declared, run \`pulumi up --refresh --stack ${stack}\`. To keep what there is now, declare it.`,
        ]
      : []),
    ...(strangers > 0
      ? ["Whom no resource declares stays until somebody removes them in Atlas, or declares them."]
      : []),
  ];
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
