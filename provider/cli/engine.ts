import * as automation from "@pulumi/pulumi/automation";
import { explain, plain } from "./engineErrors";
import { CommandFailure } from "./failure";
import type { Progress } from "./progress";

export type Properties = Readonly<Record<string, unknown>>;

/** A resource, before or after. */
export interface Side {
  inputs: Properties;
  outputs: Properties;
  /** Read with `.get()`, and not managed by the stack. */
  external: boolean;
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
  /** Whether Atlas keeps it when the stack lets go of it: the resource option `retainOnDelete`. */
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

/** The last operation that has, or may have, written something else to the state than was there. */
export interface LastChanges {
  /** `update`, `refresh`, `destroy` and so on. */
  kind: string;
  /** `succeeded`, `failed` or `in-progress`. */
  result: string;
}

/** Looks it up in the history of the stack; `undefined` when there is none. */
export async function lastChanges(stack: automation.Stack): Promise<LastChanges | undefined> {
  try {
    const history = await stack.history(historyEntries, 1, false);
    return history.find(({ kind, result, resourceChanges }) => {
      const changes = Object.entries(resourceChanges ?? {}).filter(
        ([op, count]) => op !== "same" && count > 0,
      );
      return kind !== "refresh" || result !== "succeeded" || changes.length > 0;
    });
  } catch (error) {
    throw explain(error, stack.name, []);
  }
}

/** How far back to look past refreshes that have changed nothing. */
const historyEntries = 20;

function stepOf(metadata: automation.StepEventMetadata): Step {
  const { op, urn, type } = metadata;
  const either = metadata.old ?? metadata.new;
  return {
    op,
    urn,
    type,
    name: urn.split("::").slice(3).join("::"),
    id: either?.id ?? "",
    retained: either?.retainOnDelete === true,
    diffs: [...new Set([...(metadata.diffs ?? []), ...Object.keys(metadata.detailedDiff ?? {})])].sort(),
    before: sideOf(metadata.old),
    after: sideOf(metadata.new),
  };
}

function sideOf(side: automation.StepEventStateMetadata | null | undefined): Side | undefined {
  return side
    ? {
        inputs: side.inputs ?? {},
        outputs: side.outputs ?? {},
        // The SDK's type does not have it yet.
        external: (side as { external?: boolean }).external === true,
      }
    : undefined;
}
