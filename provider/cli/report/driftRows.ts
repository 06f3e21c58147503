import { messagesOf } from "../../resources/messages/all";
import type { Circumstances, Place } from "../../resources/messages/messages";
import { capital } from "../../resources/messages/sentences";
import { type Properties, visible, visibleProperties } from "../../resources/messages/values";
import type { Side, Step } from "../engine/stack";
import { differences, hiddenDifferences } from "./differences";
import { type DriftRow, unmanagedRow } from "./driftRow";
import { propertiesOfId } from "./identity";
import { factsOf, type Labels } from "./labels";
import { providerNameOf } from "./providers";
import { type MemberStep, memberSteps, unmanagedBefore } from "./wholeMembership";
import { wordingFor } from "./wording";

/** What decides how differences are told. */
export interface DriftContext extends Circumstances {
  /** Properties by URN that the resource option `ignoreChanges` takes out of every comparison. */
  ignored: ReadonlyMap<string, readonly string[]>;
  labels: Labels;
}

/**
 * What a refresh preview says about one resource, one row for each property that has moved, or for each member that differs
 * where the resource is about all of a project or team.
 */
export function driftRows(step: Step, context: DriftContext): DriftRow[] {
  const parts = step.before?.external ? undefined : memberSteps(step);
  if (parts === undefined) {
    return rowsOf(step, context);
  }
  return [
    ...parts.members.flatMap((member) => memberRows(member, context)),
    ...parts.rest.flatMap((rest) => rowsOf(rest, context)),
  ];
}

/** What has happened to one member of a project or team, all members of which are declared by one resource. */
function memberRows(member: MemberStep, context: DriftContext): DriftRow[] {
  const { whole } = member;
  const ignored = context.ignored.get(whole.urn) ?? [];
  const { about = [] } = messagesOf(whole.type)?.members ?? {};
  if ([...about, "*"].some((property) => ignored.includes(property))) {
    return [];
  }
  const wasDeclared = member.before !== undefined && !unmanagedBefore(whole).has(member.member);
  const rows =
    member.after !== undefined && !wasDeclared ? [undeclaredRow(member, context)] : rowsOf(member, context);
  return rows.map((row) => ({ ...row, type: whole.type }));
}

function undeclaredRow(member: MemberStep, { labels }: DriftContext): DriftRow {
  const { after, id, whole } = member;
  const { username, roles, orgMembershipStatus } = visibleProperties({ ...after?.inputs, ...after?.outputs });
  const found = {
    id,
    username: String(username),
    roles,
    isPending: orgMembershipStatus === "PENDING",
    place: messagesOf(whole.type)?.membership?.place(after?.inputs ?? {}) as Place,
  };
  return unmanagedRow(found, labels, whole);
}

function rowsOf(step: Step, context: DriftContext): DriftRow[] {
  const { op, urn, type, id, before, after } = step;
  if (before === undefined || op === "same" || op === "read") {
    return [];
  }
  if (before.external && after !== undefined) {
    // What is only read declares nothing that could differ; the engine compares its outputs all the same.
    return [];
  }
  // What `get` has read may have found nothing, so that only the id tells what it was about.
  const known = factsOf(
    {
      ...propertiesOfId(type, id),
      ...withoutNothing(visibleProperties({ ...before.inputs, ...before.outputs })),
    },
    context.labels,
  );
  const wording = wordingFor(type, step.name, known);
  const subject = wording.subject(known);
  const { external, provider } = before;
  const row = { subject, urn, type, id, external, provider: providerNameOf(provider) };
  if (after === undefined) {
    const message = before.external
      ? `${capital(subject)}, which the stack only reads, is not there.`
      : wording.deleted(known, context);
    const declared = visibleProperties(before.inputs);
    return [{ kind: "deleted", ...row, property: null, declared, actual: null, message }];
  }
  return moved(step, context.ignored.get(urn) ?? []).map(({ property, declared, actual }) => ({
    kind: "changed",
    ...row,
    property,
    declared,
    actual,
    message: wording.changed(known, property ?? "something", { declared, actual }, context),
  }));
}

function withoutNothing(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null),
  );
}

interface Move {
  property: string | null;
  declared: unknown;
  actual: unknown;
}

/** What was declared goes first; outputs count where nothing of that has moved. */
function moved({ type, before, after, diffs }: Step, ignored: readonly string[]): Move[] {
  const [declared, found] = [before?.inputs ?? {}, after?.inputs ?? {}];
  const [were, are] = [before?.outputs ?? {}, after?.outputs ?? {}];
  const difference = messagesOf(type)?.difference?.(are);
  if (difference !== undefined) {
    return [difference];
  }
  const inputs = differences(declared, found);
  const outputs = differences(were, are);
  const all = inputs.length > 0 ? inputs : outputs.length > 0 ? outputs : hiddenDifferences(diffs, declared);
  const properties = all.filter((property) => !ignored.includes(property) && !ignored.includes("*"));
  if (properties.length === 0 && (all.length > 0 || isInternal(before, after))) {
    return [];
  }
  return (properties.length > 0 ? properties : [null]).map((property) =>
    inputs.length > 0 ? move(property, declared, found) : move(property, were, are),
  );
}

/** Whether nothing has moved but what is Pulumi's and this package's own. */
function isInternal(before: Side | undefined, after: Side | undefined): boolean {
  return (
    JSON.stringify(before?.inputs) !== JSON.stringify(after?.inputs) ||
    JSON.stringify(before?.outputs) !== JSON.stringify(after?.outputs)
  );
}

function move(property: string | null, declared: Properties, actual: Properties): Move {
  const valueIn = (side: Properties): unknown =>
    property === null ? visibleProperties(side) : visible(side[property]);
  return { property, declared: valueIn(declared), actual: valueIn(actual) };
}
