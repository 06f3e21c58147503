import { messagesOf } from "../resources/messages/all";
import type { Circumstances } from "../resources/messages/messages";
import { capital } from "../resources/messages/sentences";
import { type Properties, visible, visibleProperties } from "../resources/messages/values";
import { differences, hiddenDifferences } from "./differences";
import type { Side, Step } from "./engine";
import { propertiesOfId } from "./identity";
import { factsOf, type Labels } from "./labels";
import { wordingFor } from "./wording";

/** One thing that is not as declared. The JSON report consists of these; its schema is `drift-report.schema.json`. */
export interface DriftRow {
  /** `changed`: a property differs; `deleted`: it is not there any more; `unmanaged`: no resource declares it. */
  kind: "changed" | "deleted" | "unmanaged";
  /** Who or what, such as `ada@example.com in project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  subject: string;
  /** The property that differs, such as `roles`; null when it is all of it. */
  property: string | null;
  /** What the last update declared; null for an unmanaged member. */
  declared: unknown;
  /** What there is now; null for what is deleted. */
  actual: unknown;
  /** What a person needs to know, as a sentence. */
  message: string;
  /** The resource in the stack; null for an unmanaged member. */
  urn: string | null;
  /** The type token of the resource; null for an unmanaged member. */
  type: string | null;
  /** The id of the resource, or the one that it would have. */
  id: string;
  /** Whether the stack only reads it, with `.get()`. */
  external: boolean;
}

/** What decides how differences are told. */
export interface DriftContext extends Circumstances {
  /** Properties by URN that the resource option `ignoreChanges` takes out of every comparison. */
  ignored: ReadonlyMap<string, readonly string[]>;
  labels: Labels;
}

/** What a refresh preview says about one resource, one row for each property that has moved. */
export function driftRows(step: Step, context: DriftContext): DriftRow[] {
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
  const row = { subject, urn, type, id, external: before.external };
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
