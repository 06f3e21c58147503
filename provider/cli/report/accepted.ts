import { inWords } from "../../resources/messages/values";
import type { DriftRow } from "./driftRow";
import type { RatedRow } from "./severity";

/** A difference that somebody has accepted, as the file says it. */
export interface Acceptance {
  /** The subject of a row, or its id. */
  subject: string;
  /** @default any */
  kind?: DriftRow["kind"] | undefined;
  /** @default any */
  property?: string | undefined;
  /** What Atlas may have. @default anything that is not critical */
  actual?: unknown;
  reason: string;
  acceptedBy: string;
  /** The last day on which it holds, in UTC, such as `2026-12-31`. */
  until: string;
  /** Where the file says so, such as `accepted.yaml:3`. */
  at: string;
}

/** A row that does not count, and why. */
export interface AcceptedRow extends RatedRow {
  acceptance: Pick<Acceptance, "reason" | "acceptedBy" | "until">;
}

/** The rows of a report, with those apart that are accepted. */
export interface Sorted {
  rows: RatedRow[];
  accepted: AcceptedRow[];
  /** What keeps entries that are about a row from accepting it. */
  notes: string[];
  /** The entries that are about a row. */
  used: Acceptance[];
}

export function sortOutAccepted(
  rows: readonly RatedRow[],
  entries: readonly Acceptance[],
  now: Date,
): Sorted {
  const sorted: Sorted = { rows: [], accepted: [], notes: [], used: [] };
  for (const row of rows) {
    const about = entries.filter((entry) => isAbout(entry, row));
    const entry = about.find((candidate) => obstacleTo(candidate, row, now) === undefined);
    sorted.used.push(...about);
    if (entry === undefined) {
      sorted.rows.push(row);
      sorted.notes.push(
        ...about.map(
          (each) => `${each.at}: ${row.subject} is not accepted, because ${obstacleTo(each, row, now)}.`,
        ),
      );
    } else {
      const { reason, acceptedBy, until } = entry;
      sorted.accepted.push({ ...row, acceptance: { reason, acceptedBy, until } });
    }
  }
  return sorted;
}

/**
 * What is to be said of the entries that are about nothing in all that was looked at.
 *
 * @param unmanaged whether members were looked for that nobody declares
 */
export function notesOnUnused(
  entries: readonly Acceptance[],
  used: readonly Acceptance[],
  unmanaged: boolean,
): string[] {
  const found = new Set(used);
  return entries
    .filter((entry) => !found.has(entry))
    .map(({ at, subject, kind = "unmanaged" }) => {
      const advice =
        kind === "unmanaged" && !unmanaged
          ? "Correct the entry, take it out, or add --unmanaged if it is about a member that nobody declares."
          : "Correct the entry, or take it out.";
      return `${at}: no difference is about ${subject}. ${advice}`;
    });
}

function isAbout({ subject, kind, property }: Acceptance, row: DriftRow): boolean {
  return (
    [row.subject, row.id].some((name) => name.toLowerCase() === subject.toLowerCase()) &&
    (kind === undefined || kind === row.kind) &&
    (property === undefined || property === row.property)
  );
}

/** Why an entry does not accept the row that it is about, to follow "because". */
function obstacleTo({ until, actual }: Acceptance, row: RatedRow, now: Date): string | undefined {
  if (now.toISOString().slice(0, "2026-12-31".length) > until) {
    return `that ended with ${until}: accept it again, or take the entry out`;
  }
  if (actual === undefined) {
    // Who has accepted a reader has not accepted the owner that this reader may become.
    return row.severity === "critical"
      ? `what is critical needs the value in its entry: add \`actual: ${JSON.stringify(row.actual)}\` if that is meant`
      : undefined;
  }
  return inOrder(actual) === inOrder(row.actual)
    ? undefined
    : `the entry is for ${inWords(actual)}, and Atlas has ${row.actual === null ? "nothing" : inWords(row.actual)}`;
}

/** Roles have no order. */
function inOrder(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.toSorted() : value);
}
