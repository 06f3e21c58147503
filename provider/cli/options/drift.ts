import type { DriftOptions } from "../commands/driftStacks";
import { CommandFailure } from "../failure";
import { processOutput } from "../output";
import type { ReportVersion } from "../report/driftJson";
import { type Severity, severities } from "../report/severity";
import { formatOf, parse, reportOptions, stackFor } from "./options";

export async function runDrift(args: string[]): Promise<number> {
  refuseOldName(args);
  const { values } = parse(args, { ...reportOptions, ...driftOptions });
  const options = readDriftOptions(values, formatOf(values));
  const { allStacks, drift } = require("../commands/driftStacks") as typeof import("../commands/driftStacks");
  const stacks = values.all
    ? await allStacks()
    : await Promise.all((values.stack ?? [undefined]).map(stackFor));
  return drift({ ...options, stacks }, processOutput);
}

/** What `drift` takes beside the options of all reports. */
const driftOptions = {
  stack: { type: "string", multiple: true },
  all: { type: "boolean", default: false },
  unmanaged: { type: "boolean", default: false },
  "no-attribution": { type: "boolean", default: false },
  "fail-on": { type: "string" },
  accepted: { type: "string" },
  "take-over": { type: "string" },
  junit: { type: "string" },
  "report-version": { type: "string" },
} as const;

interface DriftValues {
  stack?: string[];
  all: boolean;
  unmanaged: boolean;
  "no-attribution": boolean;
  "fail-on"?: string;
  accepted?: string;
  "take-over"?: string;
  junit?: string;
  "report-version"?: string;
}

type Format = DriftOptions["format"];

/** @throws CommandFailure when the options do not go together */
function readDriftOptions(values: DriftValues, format: Format): Omit<DriftOptions, "stacks"> {
  const { stack = [], all, unmanaged, accepted, junit, "take-over": takeOver } = values;
  const version = versionOf(values["report-version"], format);
  for (const name of ["accepted", "take-over", "junit"] as const) {
    if (values[name] === "") {
      throw new CommandFailure(`--${name} must be the name of a file, but got nothing.`);
    }
  }
  if (all && stack.length > 0) {
    throw new CommandFailure("--all and --stack exclude each other: give one of them.");
  }
  if (new Set(stack).size < stack.length) {
    throw new CommandFailure("--stack names a stack twice: give each of them once.");
  }
  const isList = all || stack.length > 1;
  if (isList) {
    if (takeOver !== undefined) {
      throw new CommandFailure("--take-over is for one stack, whose file it is: name one by --stack.");
    }
    if (version === 1) {
      throw new CommandFailure(
        "--report-version 1 is about one stack: name one by --stack, or take version 2.",
      );
    }
  }
  return {
    isList,
    unmanaged,
    attribution: !values["no-attribution"],
    failOn: levelOf(values["fail-on"]),
    accepted,
    takeOver,
    junit,
    format,
    version,
  };
}

function levelOf(text: string | undefined): Severity {
  const level = text === undefined ? "low" : severities.find((severity) => severity === text);
  if (level === undefined) {
    throw new CommandFailure(
      `--fail-on must be ${severities.slice(0, -1).join(", ")} or ${severities.at(-1)}, but got '${text}'.`,
    );
  }
  return level;
}

function versionOf(text: string | undefined, format: Format): ReportVersion {
  if (text === undefined) {
    return 2;
  }
  if (format !== "json") {
    throw new CommandFailure("--report-version is for the JSON report: add --json, or leave it out.");
  }
  if (text !== "1" && text !== "2") {
    throw new CommandFailure(`--report-version must be 1 or 2, but got '${text}'.`);
  }
  return text === "1" ? 1 : 2;
}

/** The option had another name before anything was published. */
function refuseOldName(args: string[]): void {
  if (args.some((arg) => /^--strangers(=|$)/.test(arg))) {
    throw new CommandFailure("The option --strangers is called --unmanaged now: give that instead.");
  }
}
