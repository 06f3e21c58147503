/**
 * Makes text from elsewhere safe to print: characters that control a terminal, or that change how a line reads, are
 * replaced by their escapes.
 */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Removes secrets from a text. A secret that may appear in several forms must be given in each of them. */
export function redact(text: string, secrets: Iterable<string>): string {
  return [...secrets]
    .filter((secret) => secret !== "")
    .sort((one, other) => other.length - one.length)
    .reduce((out, secret) => out.replaceAll(secret, "[redacted]"), text);
}
