import { unknownMarker } from "../resources/handler/unknown";
import type { Properties } from "./engine";

/** Property names of Pulumi's own begin like this. */
export const isInternal = (name: string): boolean => name.startsWith("__");

/** In the place of a secret. The engine masks the text, but leaves the wrapping. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** What a reader sees of a secret. */
export const secretText = "[secret]";

/** Names of the properties that differ, sorted. */
export function differences(before: Properties, after: Properties): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isInternal(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
}

/**
 * Names of the properties that the engine may mean when it says that something differs and shows no difference: those
 * that it names, or else the secret ones, whose values it keeps to itself.
 */
export function hiddenDifferences(named: string[], before: Properties): string[] {
  return named.length > 0
    ? named
    : Object.keys(before)
        .filter((name) => !isInternal(name) && visible(before[name]) === secretText)
        .sort();
}

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
