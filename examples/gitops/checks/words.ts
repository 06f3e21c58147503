import type { Path } from "./file";

/** How many characters of what the file says a message repeats. */
const longest = 80;

/** What a path is, for a person who reads the file. */
export function subject(path: Path): string {
  const [section, label, part, item, index] = path.map(brief);
  if (section === undefined) {
    return "the file";
  }
  if (label === undefined) {
    return `'${section}'`;
  }
  if (section === "projects" || section === "teams") {
    const what = section === "projects" ? `the project ${label}` : `the team ${label}`;
    if (part === undefined) {
      return section === "projects" ? `the id of ${label}` : what;
    }
    return item === undefined ? `the ${part} of ${what}` : `an address under '${part}' of ${what}`;
  }
  if (part === undefined) {
    return label;
  }
  if (item === undefined) {
    return `'${part}' of ${label}`;
  }
  if (part === "teams") {
    return `a team of ${label}`;
  }
  return index === undefined ? `the roles of ${label} in ${item}` : `a role of ${label} in ${item}`;
}

/** What a path to a mapping is. */
export function mapping(path: Path): string {
  const [section, label] = path.map(brief);
  return section === "projects" && path.length === 2 ? `the project ${label}` : subject(path);
}

/** What stands there in place of what should. */
export function describe(value: unknown): string {
  if (value === null) {
    return "empty";
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : "a list";
  }
  if (typeof value === "object") {
    return "a mapping";
  }
  if (typeof value === "number") {
    return "a number";
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A text between quotes, cut where it is long, with what cannot be seen in it as an escape. */
export function quoted(text: string): string {
  const seen = brief(text).replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `'${seen}'`;
}

/** A text that is cut where it is too long for a message. */
export function brief(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** `a`, `a or b`, `a, b or c` */
export function alternatives(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
