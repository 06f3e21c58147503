import { capital } from "../../resources/messages/sentences";
import type { Step } from "../engine/stack";
import { handover } from "./handover";
import { type Labels, noLabels } from "./labels";
import { findHeirs, type Heir, isDeletedFirst, isOneMember } from "./memberships";
import {
  creation,
  type Described,
  declaredBefore,
  departure,
  describe,
  type PreviewRow,
  replacement,
  rowOf,
  updates,
} from "./plannedRow";
import { memberSteps } from "./wholeMembership";

/** Steps that change nothing in Atlas, or are a part of another one. */
const silent = /^(same|read|refresh|create-replacement|read-replacement)$/;

/** Further steps of a replacement, of which one is about the whole. */
const partOfReplacement = /^(delete-replaced|discard-replaced)$/;

/** What decides how a plan is told. */
export interface PreviewContext {
  /** Whether the update is for some resources only. @default false */
  isPartial?: boolean;
  /** @default none */
  labels?: Labels;
}

/**
 * What a preview says, one row for each property of an update, and for each member where a resource is about all of a
 * project or team.
 *
 * @param planned in the engine's order
 */
export function previewRows(
  planned: readonly Step[],
  { isPartial = false, labels = noLabels }: PreviewContext = {},
): PreviewRow[] {
  const steps = planned.flatMap(inMembers);
  const replaced = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
  const heirs = findHeirs(steps, isPartial);
  const whoTakesOver = [...heirs.values()].filter(({ obstacle }) => obstacle === undefined);
  const takers = new Set(whoTakesOver.map(({ step }) => step).filter(({ type }) => isOneMember(type)));
  return steps
    .filter(({ op, urn }) => !silent.test(op) && !(replaced.has(urn) && partOfReplacement.test(op)))
    .flatMap((step) =>
      rowsOf({
        planned: describe(step, labels),
        labels,
        heir: heirs.get(step),
        takesOver: takers.has(step),
        isFirst: isDeletedFirst(step, steps),
      }).map((row) => (step.whole === undefined ? row : { ...row, type: step.whole.type, id: step.id })),
    );
}

/** A step about all members of a project or team as the steps about each, and about the rest if that differs. */
function inMembers(step: Step): PartialStep[] {
  const parts = silentForMembers.test(step.op) ? undefined : memberSteps(step);
  if (parts === undefined) {
    return [step];
  }
  if (partOfReplacement.test(step.op) || step.op === "create-replacement") {
    // The step "replace" has said it all.
    return [];
  }
  const { rest, members } = parts;
  return [...members, ...(step.op === "update" ? rest : [])];
}

/** Steps of what is only read. */
const silentForMembers = /^(read|refresh|discard)/;

type PartialStep = Step & { readonly whole?: Step };

interface Plan {
  planned: Described;
  labels: Labels;
  /** The resource that takes over the member of this one. */
  heir: Heir | undefined;
  /** Whether another row says that this resource takes a member over. */
  takesOver: boolean;
  /** Whether the old resource is deleted before the new one is made. */
  isFirst: boolean;
}

function rowsOf({ planned, labels, heir, takesOver, isFirst }: Plan): PreviewRow[] {
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
        ...(heir === undefined ? [departure(planned)] : handover(planned, heir, labels)),
        ...(takesOver ? [] : [creation(planned)]),
      ];
    case "delete":
    case "delete-replaced":
      return heir === undefined ? [departure(planned)] : handover(planned, heir, labels);
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
