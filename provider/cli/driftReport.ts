import type { DriftRow } from "./driftRows";
import type { Properties } from "./engine";
import type { Doubt } from "./evidence";
import { inMarkdown, onOneLine } from "./inert";
import { markdownTable } from "./tables";
import { inWords, texts } from "./values";

export interface DriftReport {
  stack: string;
  rows: DriftRow[];
  now: Date;
  /** Why the state may not be what was declared. */
  doubt: Doubt | undefined;
  /** Whether the stack declares no resources at all. */
  isEmpty: boolean;
}

export type DriftFormat = "text" | "json" | "markdown";

/** The version of the form of the JSON report. It goes up when something is taken away or changes its meaning. */
const reportVersion = 1;

export function printDrift(report: DriftReport, format: DriftFormat): string {
  return printers[format](report);
}

const printers: Readonly<Record<DriftFormat, (report: DriftReport) => string>> = {
  json: ({ stack, rows, now, doubt }) => {
    const checkedAt = now.toISOString();
    return JSON.stringify(
      { version: reportVersion, stack, checkedAt, doubt: doubt?.reason ?? null, rows },
      undefined,
      2,
    );
  },

  text: (report) => {
    const paragraphs = report.rows.map((row) => {
      const { message, subject, property } = row;
      return [
        message,
        `  ${subject}${property === null ? "" : `, ${property}`}`,
        `  declared: ${declaredOf(row)}`,
        `  actual:   ${actualOf(row)}`,
      ]
        .map(onOneLine)
        .join("\n");
    });
    const doubts = report.doubt === undefined ? [] : [doubtOf(report.doubt)];
    return [`${titleOf(report)}.`, ...doubts, ...paragraphs, ...remediesFor(report)].join("\n\n");
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
      `### ${inMarkdown(titleOf(report))}`,
      ...(report.doubt === undefined ? [] : [inMarkdown(doubtOf(report.doubt))]),
      ...(report.rows.length === 0 ? [] : [table]),
      ...remediesFor(report),
    ].join("\n\n");
  },
};

function titleOf({ stack, rows, isEmpty, doubt }: DriftReport): string {
  if (rows.length === 0) {
    return `Stack ${stack} is as declared${isEmpty ? ": it declares no resources" : ""}`;
  }
  const count = rows.length === 1 ? "1 difference" : `${rows.length} differences`;
  return `Stack ${stack} ${doubt === undefined ? "has" : "may have"} drifted: ${count}`;
}

function doubtOf({ reason }: Doubt): string {
  return `What is called declared here is what the state has, which may not be what was declared: ${reason}.`;
}

function remediesFor({ stack, rows, doubt }: DriftReport): string[] {
  const strangers = rows.filter(({ kind }) => kind === "stranger").length;
  const declared = rows.some(({ kind, external }) => kind !== "stranger" && !external);
  return [
    ...(doubt === undefined ? [] : [doubt.remedy]),
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
