import { isDeepStrictEqual } from "node:util";
import { namedIn } from "./names";
import type { Remembered } from "./outputs";

interface Limits {
  readonly ignore?: readonly string[] | undefined;
  readonly maxRemovals?: number | undefined;
}

/** Whether a state has other members than those that are declared, cannot tell, or has other limits. */
export function differsFrom(before: Remembered & Limits, news: Limits, declared: readonly string[]): boolean {
  const { names, unmanaged } = before;
  if (names === undefined || unmanaged === undefined || unmanaged.length > 0) {
    return true;
  }
  return (
    names.length !== declared.length ||
    !declared.every(namedIn(names)) ||
    !isDeepStrictEqual(before.ignore ?? [], news.ignore ?? []) ||
    before.maxRemovals !== news.maxRemovals
  );
}
