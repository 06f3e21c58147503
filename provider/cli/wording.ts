import { messagesOf } from "../resources/messages/all";
import type { Wording } from "../resources/messages/messages";
import { becomes, changedBy } from "../resources/messages/sentences";
import type { Properties } from "../resources/messages/values";

/**
 * The wording for a type token. Every type of another package is spoken of in the same way, and so is a resource of which
 * too little is known.
 */
export function wordingFor(type: string, name: string, known: Properties): Wording {
  const { wording, needs = [] } = messagesOf(type) ?? {};
  const isKnown = (property: string): boolean => (known[property] ?? undefined) !== undefined;
  return wording !== undefined && needs.every((either) => either.some(isKnown))
    ? wording
    : anything(type, name);
}

function anything(type: string, name: string): Wording {
  const subject = `${type.split(":").at(-1)} ${name}`;
  return {
    subject: () => subject,
    changed: (_of, property, _values, { cause }) => changedBy(cause, subject, property),
    deleted: (_known, { cause }) => `${subject} was deleted ${cause}.`,
    willCreate: () => `${subject} will be created.`,
    willUpdate: (_of, property, before, after) => becomes(subject, property, before, after),
    willDelete: () => `${subject} will be deleted.`,
  };
}
