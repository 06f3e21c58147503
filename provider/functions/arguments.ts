import { readId } from "../atlas/id";

/**
 * Checks the ids among a function's arguments.
 *
 * @returns the ids in lower case, as Atlas writes them
 * @throws Error that names every argument that is wrong
 */
export function requireIds<Name extends string>(
  fn: string,
  args: Readonly<Record<Name, unknown>>,
  names: readonly Name[],
): Record<Name, string> {
  const ids = {} as Record<Name, string>;
  const mistakes: string[] = [];
  for (const name of names) {
    const value: unknown = args?.[name];
    const id = readId(value);
    if (id !== undefined) {
      ids[name] = id;
    } else {
      mistakes.push(
        `${name} must be 24 hexadecimal digits, but got ${value === undefined ? "nothing" : `'${String(value)}'`}`,
      );
    }
  }
  if (mistakes.length > 0) {
    throw new Error(`${fn}: ${mistakes.join("; ")}.`);
  }
  return ids;
}
