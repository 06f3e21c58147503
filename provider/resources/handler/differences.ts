import type * as pulumi from "@pulumi/pulumi";
import { isUnknown } from "./unknown";

/**
 * The arguments that mean another thing than the one that the id names, so that they replace it. Names and ids compare
 * without case. What is not known yet may turn out to be the same, so it replaces nothing by itself.
 *
 * @param key what the id names, by argument
 */
export function argumentsThatReplace(key: object, news: object): string[] {
  const given = news as Record<string, unknown>;
  return Object.entries(key)
    .filter(([argument, value]) => !isUnknown(given[argument]) && !sameName(given[argument], value))
    .map(([argument]) => argument);
}

/**
 * What `diff` answers.
 *
 * It does not say that something changes, but leaves it to the engine to compare the inputs: the dynamic provider host
 * passes no names of properties on, and without them `ignoreChanges` in a refresh and `replaceOnChanges` have nothing to
 * go by, and a preview takes every output for unknown.
 *
 * @param differs whether anything that the user declared differs, or may differ once it is known
 */
export function difference(
  differs: boolean,
  replaces: string[],
  { deleteBeforeReplace = false } = {},
): pulumi.dynamic.DiffResult {
  return { ...(differs || replaces.length > 0 ? {} : { changes: false }), replaces, deleteBeforeReplace };
}

/** Whether two names are the same to Atlas. */
export function sameName(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase();
}
