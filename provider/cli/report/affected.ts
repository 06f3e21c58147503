import { messagesOf } from "../../resources/messages/all";
import type { Place } from "../../resources/messages/messages";
import { typeToken } from "../../resources/registration";
import type { Step } from "../engine/stack";
import type { DriftRow } from "./driftRow";
import { propertiesOfId } from "./identity";
import { isOneMember, namesIn, recorded } from "./memberships";

/** Who or what a row of drift is about, as far as Atlas's events tell one from another. */
export type Affected =
  /** A member of a project or team, by all names in lower case that Atlas may know it by. */
  | { readonly kind: "member"; readonly place: Place; readonly names: readonly string[] }
  /** Something else of a project, and which types of events are about it. */
  | { readonly kind: "other"; readonly projectId: string; readonly eventTypes: readonly string[] };

/**
 * Finds out who or what a row is about.
 *
 * @param step the engine's step that the row comes from, where there is one
 * @returns `undefined` where no event of Atlas can be about it
 */
export function affectedBy(row: DriftRow, step: Step | undefined): Affected | undefined {
  const { type, id } = row;
  if (type === null) {
    return undeclared(row);
  }
  const { members, events } = messagesOf(type) ?? {};
  // A row about one of all members that a resource declares is like one of a resource about that member.
  const memberType = members === undefined ? type : typeToken(members.as);
  const membership = messagesOf(memberType)?.membership;
  if (membership === undefined) {
    const { projectId } = propertiesOfId(type, id);
    return projectId === undefined || events === undefined
      ? undefined
      : { kind: "other", projectId, eventTypes: events };
  }
  const sources =
    isOneMember(type) && step?.before !== undefined
      ? recorded(type, id, step.before.inputs, step.before.outputs)
      : [propertiesOfId(memberType, id)];
  const [place] = sources.flatMap((source) => membership.place(source) ?? []);
  const names = [...new Set(sources.flatMap((source) => namesIn(membership, source)))];
  return place === undefined || names.length === 0 ? undefined : { kind: "member", place, names };
}

/** A member that no resource declares has an id all the same; only that of a user of a project comes with roles. */
function undeclared({ id, property }: DriftRow): Affected | undefined {
  const parts = property === "roles" ? /^([^/]+)\/()(.+)$/.exec(id) : /^([^/]+)\/([^/]+)\/(.+)$/.exec(id);
  const [, first = "", teamId = "", name] = parts ?? [];
  if (name === undefined) {
    return undefined;
  }
  const place: Place =
    property === "roles" ? { kind: "project", projectId: first } : { kind: "team", orgId: first, teamId };
  return { kind: "member", place, names: [name.toLowerCase()] };
}
