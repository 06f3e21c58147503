import type { Step } from "./engine";
import { handover } from "./handover";
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
import { capital } from "./wording";

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
