import { messagesOf } from "../../resources/messages/all";
import type { Membership, Place } from "../../resources/messages/messages";
import { known, type Properties } from "../../resources/messages/values";
import type { Side, Step } from "../engine/stack";
import { propertiesOfId } from "./identity";

/** The resource that declares a member from then on, when an update takes another resource of the same member away. */
export interface Heir {
  step: Step;
  /** Why the member is taken out of the project or team all the same; `undefined` when they stay. */
  obstacle: string | undefined;
}

/**
 * Finds for every resource that goes away the one by which an update declares the same member. Handlers leave who is
 * declared by anything else of the same run, which they know of when they share a process and everything is declared
 * before the first deletion.
 *
 * @param steps in the engine's order
 * @param isPartial whether the update is for some resources only
 */
export function findHeirs(steps: readonly Step[], isPartial: boolean): ReadonlyMap<Step, Heir> {
  const declared = new Map<string, Step[]>();
  for (const step of steps.filter(declares)) {
    for (const member of membersDeclaredBy(step)) {
      declared.set(member, [...(declared.get(member) ?? []), step]);
    }
  }
  const heirs = new Map<Step, Heir>();
  for (const step of steps.filter(letsGo)) {
    const candidates = isOneMember(step.type)
      ? membersLeftBy(step).flatMap((member) => declared.get(member) ?? [])
      : [];
    const [heir] = candidates
      .map((candidate) => ({ step: candidate, obstacle: obstacleTo(step, steps, isPartial) }))
      // A resource that is made anew at its own place is no other one, and its own row says what happens.
      .filter(({ step: candidate, obstacle }) => candidate !== step || obstacle === undefined)
      .sort((one, other) => rank(one) - rank(other));
    if (heir !== undefined) {
      heirs.set(step, heir);
    }
  }
  return heirs;
}

/** What takes over goes before what does not, and what is made for it before what declares the member anyway. */
function rank({ step: { op }, obstacle }: Heir): number {
  return (obstacle === undefined ? 0 : 10) + (op === "create" ? 0 : op === "replace" ? 1 : 2);
}

/** Whether the resource is there after the step, and says who is a member. */
function declares({ op, after, before }: Step): boolean {
  const side = after ?? before;
  return /^(same|update|create|import|replace)$/.test(op) && side !== undefined && !side.external;
}

function letsGo({ op, before }: Step): boolean {
  return /^(delete|replace)$/.test(op) && before !== undefined && !before.external;
}

/** Whether the old resource of a replacement is deleted before the new one is made. */
export function isDeletedFirst({ urn, op }: Step, steps: readonly Step[]): boolean {
  const positionOf = (of: string): number => steps.findIndex((step) => step.urn === urn && step.op === of);
  const created = positionOf("create-replacement");
  return op === "replace" && (created === -1 || positionOf("delete-replaced") < created);
}

function obstacleTo(step: Step, steps: readonly Step[], isPartial: boolean): string | undefined {
  if (step.retained) {
    return undefined;
  }
  if (isPartial) {
    return "an update of some resources only does not know what the others declare";
  }
  if (isDeletedFirst(step, steps)) {
    return "it is deleted before anything else is declared";
  }
  return undefined;
}

/** Whether a resource of this type is about one member only. */
export function isOneMember(type: string): boolean {
  return messagesOf(type)?.membership?.isOneMember === true;
}

/** Keys of the members that a step takes a resource from: one member may have several. */
function membersLeftBy({ type, id, before }: Step): string[] {
  const { inputs = {}, outputs = {} }: Partial<Side> = before ?? {};
  return keysOf(type, recorded(type, id, inputs, outputs));
}

function membersDeclaredBy({ type, id, op, before, after }: Step): string[] {
  const { inputs = {} }: Partial<Side> = after ?? before ?? {};
  const isThere = op === "same" || op === "update";
  return keysOf(type, isThere ? recorded(type, id, inputs, before?.outputs ?? {}) : [inputs]);
}

/**
 * All that tells who the members are of a resource that the state has. The id is in clear where the properties are secret; the
 * outputs of one member have the other name that Atlas knows the user by.
 */
export function recorded(type: string, id: string, inputs: Properties, outputs: Properties): Properties[] {
  return [{ ...inputs, ...propertiesOfId(type, id) }, ...(isOneMember(type) ? [outputs] : [])];
}

function keysOf(type: string, sources: readonly Properties[]): string[] {
  const membership = messagesOf(type)?.membership;
  const keys = sources.flatMap((of) => {
    const place = membership?.place(of);
    return place === undefined ? [] : namesIn(membership, of).map((name) => `${placeKey(place)}/${name}`);
  });
  return [...new Set(keys)];
}

/** The names of members that are known, in lower case. */
export function namesIn(membership: Membership | undefined, of: Properties): string[] {
  return (membership?.names(of) ?? []).flatMap((name) => known(name)?.toLowerCase() ?? []);
}

/** A team has an id of its own, whatever its organization. */
export function placeKey(place: Place): string {
  return `${place.kind} ${place.kind === "project" ? place.projectId : place.teamId}`.toLowerCase();
}
