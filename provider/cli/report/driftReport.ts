import { inWords, type Properties, texts } from "../../resources/messages/values";
import type { Doubt } from "../engine/evidence";
import type { AcceptedRow } from "./accepted";
import type { DriftRow } from "./driftRow";
import { inMarkdown, onOneLine } from "./inert";
import { type RatedRow, reaches, type Severity, worstOf } from "./severity";
import { markdownTable } from "./tables";

/** How Atlas differs from what one stack declares. */
export interface DriftReport {
  stack: string;
  /** What matters first. */
  rows: RatedRow[];
  /** Sentences about what could not be found out. */
  gaps: string[];
  /** Differences that somebody has accepted. They do not count. */
  accepted: AcceptedRow[];
  /** What a person has to know to use the report, as sentences. */
  notes: string[];
  /** The lowest severity that counts for the exit code. */
  failOn: Severity;
  now: Date;
  /** Why the state may not be what was declared. */
  doubt: Doubt | undefined;
  /** The resources of the stack, as `<type> <name>`, by URN. */
  resources: ReadonlyMap<string, string>;
}

/** What has become of one stack, of which a failure is a sentence. */
export type Outcome = DriftReport | { stack: string; failure: string };

export function isReport(outcome: Outcome): outcome is DriftReport {
  return !("failure" in outcome);
}

/** Whether there is a difference that counts for the exit code. */
export function isDrift({ rows, failOn }: DriftReport): boolean {
  return rows.some(({ severity }) => reaches(severity, failOn));
}

export const textOf = (report: DriftReport): string => {
  const { rows, gaps, accepted, doubt, notes } = report;
  return [
    `${titleOf(report)}.`,
    ...(doubt === undefined ? [] : [doubtOf(doubt)]),
    ...byProvider(rows).flatMap(([heading, group]) => [
      ...(heading === undefined ? [] : [onOneLine(`${heading}:`)]),
      ...group.map((row) => paragraphOf(row, [`severity: ${row.severity}`])),
    ]),
    ...gaps.map(onOneLine),
    ...remediesFor(report),
    ...(accepted.length === 0 ? [] : [`${acceptedTitle(accepted)}:`]),
    ...accepted.map((row) => paragraphOf(row, [`accepted: ${acceptanceOf(row)}`])),
    ...notes.map(onOneLine),
  ].join("\n\n");
};

function paragraphOf(row: DriftRow, more: string[]): string {
  const { message, subject, property } = row;
  return [
    message,
    `  ${subject}${property === null ? "" : `, ${property}`}`,
    `  declared: ${declaredOf(row)}`,
    `  actual:   ${actualOf(row)}`,
    ...(row.attribution === undefined ? [] : [`  ${row.attribution.sentence}`]),
    ...more.map((line) => `  ${line}`),
  ]
    .map(onOneLine)
    .join("\n");
}

export const markdownOf = (report: DriftReport): string => {
  const { rows, gaps, accepted, doubt, notes } = report;
  return [
    `### ${inMarkdown(titleOf(report))}`,
    ...(doubt === undefined ? [] : [inMarkdown(doubtOf(doubt))]),
    ...byProvider(rows).flatMap(([heading, group]) => [
      ...(heading === undefined ? [] : [`#### ${inMarkdown(heading)}`]),
      ...tableOf("Severity", group, ({ severity }) => severity),
    ]),
    ...gaps.map(inMarkdown),
    ...remediesFor(report),
    ...(accepted.length === 0 ? [] : [`#### ${acceptedTitle(accepted)}`]),
    ...tableOf("Accepted", accepted, acceptanceOf),
    ...notes.map(inMarkdown),
  ].join("\n\n");
};

/** The rows of each provider, with a heading where there is another than that of the stack's configuration. */
function byProvider<Row extends DriftRow>(
  rows: readonly Row[],
): [heading: string | undefined, rows: Row[]][] {
  const providers = [...new Set(rows.map(({ provider }) => provider))].sort((one, other) =>
    (one ?? "") < (other ?? "") ? -1 : 1,
  );
  const isOne = providers.every((provider) => provider === null);
  return providers.map((provider) => [
    isOne ? undefined : provider === null ? "The stack's configuration" : `Provider ${provider}`,
    rows.filter((row) => row.provider === provider),
  ]);
}

function tableOf<Row extends DriftRow>(head: string, rows: Row[], first: (row: Row) => string): string[] {
  const isAttributed = rows.some(({ attribution }) => attribution !== undefined);
  const who = isAttributed ? ["Who, when, from where"] : [];
  return rows.length === 0
    ? []
    : [
        markdownTable(
          [head, "What happened", "Who or what", "Property", "Declared", "Actual", ...who],
          rows.map((row) => [
            first(row),
            row.message,
            row.subject,
            row.property ?? "",
            declaredOf(row),
            actualOf(row),
            ...(isAttributed ? [row.attribution?.sentence ?? ""] : []),
          ]),
        ),
      ];
}

function titleOf({ stack, rows, accepted, resources, doubt }: DriftReport): string {
  if (rows.length === 0) {
    const but = accepted.length > 0 ? ", but for what is accepted" : "";
    // Only an accepted difference brings a doubt here.
    return doubt === undefined
      ? `Stack ${stack} is as declared${but}${resources.size === 0 ? ": it declares no resources" : ""}`
      : `Stack ${stack} may not be as declared`;
  }
  const size = countOf(rows);
  const worst = worstOf(rows.map(({ severity }) => severity));
  const count = size === 1 ? `1 difference, which is ${worst}` : `${size} differences, the worst is ${worst}`;
  return `Stack ${stack} ${doubt === undefined ? "has" : "may have"} drifted: ${count}`;
}

function acceptedTitle(accepted: readonly DriftRow[]): string {
  const size = countOf(accepted);
  return size === 1 ? "1 difference is accepted" : `${size} differences are accepted`;
}

/** Rows may be worded alike and be about two things. */
function countOf(rows: readonly DriftRow[]): number {
  return new Set(rows.map(({ urn, id, property }) => JSON.stringify([urn, id, property]))).size;
}

function acceptanceOf({ acceptance: { acceptedBy, until, reason } }: AcceptedRow): string {
  return `by ${acceptedBy} until ${until}: ${reason}`;
}

function doubtOf({ reason }: Doubt): string {
  return `What is called declared here is what the state has, which may not be what was declared: ${reason}.`;
}

function remediesFor(report: DriftReport): string[] {
  const { stack, rows, doubt, failOn } = report;
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
    ...(rows.length > 0 && !isDrift(report)
      ? [`None of these counts as drift, because \`--fail-on ${failOn}\` was given.`]
      : []),
  ];
}

/** What was declared and what Atlas has, on a line. */
export function summaryOf(row: DriftRow): string {
  return `declared: ${declaredOf(row)}; actual: ${actualOf(row)}`;
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
