import * as pulumi from "@pulumi/pulumi";
import { readId } from "../atlas/id";
import { printable } from "../atlas/text";
import { showWithoutStack } from "../runErrors";

/** One argument of a function: what it must be, in words and as code. */
export interface Parameter {
  /** What it must be, to follow "must be". */
  readonly expectation: string;
  /** Whether it may be left out. @default false */
  readonly optional?: boolean;
  /** The value as Atlas writes it; `undefined` for a wrong value. */
  read(value: unknown): string | undefined;
}

/** The parameters of a function, by the names of its arguments. */
export type Parameters<Args> = { readonly [Name in keyof Args]-?: Parameter };

/** An id of Atlas. Capitals are accepted. */
export const atlasId: Parameter = { expectation: "24 hexadecimal digits", read: readId };

/** A user's e-mail address. */
export const username: Parameter = {
  expectation: "an e-mail address such as ada@example.com",
  read: (value) => (typeof value === "string" && /^[^\s@]+@[^\s@]+$/.test(value) ? value : undefined),
};

/** The name of a Data Lake pipeline. */
export const pipelineName: Parameter = {
  expectation: "up to 64 characters without slashes, spaces, quotes and $",
  // A name of dots alone would be resolved as a part of the path, and lead to another address.
  read: (value) =>
    typeof value === "string" && /^(?!\.{1,2}$)[^/\\ "$]{1,64}$/.test(value) ? value : undefined,
};

/**
 * Checks the arguments of a function.
 *
 * @param secret whether some of them are secrets, so that an error must show no value
 * @returns the arguments as Atlas writes them
 * @throws Error that names every argument that is wrong; Pulumi shows it without a stack
 */
export function readArguments<Args extends object>(
  fn: string,
  args: unknown,
  parameters: Parameters<Args>,
  secret: boolean,
): Args {
  const given = (typeof args === "object" && args !== null ? args : {}) as Record<string, unknown>;
  const known: Record<string, string> = {};
  const mistakes: string[] = [];
  for (const [name, parameter] of Object.entries<Parameter>(parameters)) {
    const value = given[name] ?? undefined;
    const read = parameter.read(value);
    if (read !== undefined) {
      known[name] = read;
    } else if (value !== undefined || parameter.optional !== true) {
      const got =
        secret && typeof value === "string" ? "a secret that is something else" : describe(fn, value);
      mistakes.push(`${name} must be ${parameter.expectation}, but got ${got}`);
    }
  }
  for (const name of Object.keys(given)) {
    if (!(name in parameters)) {
      mistakes.push(
        `${printable(name)} must be left out: the arguments are ${Object.keys(parameters).join(", ")}`,
      );
    }
  }
  if (mistakes.length > 0) {
    throw mistake(`${fn}: ${mistakes.join("; ")}.`);
  }
  return known as Args;
}

/** An error about a mistake in the program. */
export function mistake(message: string): Error {
  const error = new Error(message);
  showWithoutStack(error);
  return error;
}

function describe(fn: string, value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    const what = pulumi.Output.isInstance(value) ? "an output" : "a promise";
    return `${what}, which ${fn}Output takes`;
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  if (typeof value === "string") {
    return `'${printable(value.length > 80 ? `${value.slice(0, 80)}…` : value)}'`;
  }
  return typeof value === "object" ? "an object" : typeof value === "function" ? "a function" : String(value);
}
