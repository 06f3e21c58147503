import { messagesOf } from "../../resources/messages/all";
import { secretText, texts } from "../../resources/messages/values";
import type { DriftRow } from "./driftRow";
import { bySubject } from "./tables";

/** How much a difference matters, the worst first. */
export const severities = ["critical", "high", "medium", "low"] as const;

export type Severity = (typeof severities)[number];

/** A row that says how much it matters. */
export interface RatedRow extends DriftRow {
  severity: Severity;
}

/** The rows with what matters first, and by subject where they matter alike. */
export function rated(rows: readonly DriftRow[]): RatedRow[] {
  return rows
    .map((row) => ({ ...row, severity: severityOf(row) }))
    .sort((one, other) => rank(one.severity) - rank(other.severity) || bySubject(one, other));
}

/** Whether a severity is a level, or worse. */
export function reaches(severity: Severity, level: Severity): boolean {
  return rank(severity) <= rank(level);
}

/** The worst of them; `undefined` of none. */
export function worstOf(all: readonly Severity[]): Severity | undefined {
  return severities.find((severity) => all.includes(severity));
}

function rank(severity: Severity): number {
  return severities.indexOf(severity);
}

/**
 * Access that nobody declares matters more than access that is missing, as who misses it says so. What cannot be seen counts
 * as the worst that it may be.
 */
export function severityOf(row: DriftRow): Severity {
  if (row.kind === "unmanaged") {
    // Nothing here tells which roles a team has.
    return row.property === null ? "high" : severityOfRoles(rolesIn(row.actual));
  }
  const messages = row.type === null ? undefined : messagesOf(row.type);
  if (messages === undefined) {
    return "high";
  }
  if (row.kind === "deleted" || messages.membership === undefined) {
    return "medium";
  }
  if (row.property === null) {
    return "critical";
  }
  return row.property === "roles" ? severityOfChange(rolesIn(row.declared), rolesIn(row.actual)) : "low";
}

function severityOfChange(declared: readonly string[], actual: readonly string[]): Severity {
  // Two secrets look alike where they differ.
  const given = actual.filter((role) => role === secretText || !declared.includes(role));
  return given.length > 0 ? severityOfRoles(given) : "medium";
}

function severityOfRoles(roles: readonly string[]): Severity {
  return worstOf(roles.map(severityOfRole)) ?? "low";
}

/** A role that is not known here may write. */
function severityOfRole(role: string): Severity {
  if (role === "GROUP_OWNER" || role === secretText) {
    return "critical";
  }
  return /_(READ_ONLY|VIEWER)$/.test(role) ? "low" : "high";
}

function rolesIn(value: unknown): string[] {
  return value === secretText ? [secretText] : texts(value);
}
