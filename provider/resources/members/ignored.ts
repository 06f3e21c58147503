/**
 * Which members a whole membership leaves alone.
 *
 * @param patterns e-mail addresses in which `*` is any text, also none; case makes no difference
 */
export function ignoring(patterns: readonly string[]): (username: string) => boolean {
  const all = patterns.map((pattern) => pattern.toLowerCase().split("*"));
  return (username) => {
    const name = username.toLowerCase();
    return all.some((pieces) => fits(name, pieces));
  };
}

/** Whether a name has these pieces in their order, begins with the first and ends with the last. */
function fits(name: string, pieces: readonly string[]): boolean {
  // A regular expression takes exponential time for a pattern with many stars.
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) {
    return name === first;
  }
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) {
    return false;
  }
  const end = name.length - last.length;
  let from = first.length;
  for (const piece of rest) {
    const at = name.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) {
      return false;
    }
    from = at + piece.length;
  }
  return true;
}
