import type { Properties, Step } from "./engine";
import { propertiesOfId } from "./identity";
import { findHeirs, type Heir, isDeletedFirst, isOneMember } from "./memberships";
import { differences, hiddenDifferences, visibleProperties } from "./values";
import { capital, letGo, type Wording, wordingFor } from "./wording";

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
}

/** Steps that change nothing in Atlas, or are a part of another one. */
const silent = /^(same|read|refresh|create-replacement|read-replacement)$/;

/** Further steps of a replacement, of which one is about the whole. */
const partOfReplacement = /^(delete-replaced|discard-replaced)$/;

/**
 * What a preview says, one row for each property of an update.
 *
 * @param steps in the engine's order
 * @param isPartial whether the update is for some resources only
 */
export function previewRows(steps: readonly Step[], isPartial = false): PreviewRow[] {
  const replaced = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
  const heirs = findHeirs(steps, isPartial);
  const whoTakesOver = [...heirs.values()].filter(({ obstacle }) => obstacle === undefined);
  const takers = new Set(whoTakesOver.map(({ step }) => step).filter(({ type }) => isOneMember(type)));
  return steps
    .filter(({ op, urn }) => !silent.test(op) && !(replaced.has(urn) && partOfReplacement.test(op)))
    .flatMap((step) =>
      rowsOf(describe(step), heirs.get(step), takers.has(step), isDeletedFirst(step, steps)),
    );
}

/** A step, and what is to be said of it. */
interface Described {
  step: Step;
  wording: Wording;
  /** What was known of the resource, and what will be. */
  were: Properties;
  will: Properties;
}

function describe(step: Step): Described {
  const { type, name, id, before, after } = step;
  const were = {
    ...propertiesOfId(type, id),
    ...visibleProperties({ ...before?.outputs, ...before?.inputs }),
  };
  const will = visibleProperties(after?.inputs ?? {});
  return { step, were, will, wording: wordingFor(type, name, before === undefined ? will : were) };
}

/**
 * @param heir what takes the member over whom the resource is about
 * @param takesOver whether another row says that this resource takes a member over
 */
function rowsOf(
  planned: Described,
  heir: Heir | undefined,
  takesOver: boolean,
  isFirst: boolean,
): PreviewRow[] {
  const { step, wording, were, will } = planned;
  const { op, before, after } = step;
  switch (op) {
    case "create":
    case "import":
      return takesOver ? [] : [creation(planned)];
    case "replace":
      // What was only read is not taken away before it is managed, and what will only be read is not made.
      if (before?.external) {
        return [creation(planned)];
      }
      if (after?.external) {
        const { message, ...row } = departure(planned);
        return [{ ...row, message: `${message} From then on it is only read.` }];
      }
      if (heir === undefined && !takesOver) {
        return [replacement(planned, isFirst)];
      }
      return [
        ...(heir === undefined ? [departure(planned)] : handover(planned, heir)),
        ...(takesOver ? [] : [creation(planned)]),
      ];
    case "delete":
    case "delete-replaced":
      return heir === undefined ? [departure(planned)] : handover(planned, heir);
    case "update":
      return updates(planned);
    case "discard":
    case "discard-replaced": {
      const subject = wording.subject(were);
      const message = `${capital(subject)} will not be read any more. Nothing changes in Atlas.`;
      return [rowOf(planned, { op: "delete", subject, before: declaredBefore(step), message })];
    }
    default:
      // The engine has rare steps, and will get others: a person must see that there is one.
      return [
        rowOf(planned, {
          op,
          subject: wording.subject({ ...were, ...will }),
          message: `The engine plans the step '${op}': look at \`pulumi preview\`.`,
        }),
      ];
  }
}

type RowContent = Pick<PreviewRow, "op" | "subject" | "message"> & Partial<PreviewRow>;

function rowOf({ step: { urn, type, id } }: Described, { op, subject, ...rest }: RowContent): PreviewRow {
  return { op, subject, property: null, before: null, after: null, urn, movesTo: null, type, id, ...rest };
}

function declaredBefore({ before }: Step): Properties {
  return visibleProperties(before?.inputs ?? {});
}

function creation(planned: Described): PreviewRow {
  const { wording, will } = planned;
  const subject = wording.subject(will);
  // The id of what it replaces is not its own.
  return rowOf(planned, { op: "create", subject, after: will, message: wording.willCreate(will), id: "" });
}

function departure(planned: Described): PreviewRow {
  const { step, wording, were } = planned;
  const subject = wording.subject(were);
  return rowOf(planned, { op: "delete", subject, before: declaredBefore(step), message: deletion(planned) });
}

function deletion({ step: { retained }, wording, were }: Described): string {
  return retained ? letGo(wording.subject(were)) : wording.willDelete(were);
}

function replacement(planned: Described, isFirst: boolean): PreviewRow {
  const { step, wording, will } = planned;
  const [first, then] = [deletion(planned), wording.willCreate(will)];
  return rowOf(planned, {
    op: "replace",
    subject: wording.subject(will),
    before: declaredBefore(step),
    after: will,
    message: isFirst ? `First: ${first} Then: ${then}` : `First: ${then} Then: ${first}`,
  });
}

function updates(planned: Described): PreviewRow[] {
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

/** What becomes of a member whom another resource declares as well. */
function handover(planned: Described, { step: to, obstacle }: Heir): PreviewRow[] {
  const { step, wording, were } = planned;
  const heir = describe(to);
  if (obstacle !== undefined) {
    const loss = departure(planned);
    return [
      {
        ...loss,
        message: `${loss.message.replace(/\.$/, "")}, although ${resource(to, step)} declares the same: ${obstacle}.`,
      },
    ];
  }
  const transition = transitionTo(step, to);
  const common = {
    subject: wording.subject(were),
    before: declaredBefore(step),
    after: heir.will,
    movesTo: to.urn,
  };
  const isSame = !/^(create|import|replace)$/.test(to.op) || !("roles" in were) || to.type !== step.type;
  return isSame || JSON.stringify(were["roles"]) === JSON.stringify(heir.will["roles"])
    ? [
        rowOf(planned, {
          ...common,
          op: "move",
          message: `${wording.willStay?.(were) ?? wording.subject(were)}: ${transition}.`,
        }),
      ]
    : [
        rowOf(planned, {
          ...common,
          op: "update",
          property: "roles",
          before: were["roles"],
          after: heir.will["roles"],
          message: `${wording.willUpdate({ ...were, ...heir.will }, "roles", were["roles"], heir.will["roles"])} ${capital(transition)}.`,
        }),
      ];
}

function transitionTo(from: Step, to: Step): string {
  if (from === to) {
    return `resource ${from.name} is made anew`;
  }
  if (to.op === "same" || to.op === "update") {
    return `resource ${from.name} goes away, and ${resource(to, from)} declares the same`;
  }
  if (to.type !== from.type) {
    return `resource ${from.name} becomes a part of ${resource(to, from)}`;
  }
  return from.name === to.name
    ? `resource ${from.name} gets another parent`
    : `resource ${from.name} becomes ${to.name}`;
}

/** The type only where it tells two resources apart. */
function resource(of: Step, other: Step): string {
  return of.type === other.type ? `resource ${of.name}` : `${of.type.split(":").at(-1)} ${of.name}`;
}
