export type Method = "GET" | "POST" | "PATCH" | "PUT";

/** What a forge has answered, read to the end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** What an answer says of itself, in one line, or nothing where it is a page or empty. */
export function saidIn({ text }: Answer): string | undefined {
  const said = asObject(text);
  const parts =
    said === undefined
      ? [/^[^<]{1,100}$/.test(text.trim()) ? text : undefined]
      : [said["message"], said["error"], said["error_description"], said["errors"]].map(flat);
  const line = parts
    .filter((part) => part !== undefined && part !== "")
    .join("; ")
    // A runner takes what begins a line in its log for a command.
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .trim();
  return line === "" ? undefined : line.slice(0, 300);
}

/** The page that explains an answer of GitHub's, which is the same where the words are others. */
export function explainedAt({ text }: Answer): string {
  return String(asObject(text)?.["documentation_url"] ?? "");
}

/** The texts in a value: GitLab says `{"body": ["is too long"]}`, GitHub a list of objects with a message or a code. */
function flat(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(flat).join(", ");
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  return Object.entries(value)
    .map(([key, part]) => `${key} ${flat(part) ?? part}`)
    .join(", ");
}

function asObject(text: string): Record<string, unknown> | undefined {
  const value = jsonOf(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** What a text says in JSON, or undefined where it is something else, such as a page of a proxy. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
