import { CommandError } from "@pulumi/pulumi/automation";
import { CommandFailure } from "./failure";

/** What the engine has to say, as sentences that say what to do. */
export function explain(error: unknown, stackName: string, problems: string[]): unknown {
  if (!(error instanceof CommandError)) {
    return error;
  }
  // The SDK exports neither this property nor its type.
  const { stderr, code } = (error as unknown as { commandResult: { stderr: string; code: number } })
    .commandResult;
  const said = stderr
    .split("\n")
    .filter((line) => line.startsWith("error: "))
    .map((line) => plain(line));
  const told = [...new Set((problems.length > 0 ? problems : said).map((text) => advise(text, stackName)))];
  // Without a network every resource has the same problem.
  const isUnreachable = told.every((text) => / got no answer \(/.test(text));
  return new CommandFailure(
    (isUnreachable ? told.slice(0, 1) : told).join("\n") ||
      `pulumi ended with code ${code}: ${plain(stderr)}`,
  );
}

/** What is known to go wrong, by what the engine says of it. */
const advice: readonly [pattern: RegExp, sentence: (stackName: string, text: string) => string][] = [
  [
    /no stack named/,
    (stack) =>
      `There is no stack '${stack}' here: \`pulumi stack ls\` lists those of this project in the backend that you are logged in to.`,
  ],
  [
    /no project file found/,
    () =>
      "There is no Pulumi.yaml in this folder or above it: run this in the folder of the stack's project.",
  ],
  [
    /incorrect passphrase/,
    (stack) =>
      `The passphrase is not that of stack '${stack}': check PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`,
  ],
  [
    /passphrase must be set/,
    (stack) =>
      `The secrets of stack '${stack}' need its passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`,
  ],
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    () =>
      "You are not logged in to a backend: set PULUMI_BACKEND_URL, or PULUMI_ACCESS_TOKEN for Pulumi Cloud, or run `pulumi login`.",
  ],
  [
    /performing HTTP request|unable to open (state directory|bucket)/,
    (stack, text) =>
      `The backend that holds the state of stack '${stack}' cannot be reached: ${text}. Check the network and PULUMI_BACKEND_URL.`,
  ],
  [
    /failed to load checkpoint: EOF/,
    (stack) =>
      `The attributes beside the state of stack '${stack}' are empty, as an engine leaves them that is killed while it writes: ` +
      `delete the file ${stack}.json.attrs in the backend. The state itself is whole.`,
  ],
  [
    /currently locked by|Another update is currently in progress/,
    (stack) =>
      `Somebody else is updating stack '${stack}': wait until that is over. If it was killed, \`pulumi cancel\` releases the lock.`,
  ],
];

function advise(text: string, stackName: string): string {
  const known = advice.find(([pattern]) => pattern.test(text));
  return known === undefined ? text : known[1](stackName, text);
}

/** Without colours, and without the mark of an error. */
export function plain(text: string): string {
  return text
    .replace(/<\{%.*?%\}>/g, "")
    .replace(/^error: /, "")
    .trim();
}
