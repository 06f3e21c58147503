import { inWords, secretText, texts } from "./values";

/** That Atlas keeps what the stack does not manage any more. */
export function noLongerManaged(subject: string): string {
  return `${capital(subject)} will not be managed any more. Nothing changes in Atlas.`;
}

/** That a property differs, where no more can be said of it. */
export function changedBy(cause: string, subject: string, property: string): string {
  return `${capital(subject)}: ${property} was changed ${cause}.`;
}

/**
 * That an update changes a property.
 *
 * @param property empty when no argument differs
 */
export function becomes(subject: string, property: string, before: unknown, after: unknown): string {
  if (property === "") {
    return `${capital(subject)} will be updated.`;
  }
  return before === secretText && after === secretText
    ? `${capital(subject)}: ${property}, which is secret, will change.`
    : `${capital(subject)}: ${property} will be ${inWords(after)}, and not ${inWords(before)}.`;
}

/** Which roles were given and lost, such as `was given GROUP_OWNER and lost GROUP_READ_ONLY`. */
export function describeRoles(before: unknown, after: unknown, given: string, lost: string): string {
  const had = texts(before);
  const has = texts(after);
  const gained = has.filter((role) => !had.includes(role));
  const missing = had.filter((role) => !has.includes(role));
  return [
    ...(gained.length > 0 ? [`${given} ${gained.join(", ")}`] : []),
    ...(missing.length > 0 ? [`${lost} ${missing.join(", ")}`] : []),
  ].join(" and ");
}

/** A count, such as `once` or `3 times`. */
export function times(count: unknown): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${inWords(count)} times`;
}

/** A subject at the beginning of a sentence. */
export function capital(text: string): string {
  // An e-mail address keeps its spelling.
  return /^(the|live|resource) /.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
}
