import { unknownMarker } from "../resources/handler/unknown";
import { typeToken } from "../resources/registration";
import type { Properties } from "./engine";

/** Names of the properties that make the id of each type of resource, in their order. They are joined by `/`. */
const partsOf: ReadonlyMap<string, readonly string[]> = new Map([
  [typeToken("ProjectUser"), ["projectId", "username"]],
  [typeToken("TeamUser"), ["orgId", "teamId", "username"]],
  [typeToken("ProjectUsers"), ["projectId"]],
  [typeToken("TeamUsers"), ["orgId", "teamId"]],
  [typeToken("LinkToken"), ["orgId"]],
  [typeToken("MigrationCutover"), ["projectId", "liveMigrationId"]],
  [typeToken("MaintenanceDeferral"), ["projectId"]],
]);

/** What an id says about its resource; nothing for types of other packages, and for ids of another form. */
export function propertiesOfId(type: string, id: string): Readonly<Record<string, string>> {
  const names = partsOf.get(type) ?? [];
  const parts = id.split("/");
  if (parts.length < names.length || parts.includes("")) {
    return {};
  }
  // The local part of an address may have a slash, so the last property takes all the rest.
  const values = [...parts.slice(0, names.length - 1), parts.slice(names.length - 1).join("/")];
  const entries = names.map((name, index): [string, string] => [name, values[index] ?? ""]);
  const isUserId = type === typeToken("TeamUser") && !(values.at(-1) ?? "").includes("@");
  return Object.fromEntries(
    entries.map(([name, value]) => [isUserId && name === "username" ? "userId" : name, value]),
  );
}

/** The id that a resource with these arguments has; `undefined` where that cannot be known, or for another package's. */
export function idOf(type: string, inputs: Properties): string | undefined {
  const names = partsOf.get(type);
  const parts = names?.map((name) =>
    known(inputs[name] ?? (name === "username" ? inputs["userId"] : undefined)),
  );
  return parts === undefined || parts.includes(undefined) ? undefined : parts.join("/").toLowerCase();
}

/** A text that is neither a secret nor yet to be known. */
export function known(value: unknown): string | undefined {
  return typeof value === "string" && value !== unknownMarker ? value : undefined;
}

/** The name that a resource has in the program, which a URN ends with. */
export function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
