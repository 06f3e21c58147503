import { isInternal, type Properties, secretText, visible } from "../resources/messages/values";

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
