import type * as pulumi from "@pulumi/pulumi";
import { isUnknown } from "./unknown";

/**
 * The arguments that name something else than the id does, and so replace the resource. Case makes no difference. A
 * value that is not known yet may turn out to be the same, so it replaces nothing by itself.
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
 * The answer of `diff`.
 *
 * It does not say that something changes, but lets the engine compare the inputs. The dynamic provider host does not
 * pass on the names of properties, and without them, `ignoreChanges` in a refresh and `replaceOnChanges` have no
 * effect, and a preview treats every output as unknown.
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
