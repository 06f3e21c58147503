import * as automation from "@pulumi/pulumi/automation";
import { CommandFailure } from "./failure";
import type { Progress } from "./progress";

export type Properties = Readonly<Record<string, unknown>>;

/** What the engine says about one resource, before and after. */
export interface Step {
  /** `same`, `create`, `update`, `delete`, `replace` and so on. */
  op: string;
  urn: string;
  /** Type token, such as `pulumi-nodejs:dynamic/mongodbatlas:ProjectUser`. */
  type: string;
  /** The name in the program. */
  name: string;
  id: string;
  /** Read with `.get()`, and not managed by the stack. */
  external: boolean;
  /** Whether Atlas keeps it when the stack lets go of it: the resource option `retainOnDelete`. */
  retained: boolean;
  /** Properties that differ in the engine's eyes, which see secrets; empty where it does not say. */
  diffs: string[];
  before: { inputs: Properties; outputs: Properties } | undefined;
  after: { inputs: Properties; outputs: Properties } | undefined;
}

/** Callbacks of an operation of the Automation API. */
export interface Callbacks {
  onEvent(event: automation.EngineEvent): void;
}

/**
 * Opens a stack of the project in the working directory.
 *
 * @throws CommandFailure when the Pulumi CLI is not installed
 */
export async function openStack(name: string): Promise<automation.Stack> {
  let workspace: automation.LocalWorkspace;
  try {
    workspace = await automation.LocalWorkspace.create({ workDir: process.cwd() });
  } catch (error) {
    const { message } = error as Error;
    throw new CommandFailure(
      /ENOENT/.test(message)
        ? "There is no `pulumi` on the PATH. Install the Pulumi CLI, then run this again."
        : `The Pulumi CLI on the PATH cannot be used: ${message.split("\n")[0]}`,
    );
  }
  // Selecting would change what the user's own next commands go by; every command here names its stack.
  workspace.selectStack = async () => {};
  return automation.Stack.select(name, workspace);
}

/** What a preview says. */
export interface Observation {
  /** Of each resource, but for the stack itself and the providers. */
  steps: Step[];
  /** Of the stack: those of the last update, or those that the program is going to have. */
  outputs: Properties;
}

/**
 * Runs a preview and gathers what it says.
 *
 * @param what a refresh is told of when a resource has been read, and an update when it is planned
 * @param operate starts the preview
 * @throws CommandFailure with what the engine says
 */
export async function observe(
  stackName: string,
  what: "refresh" | "update",
  operate: (callbacks: Callbacks) => Promise<unknown>,
  progress: Progress,
): Promise<Observation> {
  const steps: Step[] = [];
  let outputs: Properties = {};
  const problems = new Set<string>();
  const onEvent = (event: automation.EngineEvent): void => {
    if (event.diagnosticEvent?.severity === "error") {
      addProblem(problems, plain(event.diagnosticEvent.message));
    }
    const outcome = event.resOutputsEvent?.metadata;
    if (outcome?.type === "pulumi:pulumi:Stack") {
      outputs = (outcome.new ?? outcome.old)?.outputs ?? outputs;
    }
    const metadata = what === "refresh" ? outcome : event.resourcePreEvent?.metadata;
    if (metadata !== undefined && !/^pulumi:(pulumi:Stack$|providers:)/.test(metadata.type)) {
      steps.push(stepOf(metadata));
      progress.show(`Resources compared: ${steps.length}`);
    }
  };
  progress.show("Starting the engine");
  try {
    await operate({ onEvent });
  } catch (error) {
    throw explain(error, stackName, [...problems]);
  } finally {
    progress.end();
  }
  return { steps, outputs };
}

/** Keeps what a person can do something about: the engine repeats itself, and adds that something has failed. */
function addProblem(problems: Set<string>, text: string): void {
  if (!/^(preview|update|refresh) failed$/.test(text)) {
    problems.add(text.replace(/^Preview failed: /, ""));
  }
}

/** The stack's configuration, secrets in clear. */
export async function configurationOf(stack: automation.Stack): Promise<(key: string) => string | undefined> {
  try {
    const values = await stack.getAllConfig();
    return (key) => values[key]?.value;
  } catch (error) {
    throw explain(error, stack.name, []);
  }
}

function stepOf(metadata: automation.StepEventMetadata): Step {
  const { op, urn, type } = metadata;
  const either = metadata.old ?? metadata.new;
  const sideOf = (side: automation.StepEventStateMetadata | null | undefined): Step["before"] =>
    side ? { inputs: side.inputs ?? {}, outputs: side.outputs ?? {} } : undefined;
  return {
    op,
    urn,
    type,
    name: urn.split("::").slice(3).join("::"),
    id: either?.id ?? "",
    retained: either?.retainOnDelete === true,
    // The SDK's type does not have it yet.
    external: (either as { external?: boolean } | undefined)?.external === true,
    diffs: [...new Set([...(metadata.diffs ?? []), ...Object.keys(metadata.detailedDiff ?? {})])].sort(),
    before: sideOf(metadata.old),
    after: sideOf(metadata.new),
  };
}

/** What the engine has to say, as sentences that say what to do. */
function explain(error: unknown, stackName: string, problems: string[]): unknown {
  if (!(error instanceof automation.CommandError)) {
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
function plain(text: string): string {
  return text
    .replace(/<\{%.*?%\}>/g, "")
    .replace(/^error: /, "")
    .trim();
}
