/**
 * Which members a whole membership leaves alone.
 *
 * @param patterns e-mail addresses in which `*` is any text, also none; case makes no difference
 */
export function ignoring(patterns: readonly string[]): (username: string) => boolean {
  const matchers = patterns.map(
    (pattern) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "is"),
  );
  return (username) => matchers.some((matcher) => matcher.test(username));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
