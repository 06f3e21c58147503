import { messagesOf } from "../../resources/messages/all";
import type { Place } from "../../resources/messages/messages";
import { type Properties, secretText, texts } from "../../resources/messages/values";
import type { DriftRow } from "../report/driftRow";

/** What a person has in a project or team: roles, or being in it; `undefined` for nothing. */
export type Access = readonly string[] | "in the team" | undefined;

/** What becomes of a person in a project or team when a file takes over what Atlas has. */
export interface AccessChange {
  place: Place;
  /** In lower case. */
  username: string;
  declared: Access;
  actual: Access;
}

/** What rows mean for a file about people, and the rows that are about something else. */
export function accessChanges(rows: readonly DriftRow[]): { changes: AccessChange[]; others: DriftRow[] } {
  const changes: AccessChange[] = [];
  const others: DriftRow[] = [];
  for (const row of rows) {
    const change = changeOf(row);
    if (change === undefined) {
      others.push(row);
    } else {
      changes.push(change);
    }
  }
  return { changes, others };
}

function changeOf(row: DriftRow): AccessChange | undefined {
  const { kind, type, id, external, property } = row;
  const isOfMember = kind === "unmanaged" || (type !== null && messagesOf(type)?.membership !== undefined);
  const member = memberOf(id);
  if (!isOfMember || external || member === undefined) {
    return undefined;
  }
  const access = member.place.kind === "team" ? inTeam(row) : inProject(row);
  if (access === undefined || (kind === "changed" && property !== "roles")) {
    return undefined;
  }
  // A resource may name its user by an id alone.
  const named = kind === "deleted" ? (row.declared as Properties)["username"] : undefined;
  const username = (typeof named === "string" ? named : member.name).toLowerCase();
  return username === secretText ? undefined : { place: member.place, username, ...access };
}

function inTeam({ kind }: DriftRow): Pick<AccessChange, "declared" | "actual"> {
  const isIn = "in the team";
  return kind === "unmanaged" ? { declared: undefined, actual: isIn } : { declared: isIn, actual: undefined };
}

/** Nothing where it cannot be written: a file takes a list of at least one role, and no secret. */
function inProject(row: DriftRow): Pick<AccessChange, "declared" | "actual"> | undefined {
  const { kind } = row;
  const declared = kind === "deleted" ? (row.declared as Properties)["roles"] : row.declared;
  const before = kind === "unmanaged" ? undefined : rolesIn(declared);
  const now = kind === "deleted" ? undefined : rolesIn(row.actual);
  return before === null || now === null ? undefined : { declared: before, actual: now };
}

function rolesIn(value: unknown): string[] | null {
  const roles = texts(value);
  return roles.length === 0 || roles.includes(secretText) ? null : roles;
}

/** Ids are `<project>/<user>` and `<organization>/<team>/<user>`, and an address may have a slash. */
function memberOf(id: string): { place: Place; name: string } | undefined {
  const [, first = "", second, name = ""] = /^([0-9a-f]{24})\/(?:([0-9a-f]{24})\/)?(.+)$/is.exec(id) ?? [];
  if (name === "") {
    return undefined;
  }
  return second === undefined
    ? { place: { kind: "project", projectId: first }, name }
    : { place: { kind: "team", orgId: first, teamId: second }, name };
}
