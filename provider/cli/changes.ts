import type { Step } from "./engine";
import { differences, visibleProperties } from "./values";
import { wordingFor } from "./wording";

/** Something that an update is going to do. */
export interface Change {
  /** `create`, `update`, `replace` or `delete`. */
  op: string;
  subject: string;
  message: string;
}

/** What a preview says about one resource, one change for each property of an update. */
export function changesOf(step: Step): Change[] {
  const { op, type, name, before, after } = step;
  const wording = wordingFor(type, name);
  const were = visibleProperties({ ...before?.outputs, ...before?.inputs });
  const will = visibleProperties(after?.inputs ?? {});
  switch (op) {
    case "create":
      return [{ op, subject: wording.subject(will), message: wording.willCreate(will) }];
    case "delete":
      return [{ op, subject: wording.subject(were), message: wording.willDelete(were) }];
    case "replace":
      return [
        {
          op,
          subject: wording.subject(will),
          message: `First: ${wording.willDelete(were)} Then: ${wording.willCreate(will)}`,
        },
      ];
    case "update": {
      const properties = differences(before?.inputs ?? {}, after?.inputs ?? {});
      return (properties.length > 0 ? properties : [""]).map((property) => ({
        op,
        subject: wording.subject(will),
        message: wording.willUpdate(will, property, were[property], will[property]),
      }));
    }
    default:
      return [];
  }
}
