import * as fc from "fast-check";
import type { WireAnswer } from "./relay";

/** A change to an answer, with a name to know it by. */
export interface Mutation {
  readonly name: string;
  /** Whether what comes out may be a plausible lie, such as an empty list, of which nothing can be expected. */
  readonly lies?: boolean;
  /** Atlas never sees the request, because a refusal of what it has done would be a lie as well. */
  readonly instead?: boolean;
  readonly apply: (answer: WireAnswer) => WireAnswer;
}

/** Atlas's answers are a few hundred kilobytes at the most; the client reads 16 MiB. */
const aboveLimit = 17 * 1024 * 1024;

const body = (name: string, change: (text: string) => string | Buffer, lies = false): Mutation => ({
  name,
  lies,
  apply: (answer) => ({ ...answer, body: Buffer.from(change(answer.body.toString("utf8"))) }),
});

const header = (name: string, value: string, status?: number): Mutation => ({
  name: `${name}: ${value.slice(0, 40)}${status === undefined ? "" : ` with ${status}`}`,
  instead: status !== undefined,
  apply: (answer) => ({
    ...answer,
    status: status ?? answer.status,
    headers: { ...answer.headers, [name.toLowerCase()]: value },
  }),
});

const nested = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
const poison = '{"polluted":true,"results":[],"id":"x"}';

/** Puts a member first into the outermost object. */
const first = (member: string) => (text: string) =>
  text.replace(/^(\s*\{)(\s*"?)/, (_all, open, next) =>
    next.trim() === "" ? `${open}${member}${next}` : `${open}${member},${next}`,
  );

/** Bodies as a whole, their bytes, and the headers around them. */
export const wholeMutations: readonly Mutation[] = [
  body("an empty body", () => ""),
  body("white space", () => "  \n"),
  body("null", () => "null"),
  body("a number", () => "17"),
  body("true", () => "true"),
  body("a text", () => '"Please sign in"'),
  body("a list of numbers", () => "[17]"),
  body("an empty object", () => "{}"),
  body("an empty list", () => "[]", true),
  body("HTML", () => "<!doctype html><title>Sign in</title>"),
  body("the first half", (text) => text.slice(0, Math.ceil(text.length / 2))),
  body("all but the last byte", (text) => text.slice(0, -1)),
  body("something after the end", (text) => `${text}}`),
  body("the same twice", (text) => `${text}${text}`),
  body("an unknown escape", (text) => text.replaceAll('"', '\\x"')),
  body("a byte order mark", (text) => `\uFEFF${text}`),
  body("bytes that are no UTF-8", (text) =>
    Buffer.concat([Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from(text)]),
  ),
  body("no UTF-8 in the first text", (text) => Buffer.from(text.replace(/:"/, ':"\xff\xc3\x28'), "latin1")),
  body("UTF-16", (text) => Buffer.from(text, "utf16le")),
  body("zeros", (text) => Buffer.alloc(text.length)),
  body("deep nesting", () => nested),
  body("deep nesting in a member", first(`"deeper":${nested}`)),
  body("an unknown member", first('"__new":{"of":["Atlas"]}')),
  body("a duplicate before every known member", first('"results":0,"id":1,"status":2,"linkToken":3')),
  body("a __proto__ member", first(`"__proto__":${poison}`)),
  body("a constructor member", first(`"constructor":{"prototype":${poison}}`)),
  body("a toString member", first('"toString":1,"hasOwnProperty":null,"valueOf":"x"')),
  body("__proto__ instead of the object", () => `{"__proto__":${poison}}`),
  body("__proto__ in every object", (text) => text.replaceAll(/\{(?=")/g, `{"__proto__":${poison},`)),
  body("an endless text", (text) => `${" ".repeat(aboveLimit)}${text}`),
  body("an endless member", first(`"padding":"${"x".repeat(aboveLimit)}"`)),
  header("Content-Type", "text/html; charset=utf-16"),
  header("Content-Type", "application/octet-stream"),
  header("Content-Type", "not a media type ;;=\t"),
  header("Content-Encoding", "gzip"),
  header("Content-Encoding", "br, deflate, nonsense"),
  header("Location", "http://169.254.169.254/latest/meta-data", 302),
  header("RateLimit-Remaining", "-1"),
  header("RateLimit-Remaining", "NaN"),
  header("RateLimit-Remaining", "0"),
  header("RateLimit-Remaining", "9".repeat(400)),
  header("Sunset", "the day after tomorrow"),
  header("Sunset", "Thu, 99 Foo 99999 99:99:99 GMT"),
  ...["", "soon", "-5", "1e9", "0x10", "3.5", "NaN", "Infinity", "Thu, 99 Foo 99999 99:99:99 GMT"].flatMap(
    (value) => [header("Retry-After", value, 429), header("Retry-After", value, 503)],
  ),
  ...["Digest", "Digest realm=", 'Digest realm="x", nonce="', "Basic realm=x", "\tNegotiate", ",,,="].map(
    (value) => header("WWW-Authenticate", value, 401),
  ),
  header("WWW-Authenticate", `Digest realm="${"x".repeat(9_000)}", nonce="n", qop="auth"`, 401),
  header("WWW-Authenticate", 'Digest realm="x", nonce="n", qop="auth-int", algorithm=SHA-256', 401),
  ...[204, 205, 206, 299, 300, 304, 400, 404, 418, 499, 599, 999].map(
    (status): Mutation => ({
      name: `status ${status}`,
      // A bare 404 is what Atlas says of a link that is not there, and 2xx is what it says of what is done.
      lies: status === 404 || status < 300,
      instead: status >= 300,
      apply: (answer) => ({ ...answer, status, body: status === 404 ? Buffer.from("{}") : answer.body }),
    }),
  ),
];

type Path = (string | number)[];

/** One part of an answer, of another type or left out: chosen by number, so that every part has its turn. */
const replacements: readonly { name: string; json?: string }[] = [
  { name: "left out" },
  { name: "null", json: "null" },
  { name: "a number", json: "-17.5" },
  { name: "a huge number", json: "1e308" },
  { name: "an infinite number", json: "1e400" },
  { name: "true", json: "true" },
  { name: "a text", json: '"none"' },
  { name: "a huge text", json: JSON.stringify("x".repeat(300_000)) },
  { name: "an empty list", json: "[]" },
  { name: "a list of nothing", json: "[null,null]" },
  { name: "an empty object", json: "{}" },
  { name: "an object", json: `{"__proto__":${poison},"constructor":{"prototype":{"polluted":1}}}` },
  { name: "deeply nested", json: nested },
];

export const partMutations: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat({ max: 10_000 }), fc.constantFrom(...replacements))
  .map(([index, { name, json }]) => ({
    name: `part ${index} ${name}`,
    apply: (answer) => ({ ...answer, body: replacePart(answer.body, index, json) }),
  }));

function replacePart(bytes: Buffer, index: number, json: string | undefined): Buffer {
  let root: unknown;
  try {
    root = JSON.parse(bytes.toString("utf8"));
  } catch {
    return bytes;
  }
  const paths = pathsOf(root);
  const path = paths[index % Math.max(1, paths.length)];
  const parent = path
    ?.slice(0, -1)
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], root);
  const key = path?.at(-1);
  if (parent === undefined || key === undefined) {
    return bytes;
  }
  const holder = parent as Record<string | number, unknown>;
  if (json === undefined) {
    if (Array.isArray(parent)) {
      return bytes;
    }
    delete holder[key];
    return Buffer.from(JSON.stringify(root));
  }
  if (wouldOnlyLie(holder[key], JSON.parse(json))) {
    return bytes;
  }
  const mark = "the part that is replaced";
  holder[key] = mark;
  return Buffer.from(JSON.stringify(root).replace(JSON.stringify(mark), () => json));
}

/** Another value of the right type cannot be told from the truth. */
function wouldOnlyLie(old: unknown, value: unknown): boolean {
  if (Array.isArray(old)) {
    return Array.isArray(value) && value.length === 0;
  }
  return old !== null && typeof old === typeof value && typeof old !== "number" && typeof old !== "object";
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) {
    return path.length === 0 ? [] : [path];
  }
  const inside = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}
