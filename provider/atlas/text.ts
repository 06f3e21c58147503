/**
 * Text from elsewhere as it may be printed: characters that give orders to a terminal, or that make a line read otherwise
 * than it is, stand as their escapes.
 */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Takes secrets out of a text, in whatever form they are in it. */
export function redact(text: string, secrets: Iterable<string>): string {
  return [...secrets]
    .filter((secret) => secret !== "")
    .sort((one, other) => other.length - one.length)
    .reduce((out, secret) => out.replaceAll(secret, "[redacted]"), text);
}
