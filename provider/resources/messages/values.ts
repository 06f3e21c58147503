import { unknownMarker } from "../handler/unknown";

/** Inputs or outputs of a resource, as the engine has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** Property names of Pulumi's own begin like this. */
export const isInternal = (name: string): boolean => name.startsWith("__");

/** In the place of a secret. The engine masks the text, but leaves the wrapping. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** What a reader sees of a secret. */
export const secretText = "[secret]";

/** A value as a reader may see it: without secrets, and saying what is not known yet. */
export function visible(value: unknown): unknown {
  if (value === unknownMarker) {
    return "(known after the update)";
  }
  if (Array.isArray(value)) {
    return value.map(visible);
  }
  if (typeof value === "object" && value !== null) {
    return secretMark in value
      ? secretText
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visible(inner)]));
  }
  return value ?? null;
}

/** Properties as a reader may see them, without Pulumi's own. */
export function visibleProperties(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !isInternal(name))
      .map(([name, value]) => [name, visible(value)]),
  );
}

/** A value in a line of text. */
export function inWords(value: unknown): string {
  const shown = visible(value);
  if (shown === null || (Array.isArray(shown) && shown.length === 0)) {
    return "nothing";
  }
  if (Array.isArray(shown) && shown.every((each) => typeof each === "string")) {
    return shown.join(", ");
  }
  return typeof shown === "string" ? shown : JSON.stringify(shown);
}

/** Texts of a list; of anything else, none. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** A text that is neither a secret nor yet to be known. */
export function known(value: unknown): string | undefined {
  return typeof value === "string" && value !== unknownMarker ? value : undefined;
}
