import type { Path } from "./file";

/** What a path is, for a person who reads the file. */
export function subject([section, label, part, item, index]: Path): string {
  if (section === undefined) return "the file";
  if (label === undefined) return `'${section}'`;
  if (section === "projects") return `the id of ${label}`;
  if (section === "teams")
    return part === undefined ? `the team ${label}` : `the ${part} of the team ${label}`;
  if (part === undefined) return label;
  if (item === undefined) return `'${part}' of ${label}`;
  if (part === "teams") return `a team of ${label}`;
  return index === undefined ? `the roles of ${label} in ${item}` : `a role of ${label} in ${item}`;
}

/** What stands there in place of what should. */
export function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "number") return "a number";
  if (typeof value !== "string") return String(value);
  return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`;
}

/** `a`, `a or b`, `a, b or c` */
export function alternatives(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
