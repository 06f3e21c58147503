import { secretText, visible } from "../../resources/messages/values";
import type { Side, Step } from "../engine/stack";
import { propertiesOfId } from "./identity";

/**
 * Hides secrets that ids show in clear text: the engine keeps secrets out of properties, but an id is made of
 * some of them, and a URN may be named by one.
 *
 * @returns a function that takes the secrets out of every text inside a value
 */
export function maskFor(steps: readonly Step[]): <T>(value: T) => T {
  const secrets = [...new Set(steps.flatMap(secretsOf))].sort((one, other) => other.length - one.length);
  if (secrets.length === 0) {
    return (value) => value;
  }
  const pattern = new RegExp(
    secrets.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
    "gi",
  );
  return (value) => masked(value, pattern) as typeof value;
}

/** The parts of an id that are secret as properties. */
function secretsOf({ type, id, before, after }: Step): string[] {
  const isSecret = (side: Side | undefined, name: string): boolean =>
    visible(side?.inputs[name]) === secretText || visible(side?.outputs[name]) === secretText;
  return Object.entries(propertiesOfId(type, id))
    .filter(([name]) => isSecret(before, name) || isSecret(after, name))
    .map(([, text]) => text);
}

function masked(value: unknown, pattern: RegExp): unknown {
  if (typeof value === "string") {
    return value.replace(pattern, secretText);
  }
  if (Array.isArray(value)) {
    return value.map((each) => masked(each, pattern));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner, pattern)]))
    : value;
}
