import { typeToken } from "../resources/registration";
import type { Properties, Step } from "./engine";
import { differences, hiddenDifferences, visible, visibleProperties } from "./values";
import { wordingFor } from "./wording";

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
  /** Whether the stack only reads it, with `.get()`. */
  external: boolean;
}

/** What a refresh preview says about one resource, one row for each property that has moved. */
export function driftRows(step: Step, now: Date): DriftRow[] {
  const { op, urn, type, id, before, after } = step;
  if (before === undefined || op === "same" || op === "read") {
    return [];
  }
  if (before.external && after !== undefined) {
    // What is only read declares nothing that could differ; the engine compares its outputs all the same.
    return [];
  }
  const known = visibleProperties({ ...before.inputs, ...before.outputs });
  const wording = wordingFor(type, step.name);
  const { external } = before;
  const row = { subject: wording.subject(known), urn, type, id, external };
  const told = (sentence: string): string => (external ? `${sentence} The stack only reads it.` : sentence);
  if (after === undefined) {
    const declared = visibleProperties(before.inputs);
    return [
      {
        kind: "gone",
        ...row,
        property: null,
        declared,
        actual: null,
        message: told(wording.gone(known, now)),
      },
    ];
  }
  return moved(step).map(({ property, declared, actual }) => ({
    kind: "changed",
    ...row,
    property,
    declared,
    actual,
    message: told(wording.changed(known, property ?? "something", declared, actual)),
  }));
}

interface Move {
  property: string | null;
  declared: unknown;
  actual: unknown;
}

/** What was declared goes first; outputs count where nothing of that has moved. */
function moved({ type, before, after, diffs }: Step): Move[] {
  const [were, are] = [before?.outputs ?? {}, after?.outputs ?? {}];
  if (type === typeToken("MigrationCutover")) {
    // It declares no status: that it is complete is what it stands for.
    return [{ property: "status", declared: "COMPLETE", actual: visible(are["status"]) }];
  }
  const inputs = differences(before?.inputs ?? {}, after?.inputs ?? {});
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
