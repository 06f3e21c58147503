import type { Properties, Step } from "./engine";
import { differences, hiddenDifferences, visibleProperties } from "./values";
import { capital, letGo, type Wording, wordingFor } from "./wording";

/** Something that an update is going to do. */
export interface PreviewRow {
  /** `create`, `update`, `replace` or `delete`; or the engine's name for a step that is none of these. */
  op: string;
  subject: string;
  message: string;
}

/** Steps that change nothing in Atlas, or are a part of another one. */
const silent = /^(same|read|refresh|create-replacement|read-replacement)$/;

/** Further steps of a replacement, of which one is about the whole. */
const partOfReplacement = /^(delete-replaced|discard-replaced)$/;

/**
 * What a preview says about one resource, one row for each property of an update.
 *
 * @param isReplaced whether another step tells of its replacement
 */
export function previewRows(step: Step, isReplaced = false): PreviewRow[] {
  const { op, type, name, before, after, diffs } = step;
  if (silent.test(op) || (isReplaced && partOfReplacement.test(op))) {
    return [];
  }
  const wording = wordingFor(type, name);
  const were = visibleProperties({ ...before?.outputs, ...before?.inputs });
  const will = visibleProperties(after?.inputs ?? {});
  const one = (as: string, of: Properties, message: string): PreviewRow[] => [
    { op: as, subject: wording.subject(of), message },
  ];
  switch (op) {
    case "create":
    case "import":
      return one("create", will, wording.willCreate(will));
    case "replace":
      // What was only read is not taken away before it is managed, and what will only be read is not made.
      if (before?.external) {
        return one("create", will, wording.willCreate(will));
      }
      return after?.external
        ? one("delete", were, `${deletion(step, wording, were)} From then on it is only read.`)
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
  return retained ? letGo(wording.subject(were)) : wording.willDelete(were);
}
