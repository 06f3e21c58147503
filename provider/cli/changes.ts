import type { Properties, Step } from "./engine";
import { differences, hiddenDifferences, visibleProperties } from "./values";
import { capital, type Wording, wordingFor } from "./wording";

/** Something that an update is going to do. */
export interface Change {
  /** `create`, `update`, `replace` or `delete`. */
  op: string;
  subject: string;
  message: string;
}

/** Steps that change nothing in Atlas, or are a part of another one. */
const silent = /^(same|read|refresh|create-replacement)$/;

/** Further steps of a replacement, of which one is about the whole. */
const partOfReplacement = /^(delete-replaced|discard-replaced)$/;

/**
 * What a preview says about one resource, one change for each property of an update.
 *
 * @param isReplaced whether another step tells of its replacement
 */
export function changesOf(step: Step, isReplaced = false): Change[] {
  const { op, type, name, before, after, diffs } = step;
  if (silent.test(op) || (isReplaced && partOfReplacement.test(op))) {
    return [];
  }
  const wording = wordingFor(type, name);
  const were = visibleProperties({ ...before?.outputs, ...before?.inputs });
  const will = visibleProperties(after?.inputs ?? {});
  const one = (as: string, of: Properties, message: string): Change[] => [
    { op: as, subject: wording.subject(of), message },
  ];
  switch (op) {
    case "create":
    case "import":
      return one("create", will, wording.willCreate(will));
    case "replace":
      // What was only read is not taken away before it is managed.
      return step.external
        ? one("create", will, wording.willCreate(will))
        : one(op, will, `First: ${deletion(step, wording, were)} Then: ${wording.willCreate(will)}`);
    case "delete":
    case "delete-replaced":
      return one("delete", were, deletion(step, wording, were));
    case "update": {
      const inputs = differences(before?.inputs ?? {}, after?.inputs ?? {});
      const properties = inputs.length > 0 ? inputs : hiddenDifferences(diffs, before?.inputs ?? {});
      return (properties.length > 0 ? properties : [""]).flatMap((property) =>
        one(op, will, wording.willUpdate(will, property, were[property], will[property])),
      );
    }
    case "discard":
    case "discard-replaced":
      return one(
        "delete",
        were,
        `${capital(wording.subject(were))} will not be read any more. Nothing changes in Atlas.`,
      );
    default:
      // The engine has rare steps, and will get others: a person must see that there is one.
      return one(op, { ...were, ...will }, `The engine plans the step '${op}': look at \`pulumi preview\`.`);
  }
}

function deletion({ retained }: Step, wording: Wording, were: Properties): string {
  return retained
    ? `${capital(wording.subject(were))} will not be managed any more. Nothing changes in Atlas.`
    : wording.willDelete(were);
}
