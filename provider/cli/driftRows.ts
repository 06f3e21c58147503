import type { Properties, Step } from "./engine";
import { differences, hiddenDifferences, visible, visibleProperties } from "./values";
import { type Wording, wordingFor } from "./wording";

/** One thing that is not as declared. The JSON report consists of these; its schema is `drift-report.schema.json`. */
export interface DriftRow {
  /** `changed`: a property differs; `gone`: it is not there any more; `stranger`: no resource declares it. */
  kind: "changed" | "gone" | "stranger";
  /** Who or what, such as `ada@example.com in project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  subject: string;
  /** The property that differs, such as `roles`; null when it is all of it. */
  property: string | null;
  /** What the last update declared; null for a stranger. */
  declared: unknown;
  /** What there is now; null for what is gone. */
  actual: unknown;
  /** What a person needs to know, as a sentence. */
  message: string;
  /** The resource in the stack; null for a stranger. */
  urn: string | null;
  /** The type token of the resource; null for a stranger. */
  type: string | null;
  /** The id of the resource, or the one that it would have. */
  id: string;
}

/** What a refresh preview says about one resource, one row for each property that has moved. */
export function driftRows(step: Step, now: Date): DriftRow[] {
  if (step.before === undefined || step.op === "same" || step.op === "read") {
    return [];
  }
  const { urn, type, id, before, after } = step;
  const known = visibleProperties({ ...before.inputs, ...before.outputs });
  const wording = wordingFor(type, step.name);
  const row = { subject: wording.subject(known), urn, type, id };
  if (after === undefined) {
    const declared = visibleProperties(before.inputs);
    return [
      { kind: "gone", ...row, property: null, declared, actual: null, message: wording.gone(known, now) },
    ];
  }
  return moved(step).map(({ property, declared, actual }) => ({
    kind: "changed",
    ...row,
    property,
    declared,
    actual,
    message: messageOf(wording, known, property, declared, actual, step.external),
  }));
}

interface Move {
  property: string | null;
  declared: unknown;
  actual: unknown;
}

/** What was declared goes first; outputs count where nothing of that has moved. */
function moved({ type, before, after, external, diffs }: Step): Move[] {
  const [were, are] = [before?.outputs ?? {}, after?.outputs ?? {}];
  if (type.endsWith(":MigrationCutover") && !external) {
    // It declares no status: that it is complete is what it stands for.
    return [{ property: "status", declared: "COMPLETE", actual: visible(are["status"]) }];
  }
  // What is only read declares nothing but its id.
  const inputs = external ? [] : differences(before?.inputs ?? {}, after?.inputs ?? {});
  if (inputs.length > 0) {
    return inputs.map((property) => move(property, before?.inputs ?? {}, after?.inputs ?? {}));
  }
  const outputs = differences(were, are);
  const properties = outputs.length > 0 ? outputs : hiddenDifferences(diffs, before?.inputs ?? were);
  return (properties.length > 0 ? properties : [null]).map((property) => move(property, were, are));
}

function move(property: string | null, declared: Properties, actual: Properties): Move {
  const valueIn = (side: Properties): unknown =>
    property === null ? visibleProperties(side) : visible(side[property]);
  return { property, declared: valueIn(declared), actual: valueIn(actual) };
}

function messageOf(
  wording: Wording,
  known: Properties,
  property: string | null,
  declared: unknown,
  actual: unknown,
  external: boolean,
): string {
  const sentence = wording.changed(known, property ?? "something", declared, actual);
  return external ? `${sentence} The stack only reads it.` : sentence;
}
