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

/** Keeps the spelling of a username that differs in case only from the one before: the engine would see a change. */
export function keepSpelling(olds: unknown, inputs: object): void {
  const before = (olds as { username?: unknown } | undefined)?.username;
  const now = inputs as { username?: unknown };
  if (sameName(before, now.username)) {
    now.username = before;
  }
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

/**
 * Removes the values of secret arguments from mistakes. The engine shows the value of the property that a mistake
 * names, so a mistake about a secret names no property.
 */
export function withoutSecrets(
  failures: pulumi.dynamic.CheckFailure[],
  news: object,
): pulumi.dynamic.CheckFailure[] {
  const named = (news as Record<string, unknown>)[secretArgumentsInput];
  const secrets = new Set(Array.isArray(named) ? named : []);
  return failures.map((failure) =>
    secrets.has(failure.property)
      ? {
          property: "",
          reason: `${failure.property} ${failure.reason.replace(/, but got (?!two declarations).*$/s, ", but got something else, which is secret")}`,
        }
      : failure,
  );
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
