import * as automation from "@pulumi/pulumi/automation";
import { retiredOperationIn } from "../../atlas/retirement";
import { isInternal, type Properties } from "../../resources/messages/values";
import { CommandFailure } from "../failure";
import type { Progress } from "../progress";
import { nameIn } from "../report/identity";
import { oldestCli, requireCli } from "./cliVersion";
import { explain, noPulumi, type Problem, plain } from "./engineErrors";
import { pulumi } from "./pulumi";
import { providerUrn } from "./record";

/** A resource, before or after. */
export interface Side {
  inputs: Properties;
  outputs: Properties;
  /** Read with `.get()`, and not managed by the stack. */
  external: boolean;
  /** URN of the provider that manages it. */
  provider: string;
}

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
  /** Whether Atlas keeps it when the stack no longer manages it: the resource option `retainOnDelete`. */
  retained: boolean;
  /** Properties that differ in the engine's eyes, which see secrets; empty where it does not say. */
  diffs: string[];
  before: Side | undefined;
  after: Side | undefined;
}

/** Callbacks of an operation of the Automation API. */
export interface Callbacks {
  onEvent(event: automation.EngineEvent): void;
}

/**
 * Opens a stack of the project in the working directory.
 *
 * @throws CommandFailure when the Pulumi CLI is not installed, or too old
 */
export async function openStack(name: string): Promise<automation.Stack> {
  // It would have a preview fail that finds changes, and finding them is what the commands are for.
  delete process.env["PULUMI_OPTION_EXPECT_NO_CHANGES"];
  let workspace: automation.LocalWorkspace;
  try {
    workspace = await automation.LocalWorkspace.create({ workDir: process.cwd() });
  } catch (error) {
    const { message } = error as Error;
    throw new CommandFailure(
      /ENOENT/.test(message)
        ? noPulumi
        : `The Pulumi CLI on the PATH cannot be used: ${message.split("\n")[0]}`,
    );
  }
  requireCli(workspace.pulumiVersion, oldestCli, "mongodbatlas-dynamic");
  // Selecting would change which stack the user's own next commands use; every command here names its stack.
  workspace.selectStack = async () => {};
  return automation.Stack.select(name, workspace);
}

/**
 * The name of the stack that is selected in the working directory, which `PULUMI_STACK` may say.
 *
 * @throws CommandFailure when none is
 */
export async function selectedStack(): Promise<string> {
  return (await pulumi(["stack", "--show-name"], "")).trim();
}

/** What a preview says. */
export interface Observation {
  /** Of each resource, but for the stack itself and the providers. What was refreshed first is not among them. */
  steps: Step[];
  /**
   * What a look at Atlas has found before an update was planned, by URN: the state of the last update before, and what Atlas
   * has after.
   */
  refreshed: ReadonlyMap<string, Step>;
  /** Of the stack: those of the last update, or those that the program is going to have. */
  outputs: Properties;
  /** What processes of the engine have said of operations that Atlas retires, in sentences. */
  notices: ReadonlySet<string>;
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
  const refreshed = new Map<string, Step>();
  let outputs: Properties = {};
  const problems = new Map<string, Problem>();
  const notices = new Set<string>();
  const onEvent = (event: automation.EngineEvent): void => {
    if (event.diagnosticEvent !== undefined) {
      take(event.diagnosticEvent, { problems, notices, progress });
    }
    const outcome = event.resOutputsEvent?.metadata;
    if (outcome?.type === "pulumi:pulumi:Stack") {
      outputs = (outcome.new ?? outcome.old)?.outputs ?? outputs;
    }
    if (what === "update" && outcome?.op === "refresh" && refreshed.has(outcome.urn)) {
      // Only now it tells what Atlas has.
      refreshed.set(outcome.urn, stepOf(outcome));
    }
    const metadata = what === "refresh" ? outcome : event.resourcePreEvent?.metadata;
    if (metadata === undefined || /^pulumi:(pulumi:Stack$|providers:)/.test(metadata.type)) {
      return;
    }
    if (what === "update" && metadata.op === "refresh") {
      refreshed.set(metadata.urn, stepOf(metadata));
    } else {
      steps.push(stepOf(metadata));
    }
    progress.show(`Resources compared: ${Math.max(steps.length, refreshed.size)}`);
  };
  progress.show("Starting the engine");
  try {
    await operate({ onEvent });
  } catch (error) {
    throw explain(error, stackName, [...problems.values()]);
  } finally {
    progress.end();
  }
  return { steps, refreshed, outputs, notices };
}

/**
 * Keeps what a person can do something about: the engine repeats itself, and adds that something has failed. What a
 * provider prints while Atlas makes it wait is all that tells why nothing moves.
 */
function take(
  { severity, message, urn = "" }: automation.DiagnosticEvent,
  {
    problems,
    notices,
    progress,
  }: { problems: Map<string, Problem>; notices: Set<string>; progress: Progress },
): void {
  const text = plain(message);
  if (retiredOperationIn(text) !== undefined) {
    notices.add(text);
    return;
  }
  if (severity === "error" && !/^(preview|update|refresh) failed$/.test(text)) {
    const problem = { text: text.replace(/^Preview failed: /, ""), resource: nameIn(urn) };
    problems.set(`${problem.text}\n${problem.resource}`, problem);
  } else if (severity.startsWith("info") && /\b(waiting|retrying|rate limit)/i.test(text)) {
    progress.note(text);
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
  return {
    op,
    urn,
    type,
    name: nameIn(urn),
    id: either?.id ?? "",
    retained: either?.retainOnDelete === true,
    diffs: propertiesIn([...(metadata.diffs ?? []), ...Object.keys(metadata.detailedDiff ?? {})]),
    before: sideOf(metadata.old),
    after: sideOf(metadata.new),
  };
}

/** Names of the properties that paths such as `roles[0]` and `tags.team` lead into. */
function propertiesIn(paths: string[]): string[] {
  const names = paths.map((each) => each.split(/[.[]/)[0] ?? each);
  return [...new Set(names)].filter((name) => !isInternal(name)).sort();
}

function sideOf(side: automation.StepEventStateMetadata | null | undefined): Side | undefined {
  return side
    ? {
        inputs: side.inputs ?? {},
        outputs: side.outputs ?? {},
        // The SDK's type does not have it yet.
        external: (side as { external?: boolean }).external === true,
        provider: providerUrn(side.provider),
      }
    : undefined;
}
