/*
 * Names of members: e-mail addresses, which compare without case.
 */

/** How many names a sentence has. */
const mostNamed = 10;

/** Whether a name is among these. */
export function namedIn(names: readonly string[]): (name: string) => boolean {
  const lower = new Set(names.map((name) => name.toLowerCase()));
  return (name) => lower.has(name.toLowerCase());
}

/** Names in one order, whatever their case. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/** Names in a sentence, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(", ")} and ${more} more` : names.join(", ");
}
