import type * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import type { Checked } from "./checked";
import type { Connection } from "./connection";
import { declaredAsInput, secretArgumentsInput } from "./declarations";
import { sameName } from "./differences";
import { isUnknown } from "./unknown";

type Issue = v.BaseIssue<unknown>;

/** The message of a mistake: what the value must be, and what it is. */
export function mustBe(expectation: string): (issue: Issue) => string {
  return (issue) => `must be ${expectation}, but got ${describe(issue.input)}`;
}

/** An id of Atlas: 24 hexadecimal digits, in lower case as Atlas writes them. */
export function atlasId(of: string) {
  const message = mustBe(`the ${of}'s id, 24 hexadecimal digits`);
  return v.pipe(
    v.string(message),
    v.transform((id) => id.toLowerCase()),
    v.regex(/^[a-f0-9]{24}$/, message),
  );
}

/** A username of Atlas, which is an e-mail address. */
export function username() {
  const message = mustBe("an e-mail address such as ada@example.com");
  // `email` of the library refuses an apostrophe, and its `rfcEmail` takes a domain without a dot.
  return v.pipe(
    v.string(message),
    v.check((text) => v.RFC_EMAIL_REGEX.test(text) && /\.[^.@]+$/.test(text), message),
  );
}

/** Whether `check` would accept a username, so that ids and arguments agree. */
export function isUsername(text: string): boolean {
  return v.is(username(), text);
}

/**
 * Keeps the spelling of usernames that differ in case only from those before: the engine would see a change.
 *
 * @param inputs with `username`, `usernames`, or `users` by username
 */
export function keepSpelling(olds: unknown, inputs: object): void {
  const before = (olds ?? {}) as Named;
  const now = inputs as Named;
  if (sameName(before.username, now.username)) {
    now.username = before.username;
  }
  if (isRecord(before.users) && isRecord(now.users)) {
    const spell = spelling(Object.keys(before.users));
    now.users = Object.fromEntries(Object.entries(now.users).map(([name, value]) => [spell(name), value]));
  }
  if (Array.isArray(before.usernames) && Array.isArray(now.usernames)) {
    now.usernames = now.usernames.map(spelling(before.usernames));
  }
}

interface Named {
  username?: unknown;
  usernames?: unknown;
  users?: unknown;
}

/** Spells what is in a list as the list does. */
export function spelling(names: readonly unknown[]): <Name>(name: Name) => Name {
  const known = new Map(
    names.flatMap((name) => (typeof name === "string" ? [[name.toLowerCase(), name]] : [])),
  );
  return (name) => ((typeof name === "string" && known.get(name.toLowerCase())) || name) as typeof name;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Checks the arguments of a resource without any call, and normalises them.
 *
 * All mistakes are reported together. Values that are not known yet in a preview are accepted, also instead of an
 * array. The known elements of an array are checked all the same.
 */
export function checkArguments<Inputs extends object>(
  connection: Connection,
  news: object,
  shape: v.ObjectEntries,
): Checked<Inputs> {
  const inputs: Record<string, unknown> = {};
  const failures: pulumi.dynamic.CheckFailure[] = [];

  for (const [property, schema] of Object.entries(shape)) {
    const value = (news as Record<string, unknown>)[property];
    if (isUnknown(value)) {
      inputs[property] = value;
      failures.push(...mistakesBesidesUnknowns(property, schema, value));
      continue;
    }
    const parsed = v.safeParse(schema as v.GenericSchema, value);
    if (parsed.success) {
      if (parsed.output !== undefined) {
        inputs[property] = parsed.output;
      }
    } else {
      failures.push(...mistakes(property, schema, value));
    }
  }

  for (const [property, value] of Object.entries(news)) {
    if (property === declaredAsInput || property === secretArgumentsInput) {
      continue;
    }
    if (property.startsWith("__")) {
      inputs[property] = value;
    } else if (!(property in shape)) {
      const known = Object.keys(shape).join(", ");
      failures.push({
        property,
        reason: `must be left out: the arguments are ${known}`,
      });
    }
  }

  const problem = connection.problem();
  if (problem !== undefined) {
    failures.push({ property: "", reason: problem });
  }
  return { inputs: inputs as Inputs, failures };
}

/** The longest value that a mistake is shown with, in characters. */
const longestShown = 300;

/**
 * Mistakes as the engine may show them. It shows the value of the property that a mistake names, so those name none that
 * are about an argument that the program keeps secret, or one that is too long to read, such as all users of a project.
 */
export function fitToShow(
  failures: pulumi.dynamic.CheckFailure[],
  news: object,
): pulumi.dynamic.CheckFailure[] {
  const given = news as Record<string, unknown>;
  const named = given[secretArgumentsInput];
  const secrets = new Set(Array.isArray(named) ? named : []);
  return failures.map(({ property, reason }) => {
    if (secrets.has(property)) {
      const shown = reason.replace(
        /, but got (?!two declarations).*$/s,
        ", but got something else, which is secret",
      );
      return { property: "", reason: `${property} ${shown}` };
    }
    const isLong = (JSON.stringify(given[property]) ?? "").length > longestShown;
    return isLong ? { property: "", reason: `${property} ${reason}` } : { property, reason };
  });
}

function mistakes(property: string, schema: unknown, value: unknown): pulumi.dynamic.CheckFailure[] {
  // The engine shows the value of the named property, but it cannot name an element of a list, so the reason shows
  // the element.
  return issuesOf(schema, value).map(({ message }) => ({ property, reason: message }));
}

/** The mistakes in the known elements of a list that is not all known. */
function mistakesBesidesUnknowns(
  property: string,
  schema: unknown,
  value: unknown,
): pulumi.dynamic.CheckFailure[] {
  return issuesOf(schema, value)
    .filter(({ path }) => path !== undefined && !path.some(({ value: part }) => isUnknown(part)))
    .map(({ message }) => ({ property, reason: message }));
}

function issuesOf(schema: unknown, value: unknown): Issue[] {
  return v.safeParse(schema as v.GenericSchema, value).issues ?? [];
}

function describe(value: unknown): string {
  if (value === undefined || value === null) {
    return "nothing";
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : "a list";
  }
  if (typeof value === "object") {
    return "an object";
  }
  const text = String(value);
  return typeof value === "string" ? `'${text.length > 80 ? `${text.slice(0, 80)}…` : text}'` : text;
}
