import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type * as automation from "@pulumi/pulumi/automation";
import type { Properties } from "../../resources/messages/values";
import { explain } from "./engineErrors";
import { pulumi } from "./pulumi";

/** What a backend has on record of a stack: its state, and the operations that made it so. */
export interface StackRecord {
  state: StackState;
  /** The newest first, as far back as the one that tells what the state holds. */
  operations: Operation[];
  /** Whether an operation holds the stack's lock, or was killed while it did. Seen in a folder as the backend only. */
  isLocked: boolean;
}

export interface StackState {
  /** When an operation of the engine last wrote it. Edits by `pulumi state` leave it as it was. */
  writtenAt: Date | undefined;
  /** What an operation has begun and not ended. */
  pending: PendingOperation[];
  resources: StateResource[];
  /** Those of the stack, secrets encrypted. */
  outputs: Properties;
}

export interface PendingOperation {
  /** `creating`, `updating`, `deleting` and so on. */
  type: string;
  urn: string;
  resourceType: string;
  inputs: Properties;
}

export interface StateResource {
  urn: string;
  type: string;
  id: string;
  /** Components are not. */
  isCustom: boolean;
  /** Read with `.get()`, and not managed by the stack. */
  isExternal: boolean;
  /** Left behind by a replacement, and still to be deleted. */
  isToBeDeleted: boolean;
  /** When the stack began to manage it. */
  createdAt: Date | undefined;
  /** When an operation last changed it. */
  modifiedAt: Date | undefined;
  /** The resource option `ignoreChanges`. */
  ignoreChanges: string[];
  /** URN of the provider that manages it; empty for a provider. */
  provider: string;
  inputs: Properties;
  outputs: Properties;
}

/** An operation in the history of a stack. */
export interface Operation {
  /** `update`, `refresh`, `destroy` and so on. */
  kind: string;
  /** `succeeded`, `failed` or `in-progress`. */
  result: string;
  startedAt: Date;
  endedAt: Date;
  /** From 1 on in Pulumi Cloud, which records everything. Other backends count nothing, and record what has ended. */
  version: number;
  /** How many resources it has changed in which way, `same` included. */
  changes: Readonly<Record<string, number>>;
  /** Whether it was for some of the resources only. */
  isPartial: boolean;
}

/** Reads what the backend has on record of a stack. Needs no passphrase. */
export class RecordReader {
  private backend: Promise<string> | undefined;

  constructor(private readonly stack: automation.Stack) {}

  /** @throws CommandFailure with what the CLI says */
  async read(): Promise<StackRecord> {
    const { name } = this.stack;
    const state = await readState(name);
    this.backend ??= pulumi(["whoami", "--json"], name);
    const [operations, account] = await Promise.all([readOperations(this.stack), this.backend]);
    const { url } = JSON.parse(account) as { url?: string };
    return { state, operations, isLocked: hasLock(url ?? "", name, state) };
  }
}

/**
 * Reads the state of a stack. Needs no passphrase: secrets stay encrypted.
 *
 * @param options of `pulumi stack export`, such as `--show-secrets`, which does need it
 * @throws CommandFailure with what the CLI says
 */
export async function readState(stackName: string, options: string[] = []): Promise<StackState> {
  return stateOf(JSON.parse(await pulumi(["stack", "export", "--stack", stackName, ...options], stackName)));
}

/** A refresh that has found nothing, and a new name, leave the state as declared as it was. */
export function isWithoutEffect({ kind, result, changes }: Operation): boolean {
  const hasChanges = Object.entries(changes).some(([op, count]) => op !== "same" && count > 0);
  return result === "succeeded" && ((kind === "refresh" && !hasChanges) || kind === "rename");
}

const pageSize = 20;

async function readOperations(stack: automation.Stack): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (let page = 1; ; page += 1) {
    let summaries: automation.UpdateSummary[];
    try {
      summaries = await stack.history(pageSize, page, false);
    } catch (error) {
      throw explain(error, stack.name, []);
    }
    const found = summaries.map(operationOf);
    const decisive = found.findIndex((operation) => !isWithoutEffect(operation));
    operations.push(...found.slice(0, decisive === -1 ? undefined : decisive + 1));
    if (decisive !== -1 || found.length === 0) {
      return operations;
    }
  }
}

/** Options of the CLI that leave some resources out. */
const partialOptions = ["target", "target-replace", "exclude"];

/** Names of the variables that stand for them. */
export const partialVariables = partialOptions.map(
  (option) => `PULUMI_OPTION_${option.toUpperCase().replaceAll("-", "_")}`,
);

function operationOf(summary: automation.UpdateSummary): Operation {
  const { kind, result, startTime, endTime, version, resourceChanges, environment = {} } = summary;
  // The CLI records which options and variables were set, and not to what.
  const marks = [
    ...partialOptions.map((option) => `pulumi.flag.${option}`),
    ...partialVariables.map((name) => `pulumi.env.${name}`),
  ];
  return {
    kind,
    result,
    startedAt: startTime,
    // There is none while it runs.
    endedAt: endTime ?? startTime,
    version,
    changes: { ...resourceChanges },
    isPartial: marks.some((mark) => mark in environment),
  };
}

/** The parts that are read of what `pulumi stack export` prints. */
interface Exported {
  deployment?: {
    manifest?: { time?: string };
    pending_operations?: { type: string; resource: ExportedResource }[];
    resources?: ExportedResource[];
  };
}

interface ExportedResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  external?: boolean;
  delete?: boolean;
  created?: string;
  modified?: string;
  ignoreChanges?: string[];
  provider?: string;
  inputs?: Properties;
  outputs?: Properties;
}

function stateOf({ deployment = {} }: Exported): StackState {
  const date = (text: string | undefined): Date | undefined =>
    text === undefined || Number.isNaN(Date.parse(text)) ? undefined : new Date(text);
  return {
    // An empty state has the time zero.
    writtenAt: date(deployment.manifest?.time),
    pending: (deployment.pending_operations ?? []).map(({ type, resource }) => ({
      type,
      urn: resource.urn,
      resourceType: resource.type,
      inputs: resource.inputs ?? {},
    })),
    outputs: deployment.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {},
    resources: (deployment.resources ?? []).map((resource) => ({
      urn: resource.urn,
      type: resource.type,
      id: resource.id ?? "",
      isCustom: resource.custom === true,
      isExternal: resource.external === true,
      isToBeDeleted: resource.delete === true,
      createdAt: date(resource.created),
      modifiedAt: date(resource.modified),
      ignoreChanges: resource.ignoreChanges ?? [],
      provider: providerUrn(resource.provider),
      inputs: resource.inputs ?? {},
      outputs: resource.outputs ?? {},
    })),
  };
}

/**
 * Looks for the lock in the folder that is the backend. No command of the CLI tells of it without asking for it, and
 * other backends than a folder cannot be looked into: there, what an operation has begun shows in the state.
 */
function hasLock(backend: string, stackName: string, { resources, pending }: StackState): boolean {
  const root = folderOf(backend);
  const [first] = [...resources, ...pending];
  if (root === undefined || first === undefined) {
    return false;
  }
  const project = first.urn.split("::")[1] ?? "";
  const name = stackName.split("/").at(-1) ?? "";
  // The second is the layout of backends that were made before stacks belonged to projects.
  return [path.join("organization", project, name), name].some((folder) => {
    const locks = path.join(root, ".pulumi", "locks", folder);
    return existsSync(locks) && readdirSync(locks).some((file) => file.endsWith(".json"));
  });
}

/** The folder of a backend such as `file://~` or `file:///srv/state?no_tmp_dir=true`. */
export function folderOf(url: string): string | undefined {
  const [, location] = /^file:\/\/([^?]*)/.exec(url) ?? [];
  if (location === undefined) {
    return undefined;
  }
  const folder = decodeURIComponent(location).replace(/^~/, homedir());
  // A drive of Windows has a slash before it.
  return path.resolve(folder.replace(/^\/(?=[a-z]:)/i, ""));
}

/** A reference to a provider is its URN and an id, which changes with every new state of it. */
export function providerUrn(reference: string | undefined): string {
  return reference?.replace(/::[^:]*$/, "") ?? "";
}
