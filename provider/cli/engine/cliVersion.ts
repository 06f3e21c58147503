import { CommandFailure } from "../failure";

/** A version of the Pulumi CLI: 3.145 is `[3, 145]`. */
export type CliVersion = readonly [major: number, minor: number];

/** The oldest that the commands work with. */
export const oldestCli: CliVersion = [3, 145];

export function isAtLeast(version: string, [major, minor]: CliVersion): boolean {
  const [, actualMajor = 0, actualMinor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}

/**
 * @param what needs it, as the subject of a sentence
 * @throws CommandFailure when the CLI is older than that
 */
export function requireCli(version: string, needed: CliVersion, what: string): void {
  if (!isAtLeast(version, needed)) {
    throw new CommandFailure(
      `${what} needs the Pulumi CLI ${needed.join(".")} or newer, and the one on the PATH is ${version}: upgrade it.`,
    );
  }
}
