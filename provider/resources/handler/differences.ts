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
 * effect, and a preview treats every output as unknown. Before SDK 3.216 the host does not pass on the inputs of a
 * read either: the engine would compare those of before, and miss what a refresh has found.
 *
 * @param differs whether anything that the user declared differs, or may differ once it is known
 */
export function difference(
  differs: boolean,
  replaces: string[],
  { deleteBeforeReplace = false } = {},
): pulumi.dynamic.DiffResult {
  const changes = differs || replaces.length > 0;
  return {
    ...(changes && hostPassesInputs() ? {} : { changes }),
    replaces,
    deleteBeforeReplace,
  };
}

/** Whether the dynamic provider host passes on the inputs that a read answers with. */
function hostPassesInputs(): boolean {
  const { version } = require("@pulumi/pulumi/version") as typeof import("@pulumi/pulumi/version");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || minor >= 216;
}

/** Whether two names are the same to Atlas. */
export function sameName(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase();
}
