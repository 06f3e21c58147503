import { readFileSync } from "node:fs";
import path from "node:path";
import type { DriftReport } from "../../../provider/cli/report/driftReport";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { type RatedRow, severityOf } from "../../../provider/cli/report/severity";

export const shop = "a".repeat(24);
const organization = "0".repeat(24);
export const team = "b".repeat(24);
const typeOf = (name: string) => `pulumi-nodejs:dynamic/mongodbatlas:${name}`;

/** A row about somebody in the project `shop`, with what is given. */
export function row(username: string, of: Partial<DriftRow> = {}): DriftRow {
  const id = `${shop}/${username}`;
  const kind = of.kind ?? "unmanaged";
  const isDeclared = kind !== "unmanaged";
  return {
    kind,
    subject: `${username} in project shop`,
    property: kind === "deleted" ? null : "roles",
    declared: null,
    actual: null,
    message: `Something has become of ${username}.`,
    urn: isDeclared ? `urn:pulumi:test::access::${typeOf("ProjectUser")}::${username}` : null,
    type: isDeclared ? typeOf("ProjectUser") : null,
    id,
    external: false,
    provider: null,
    ...of,
  };
}

/** The same about the team `support`. */
export function teamRow(username: string, kind: "deleted" | "unmanaged"): DriftRow {
  const isDeclared = kind === "deleted";
  return row(username, {
    kind,
    subject: `${username} in team support`,
    property: null,
    declared: isDeclared ? { orgId: organization, teamId: team, username } : null,
    actual: isDeclared ? null : "a member",
    type: isDeclared ? typeOf("TeamUser") : null,
    id: `${organization}/${team}/${username}`,
  });
}

export const unmanaged = (username: string, ...roles: string[]) => row(username, { actual: roles });
export const changed = (username: string, declared: string[], actual: string[]) =>
  row(username, { kind: "changed", declared, actual });
export const deleted = (username: string, ...roles: string[]) =>
  row(username, { kind: "deleted", declared: { projectId: shop, username, roles } });
/** About another resource of this package, or of another one. */
export const resource = (type: string, kind: "changed" | "deleted" = "changed") =>
  row("somebody", {
    kind,
    type: type.includes(":") ? type : typeOf(type),
    subject: type,
    property: "status",
  });

export const rate = (found: DriftRow): RatedRow => ({ ...found, severity: severityOf(found) });

export function report(rows: DriftRow[], more: Partial<DriftReport> = {}): DriftReport {
  return {
    stack: "dev",
    rows: rows.map(rate),
    accepted: [],
    gaps: [],
    notes: [],
    failOn: "low",
    now: new Date(0),
    doubt: undefined,
    resources: new Map([["urn", "ProjectUser ada"]]),
    ...more,
  };
}

/** The text of a page of the documentation. */
export const page = (name: string): string =>
  readFileSync(path.join(__dirname, "../../../provider/docs", name), "utf8");
