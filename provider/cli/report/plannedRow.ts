import type { Facts, Wording } from "../../resources/messages/messages";
import { noLongerManaged } from "../../resources/messages/sentences";
import { type Properties, visibleProperties } from "../../resources/messages/values";
import type { Step } from "../engine/stack";
import { differences, hiddenDifferences } from "./differences";
import { propertiesOfId } from "./identity";
import { factsOf, type Labels } from "./labels";
import { providerNameOf } from "./providers";
import { wordingFor } from "./wording";

/** Something that an update is going to do. The JSON report consists of these; its schema is `preview-report.schema.json`. */
export interface PreviewRow {
  /**
   * `create`, `update`, `replace`, `delete`; `move` for what another resource takes over while it stays in Atlas; or the
   * engine's name for a step that is none of these.
   */
  op: string;
  /** Who or what, such as `ada@example.com in project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  subject: string;
  /** The argument that changes; null when it is all of it. */
  property: string | null;
  /** What is declared until now; null for what is created. */
  before: unknown;
  /** What is declared from then on; null for what is deleted. */
  after: unknown;
  /** What a person needs to know, as a sentence. */
  message: string;
  /** The resource in the stack. */
  urn: string;
  /** The resource that takes it over, for `move`; otherwise null. */
  movesTo: string | null;
  /** The type token of the resource. */
  type: string;
  /** The id of the resource; empty where there is none yet. */
  id: string;
  /** The name of the explicit provider that the change goes to; null for the credentials in the stack's configuration. */
  provider: string | null;
  /**
   * `program`: the program asks for it; `outside`: somebody has changed Atlas outside the stack, which the update takes back. Absent
   * when nobody has looked at Atlas.
   */
  cause?: "program" | "outside";
  /** What it takes back, as a sentence; otherwise null. */
  takesBack?: string | null;
}

/** A step, and what is to be said of it. */
export interface Described {
  step: Step;
  wording: Wording;
  /** What was known of the resource, and what will be. */
  were: Facts;
  will: Facts;
  /** The arguments that it will have. */
  declared: Properties;
}

export function describe(step: Step, labels: Labels): Described {
  const { type, name, id, before, after } = step;
  const were = {
    ...propertiesOfId(type, id),
    ...visibleProperties({ ...before?.outputs, ...before?.inputs }),
  };
  const declared = visibleProperties(after?.inputs ?? {});
  return {
    step,
    were: factsOf(were, labels),
    will: factsOf(declared, labels),
    declared,
    wording: wordingFor(type, name, before === undefined ? declared : were),
  };
}

type RowContent = Pick<PreviewRow, "op" | "subject" | "message"> & Partial<PreviewRow>;

export function rowOf(
  { step: { urn, type, id, before, after } }: Described,
  { op, subject, ...rest }: RowContent,
): PreviewRow {
  return {
    op,
    subject,
    property: null,
    before: null,
    after: null,
    urn,
    movesTo: null,
    type,
    id,
    provider: providerNameOf((after ?? before)?.provider),
    ...rest,
  };
}

export function declaredBefore({ before }: Step): Properties {
  return visibleProperties(before?.inputs ?? {});
}

export function creation(planned: Described): PreviewRow {
  const { wording, will, declared: after } = planned;
  const subject = wording.subject(will);
  // The id of what it replaces is not its own.
  return rowOf(planned, { op: "create", subject, after, message: wording.willCreate(will), id: "" });
}

export function departure(planned: Described): PreviewRow {
  const { step, wording, were } = planned;
  const subject = wording.subject(were);
  return rowOf(planned, { op: "delete", subject, before: declaredBefore(step), message: deletion(planned) });
}

function deletion({ step: { retained }, wording, were }: Described): string {
  return retained ? noLongerManaged(wording.subject(were)) : wording.willDelete(were);
}

export function replacement(planned: Described, isFirst: boolean): PreviewRow {
  const { step, wording, will, declared } = planned;
  const [first, then] = [deletion(planned), wording.willCreate(will)];
  return rowOf(planned, {
    op: "replace",
    subject: wording.subject(will),
    before: declaredBefore(step),
    after: declared,
    message: isFirst ? `First: ${first} Then: ${then}` : `First: ${then} Then: ${first}`,
  });
}

export function updates(planned: Described): PreviewRow[] {
  const { step, wording, were, will } = planned;
  const [before, after] = [step.before?.inputs ?? {}, step.after?.inputs ?? {}];
  const inputs = differences(before, after);
  const properties = inputs.length > 0 ? inputs : hiddenDifferences(step.diffs, before);
  if (properties.length === 0 && JSON.stringify(before) !== JSON.stringify(after)) {
    // Only what this package keeps for itself changes.
    return [];
  }
  return (properties.length > 0 ? properties : [""]).map((property) =>
    rowOf(planned, {
      op: "update",
      subject: wording.subject(will),
      property: property || null,
      before: property === "" ? null : (were[property] ?? null),
      after: property === "" ? null : (will[property] ?? null),
      message: wording.willUpdate(will, property, were[property], will[property]),
    }),
  );
}
