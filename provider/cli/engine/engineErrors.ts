import { CommandFailure } from "../failure";

/** An error among the engine's events. */
export interface Problem {
  text: string;
  /** The name of the resource that it is about; empty where it is about none. */
  resource: string;
}

/** A run of the CLI that has failed. */
export interface CommandProblem {
  stderr: string;
  /** Its exit code; or the name of a signal, or of a reason why it did not start. */
  code: number | string | null | undefined;
}

/**
 * What the engine has to say, as sentences that say what to do.
 *
 * @param problems the errors among its events
 */
export function explain(error: unknown, stackName: string, problems: Problem[]): unknown {
  // The SDK exports neither this property of its errors nor its type.
  const { commandResult } = error as { commandResult?: CommandProblem };
  return commandResult === undefined ? error : explainCommand(commandResult, stackName, problems);
}

/** What the CLI has to say. */
export function explainCommand(
  { stderr, code }: CommandProblem,
  stackName: string,
  problems: Problem[] = [],
): CommandFailure {
  const said = stderr
    .split("\n")
    .filter((line) => line.startsWith("error: "))
    .map((line) => ({ text: plain(line), resource: "" }));
  const told = (problems.length > 0 ? problems : said).map((problem) => advise(problem, stackName));
  return new CommandFailure(
    eachCauseOnce(told).join("\n") ||
      advise({ text: plain(stderr), resource: "" }, stackName) ||
      `pulumi ended with ${code}.`,
  );
}

/** What a message of an `AtlasError` says after its subject and its request: the answer, and what to do. */
const reason = /^Could not .*?: [A-Z]+ \/.*?((was answered|got no answer) .*)$/s;

/** What a provider process says of a further failure for a reason that it has told, with the answer. */
const follower = /, for the reason that is told in full for another resource \((.*)\)\.$/s;

/** A wrong key fails for every user in the same way, and needs to be told of once. */
function eachCauseOnce(messages: string[]): string[] {
  const [others, told] = [
    messages.filter((message) => follower.test(message)),
    messages.filter((message) => !follower.test(message)),
  ];
  const byReason = new Map<string, { first: string; more: number }>();
  for (const message of new Set(told)) {
    const key = reason.exec(message)?.[1] ?? message;
    const known = byReason.get(key);
    byReason.set(key, known === undefined ? { first: message, more: 0 } : { ...known, more: known.more + 1 });
  }
  const causes = [...byReason.values()];
  for (const other of others) {
    const answer = follower.exec(other)?.[1] ?? "";
    const cause =
      answer === "not sent"
        ? causes[0]
        : causes.find(({ first }) => first.includes(`${answer} `) || first.includes(`${answer}:`));
    if (cause === undefined) {
      causes.push({ first: other, more: 0 });
    } else {
      cause.more += 1;
    }
  }
  return causes.map(({ first, more }) =>
    more === 0
      ? first
      : `${first} ${more === 1 ? "Another resource has" : `${more} other resources have`} failed for the same reason.`,
  );
}

export const noPulumi = "There is no `pulumi` on the PATH. Install the Pulumi CLI, then run this again.";

/** What is known to go wrong, by what the engine says of it. */
const advice: readonly [
  pattern: RegExp,
  sentence: (stackName: string, text: string, resource: string) => string,
][] = [
  [/spawn pulumi ENOENT/, () => noPulumi],
  [
    /no stack named/,
    (stack) =>
      `There is no stack '${stack}' here: \`pulumi stack ls\` lists those of this project in the backend that you are logged in to.`,
  ],
  [
    /no project file found|pass the fully qualified name/,
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
    /no stack selected/,
    () =>
      "No stack is selected here: name one with `--stack`, or select one with `pulumi stack select`. `pulumi stack ls` lists them, and `pulumi stack init` makes the first one.",
  ],
  [
    /code must be a string/,
    (_stack, _text, resource) =>
      `The resource ${resource} has the option \`import\`, which dynamic resources do not know. Take it away: without it, ` +
      "the first `pulumi up` takes over what Atlas has.",
  ],
  [
    /missing google credentials|no EC2 IMDS role found|failed to refresh cached credentials|(NoCredential|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|AuthorizationFailure)/,
    (stack, text) =>
      `The backend that holds the state of stack '${stack}' lets nobody in without credentials of its cloud, or not with these: ${text}.`,
  ],
  [
    /performing HTTP request|unable to open (state directory|state database|bucket)|read "?\.pulumi\/|blob \(key /,
    (stack, text) =>
      `The backend that holds the state of stack '${stack}' cannot be reached: ${text}. Check the network and PULUMI_BACKEND_URL.`,
  ],
  [
    /failed to load checkpoint: EOF/,
    (stack) =>
      `The attributes beside the state of stack '${stack}' are empty, as an engine leaves them that is killed while it writes: ` +
      `delete the file ${stack}.json.attrs in the backend, and then run \`pulumi cancel\`, which fails before. The state itself is whole.`,
  ],
  [
    /currently locked by|Another update is currently in progress/,
    (stack) =>
      `Somebody else is updating stack '${stack}': wait until that is over. If it was killed, \`pulumi cancel\` releases the lock.`,
  ],
];

function advise({ text, resource }: Problem, stackName: string): string {
  const known = advice.find(([pattern]) => pattern.test(text));
  return known === undefined ? text : known[1](stackName, text.replace(/\.$/, ""), resource);
}

/** Without colours, and without the mark of an error. */
export function plain(text: string): string {
  return text
    .replace(/<\{%.*?%\}>/g, "")
    .replace(/^error: /, "")
    .trim();
}
