/**
 * Without the characters by which a name in Atlas could give orders to a terminal, or make a line read otherwise than it
 * is: control characters, those that turn the direction of writing, and those that nobody sees. They are shown by their
 * codes, which JSON and TypeScript read as the same text. Line feeds and tabs stay.
 */
export function harmless(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, escaped);
}

/** The same on one line, for what must not look like a line of its own. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const code = character.charCodeAt(index).toString(16).padStart(4, "0");
    return `\\u${code}`;
  }).join("");
}

/** Keeps what a forge looks for in a text from being found: an empty comment in between is not shown. */
const gap = "<!-- -->";

/**
 * Text that GitHub's and GitLab's Markdown shows as it is, on one line: what Atlas or a program says must not become a
 * link, a mention, a reference, an image, markup or another column. E-mail addresses stay as they are.
 */
export function inMarkdown(text: string): string {
  return (
    harmless(text.replace(/[\r\n\u2028\u2029]+/g, " "))
      .replace(/&/g, "&amp;")
      .replace(/[\\`*_[\]<>|~]/g, "\\$&")
      // Mentions, but for the sign of an e-mail address.
      .replace(/(?<![a-z0-9])@/gi, `@${gap}`)
      // References to issues, epics, merge requests, milestones and labels.
      .replace(/(#|&amp;|!)(?=\d)|%(?=[\w"])|~(?=[\w"])|\bGH-(?=\d)/gi, `$&${gap}`)
      // Addresses of the web, and emojis.
      .replace(/:(?=\/\/)|:(?=[\w+-]+:)|\bwww(?=\.)/gi, `$&${gap}`)
      // Formulas begin with it, and references to snippets.
      .replace(/\$/g, `&#36;${gap}`)
  );
}
