import { inWords, type Properties, texts } from "../../resources/messages/values";
import type { Doubt } from "../engine/evidence";
import type { DriftRow } from "./driftRow";
import { inMarkdown, onOneLine } from "./inert";
import { markdownTable } from "./tables";

export interface DriftReport {
  stack: string;
  rows: DriftRow[];
  /** Sentences about what could not be found out. */
  gaps: string[];
  now: Date;
  /** Why the state may not be what was declared. */
  doubt: Doubt | undefined;
  /** Whether the stack declares no resources at all. */
  isEmpty: boolean;
}

export type DriftFormat = "text" | "json" | "markdown";

/** A version of the form of the JSON report. There is a new one when something is taken away or changes its meaning. */
export type ReportVersion = 1 | 2;

export function printDrift(report: DriftReport, format: DriftFormat, version: ReportVersion): string {
  return format === "json" ? jsonOf(report, version) : printers[format](report);
}

function jsonOf({ stack, rows, gaps, now, doubt }: DriftReport, version: ReportVersion): string {
  const kinds = kindsOf[version];
  const report = {
    version,
    stack,
    checkedAt: now.toISOString(),
    doubt: doubt?.reason ?? null,
    rows: rows.map(({ attribution, ...row }) => ({
      ...row,
      kind: kinds[row.kind],
      ...(attribution === undefined || version === 1 ? {} : { attribution }),
    })),
    ...(version === 1 ? {} : { gaps }),
  };
  return JSON.stringify(report, undefined, 2);
}

/** What each version calls the kinds of rows. */
const kindsOf: Readonly<Record<ReportVersion, Readonly<Record<DriftRow["kind"], string>>>> = {
  1: { changed: "changed", deleted: "gone", unmanaged: "stranger" },
  2: { changed: "changed", deleted: "deleted", unmanaged: "unmanaged" },
};

const printers: Readonly<Record<Exclude<DriftFormat, "json">, (report: DriftReport) => string>> = {
  text: (report) => {
    const paragraphs = report.rows.map((row) => {
      const { message, subject, property } = row;
      return [
        message,
        `  ${subject}${property === null ? "" : `, ${property}`}`,
        `  declared: ${declaredOf(row)}`,
        `  actual:   ${actualOf(row)}`,
        ...(row.attribution === undefined ? [] : [`  ${row.attribution.sentence}`]),
      ]
        .map(onOneLine)
        .join("\n");
    });
    const doubts = report.doubt === undefined ? [] : [doubtOf(report.doubt)];
    const gaps = report.gaps.map(onOneLine);
    return [`${titleOf(report)}.`, ...doubts, ...paragraphs, ...gaps, ...remediesFor(report)].join("\n\n");
  },

  markdown: (report) => {
    const isAttributed = report.rows.some(({ attribution }) => attribution !== undefined);
    const table = markdownTable(
      [
        "What happened",
        "Who or what",
        "Property",
        "Declared",
        "Actual",
        ...(isAttributed ? ["Who, when, from where"] : []),
      ],
      report.rows.map((row) => [
        row.message,
        row.subject,
        row.property ?? "",
        declaredOf(row),
        actualOf(row),
        ...(isAttributed ? [row.attribution?.sentence ?? ""] : []),
      ]),
    );
    return [
      `### ${inMarkdown(titleOf(report))}`,
      ...(report.doubt === undefined ? [] : [inMarkdown(doubtOf(report.doubt))]),
      ...(report.rows.length === 0 ? [] : [table]),
      ...report.gaps.map(inMarkdown),
      ...remediesFor(report),
    ].join("\n\n");
  },
};

function titleOf({ stack, rows, isEmpty, doubt }: DriftReport): string {
  if (rows.length === 0) {
    return `Stack ${stack} is as declared${isEmpty ? ": it declares no resources" : ""}`;
  }
  // Rows may be worded alike and be about two things.
  const { size } = new Set(rows.map(({ urn, id, property }) => JSON.stringify([urn, id, property])));
  const count = size === 1 ? "1 difference" : `${size} differences`;
  return `Stack ${stack} ${doubt === undefined ? "has" : "may have"} drifted: ${count}`;
}

function doubtOf({ reason }: Doubt): string {
  return `What is called declared here is what the state has, which may not be what was declared: ${reason}.`;
}

function remediesFor({ stack, rows, doubt }: DriftReport): string[] {
  const isUnmanaged = ({ kind }: DriftRow): boolean => kind === "unmanaged";
  const goWithUpdate = rows.some((row) => isUnmanaged(row) && row.urn !== null);
  const stay = rows.some((row) => isUnmanaged(row) && row.urn === null);
  const declared = goWithUpdate || rows.some((row) => !isUnmanaged(row) && !row.external);
  return [
    ...(doubt === undefined ? [] : [doubt.remedy]),
    ...(declared
      ? [
          `To bring back what is declared, run \`pulumi up --refresh --stack ${stack}\`. To keep what Atlas has now, declare it.`,
          ...(goWithUpdate
            ? ["The same update removes unmanaged members where one resource declares all members."]
            : []),
        ]
      : []),
    ...(stay
      ? [
          goWithUpdate
            ? "Any other unmanaged member stays until somebody removes them in Atlas, or declares them."
            : "An unmanaged member stays until somebody removes them in Atlas, or declares them.",
        ]
      : []),
  ];
}

/** The subject says already who or what is deleted, so that only roles are left to add. */
function declaredOf({ kind, declared }: DriftRow): string {
  if (kind === "deleted") {
    const roles = texts((declared as Properties)["roles"]);
    return roles.length > 0 ? inWords(roles) : "there";
  }
  return kind === "unmanaged" ? "nothing" : inWords(declared);
}

function actualOf({ kind, actual }: DriftRow): string {
  return kind === "deleted" ? "deleted" : inWords(actual);
}
