import { messagesOf } from "../../resources/messages/all";
import type { Member, Members } from "../../resources/messages/messages";
import { type Properties, texts } from "../../resources/messages/values";
import { typeToken } from "../../resources/registration";
import type { Side, Step } from "../engine/stack";
import { differences } from "./differences";
import { idOf } from "./identity";

/** A step about one member, and the step about all of the project or team that it is a part of. */
export interface MemberStep extends Step {
  readonly whole: Step;
  /** The name in lower case. */
  readonly member: string;
}

/**
 * What a step about all members of a project or team means for each of them, as a step of a resource about one. Where
 * something else changes as well, `rest` is a step about that.
 *
 * @returns `undefined` for other resources, and where it is secret or not known yet who the members are
 */
export function memberSteps(step: Step): { members: MemberStep[]; rest: Step[] } | undefined {
  const members = messagesOf(step.type)?.members;
  if (members === undefined) {
    return undefined;
  }
  const [before, after] = [sideOf(members, step.before), sideOf(members, step.after)];
  if (before === undefined || after === undefined) {
    return undefined;
  }
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const each = (part: Step, were: typeof before, will: typeof after): MemberStep[] =>
    names
      .filter((name) => were.has(name) || will.has(name))
      .map((name) => ofMember(part, members.as, name, were.get(name), will.get(name)));
  const nobody: typeof before = new Map();
  return {
    members: isMoved(step)
      ? [
          ...each({ ...step, before: undefined, id: "" }, nobody, after),
          ...each({ ...step, after: undefined }, before, nobody),
        ]
      : each(step, before, after),
    rest: restOf(step, members),
  };
}

/** Whether the members are of another project or team than before. */
function isMoved({ type, before, after }: Step): boolean {
  const place = messagesOf(type)?.membership?.place;
  return (
    before !== undefined &&
    after !== undefined &&
    JSON.stringify(place?.(before.inputs)) !== JSON.stringify(place?.(after.inputs))
  );
}

/** The names in lower case of the members that a refresh has taken into the state, and nobody declares. */
export function unmanagedBefore({ before }: Step): ReadonlySet<string> {
  return new Set(texts(before?.outputs["unmanaged"]).map((name) => name.toLowerCase()));
}

/** Nobody where there is no side. */
function sideOf(members: Members, side: Side | undefined): ReadonlyMap<string, Member> | undefined {
  return side === undefined ? new Map() : members.of(side.inputs, side.outputs);
}

function ofMember(
  step: Step,
  as: string,
  name: string,
  before: Member | undefined,
  after: Member | undefined,
): MemberStep {
  const isSame =
    before !== undefined &&
    after !== undefined &&
    JSON.stringify(before.inputs) === JSON.stringify(after.inputs);
  const op = isSame ? "same" : before === undefined ? "create" : after === undefined ? "delete" : "update";
  return {
    ...step,
    op,
    type: typeToken(as),
    id: `${placeOf(step)}/${name}`,
    diffs: [],
    before: step.before && before && { ...step.before, ...before },
    after: step.after && after && { ...step.after, ...after },
    whole: step,
    member: name,
  };
}

/** The id of the project or team, which a step has not yet that creates the resource. */
function placeOf({ type, id, before, after }: Step): string {
  return id || (idOf(type, (after ?? before)?.inputs ?? {}) ?? "");
}

function restOf(step: Step, { about }: Members): Step[] {
  const without = (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => !about.includes(name)));
  const [before, after] = [step.before, step.after];
  if (before === undefined || after === undefined || isMoved(step)) {
    return [];
  }
  // Its other outputs follow from the members.
  const rest = {
    ...step,
    diffs: [],
    before: { ...before, inputs: without(before.inputs), outputs: {} },
    after: { ...after, inputs: without(after.inputs), outputs: {} },
  };
  return differences(rest.before.inputs, rest.after.inputs).length > 0 ? [rest] : [];
}
