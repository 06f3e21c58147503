import { messagesOf } from "../../resources/messages/all";
import type { Member, Members } from "../../resources/messages/messages";
import { known, type Properties, texts } from "../../resources/messages/values";
import { typeToken } from "../../resources/registration";
import type { Side, Step } from "../engine/stack";

/** A step about one member, and the step about all of the project or team that it is a part of. */
export interface MemberStep extends Step {
  readonly whole: Step;
}

/**
 * What a step about all members of a project or team means for each of them, as a step of a resource about one. What it means
 * for the rest comes last, as a step of its own.
 *
 * @returns `undefined` for other resources, and where it is secret or not known yet who the members are
 */
export function memberSteps(step: Step): { members: MemberStep[]; rest: Step } | undefined {
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
    rest: withoutMembers(step, members),
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
  };
}

/** The id of the project or team, which a step has not yet that creates the resource. */
function placeOf({ type, id, before, after }: Step): string {
  const inputs = (after ?? before)?.inputs ?? {};
  const texts = Object.entries(inputs).flatMap(([name, value]): [string, string][] => {
    const text = known(value);
    return text === undefined ? [] : [[name, text]];
  });
  return id || (messagesOf(type)?.id.ofKnown(Object.fromEntries(texts)) ?? "");
}

function withoutMembers(step: Step, { about }: Members): Step {
  const without = (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => !about.includes(name)));
  // Its other outputs follow from the members.
  const reduced = (side: Side | undefined): Side | undefined =>
    side && { ...side, inputs: without(side.inputs), outputs: {} };
  return { ...step, diffs: [], before: reduced(step.before), after: reduced(step.after) };
}
