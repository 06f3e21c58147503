import { parseArgs } from "node:util";
import { folderOfPerson } from "./engine/folder";
import { CommandFailure } from "./failure";
import { processOutput } from "./output";
import type { DriftFormat, ReportVersion } from "./report/driftReport";
import { sentenceOf } from "./report/sentences";

const usage = `Usage: npx --no mongodbatlas-dynamic COMMAND

  drift [--stack NAME] [--unmanaged] [--json [--report-version N] | --markdown]
      Compares Atlas with what the last update of the stack declared. Writes nothing.
      --unmanaged         also lists members of its projects and teams that no resource declares
      --report-version N  writes the JSON report as this version, 2 or 1, has it; 2 is the default

  preview [--stack NAME] [--json | --markdown]
      Prints what an update of the stack is going to change, and nothing else.

  adopt [--project ID]... [--team ORG/TEAM]... [--exclusive] [--yaml] [--output FILE] [--stack NAME]
      Prints a program in TypeScript that declares the members that projects and teams have now.
      --exclusive  declares that they have no other members, by one resource for each
      --yaml       prints the access.yaml of the gitops example instead
      --output     writes into this file, in the place of what is in it, and only when all went well
      --stack      takes the credentials from the configuration of this stack, and not from the environment alone

  doctor [--stack NAME] [--json]
      Says what keeps the others from working: versions, credentials, the roles that a stack needs, limits of Atlas.

drift, preview and doctor take the stack that is selected when none is named.

Exit codes: 0 done, and known to be as declared; 7 drift; 1 of doctor: there is something to do; other: failure, or it cannot be known whether all is as
declared, with a sentence on the standard error.`;

const hint = "See `npx --no -- mongodbatlas-dynamic --help`.";

/**
 * Each command loads its own: the Automation API takes a second.
 *
 * @returns the exit code
 */
async function run(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    processOutput.print(usage);
    return 0;
  }
  if (command === "--version") {
    processOutput.print((require("../../package.json") as { version: string }).version);
    return 0;
  }
  process.chdir(folderOfPerson(process.env, process.cwd()));
  switch (command) {
    case "drift": {
      refuseOldName(rest);
      const { values } = parse(rest, {
        ...reportOptions,
        unmanaged: { type: "boolean", default: false },
        "report-version": { type: "string" },
      });
      const format = formatOf(values);
      const version = versionOf(values["report-version"], format);
      const { drift } = require("./commands/drift") as typeof import("./commands/drift");
      const stack = await stackFor(values.stack);
      return drift({ stack, unmanaged: values.unmanaged, format, version }, processOutput);
    }
    case "preview": {
      const { values } = parse(rest, reportOptions);
      const format = formatOf(values);
      const { preview } = require("./commands/preview") as typeof import("./commands/preview");
      return preview({ stack: await stackFor(values.stack), format }, processOutput);
    }
    case "adopt": {
      const { values } = parse(rest, {
        project: { type: "string", multiple: true, default: [] },
        team: { type: "string", multiple: true, default: [] },
        stack: { type: "string" },
        exclusive: { type: "boolean", default: false },
        yaml: { type: "boolean", default: false },
        output: { type: "string" },
      });
      const { adopt } = require("./commands/adopt") as typeof import("./commands/adopt");
      const { project: projects, team: teams, stack, exclusive, yaml, output: file } = values;
      const format = yaml ? "yaml" : "typescript";
      return adopt({ projects, teams, stack, exclusive, file, format }, processOutput);
    }
    case "doctor":
      return runDoctor(rest);
    default:
      throw new CommandFailure(
        `${command === undefined ? "No command is given" : `There is no command '${command}'`}. ${hint}`,
      );
  }
}

function runDoctor(args: string[]): Promise<number> {
  const { values } = parse(args, { stack: { type: "string" }, json: { type: "boolean", default: false } });
  const { doctor } = require("./commands/doctor") as typeof import("./commands/doctor");
  return doctor({ stack: checkedName(values.stack), format: values.json ? "json" : "text" }, processOutput);
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>["options"];

const reportOptions = {
  stack: { type: "string" },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
} as const;

function parse<const T extends NonNullable<Options>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true });
  } catch (error) {
    throw new CommandFailure(`${(error as Error).message.split(". ")[0]}. ${hint}`);
  }
}

function formatOf({ json, markdown }: { json: boolean; markdown: boolean }): "text" | "json" | "markdown" {
  if (json && markdown) {
    throw new CommandFailure("--json and --markdown exclude each other: give one of them.");
  }
  return json ? "json" : markdown ? "markdown" : "text";
}

/** The option had another name before anything was published. */
function refuseOldName(args: string[]): void {
  if (args.some((arg) => /^--strangers(=|$)/.test(arg))) {
    throw new CommandFailure("The option --strangers is called --unmanaged now: give that instead.");
  }
}

function versionOf(text: string | undefined, format: DriftFormat): ReportVersion {
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

async function stackFor(named: string | undefined): Promise<string> {
  const name = checkedName(named);
  const { selectedStack } = require("./engine/stack") as typeof import("./engine/stack");
  return name ?? selectedStack();
}

function checkedName(stack: string | undefined): string | undefined {
  if (stack === "") {
    throw new CommandFailure("--stack must be the name of a stack, but got nothing.");
  }
  return stack;
}

function fail(error: unknown): void {
  processOutput.warn(sentenceOf(error));
  process.exitCode = 1;
}

// Whatever a library throws aside, a person reads one sentence.
process.on("uncaughtException", (error) => {
  fail(error);
  process.exit(1);
});

run(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  }, fail)
  .finally(end);

/** A limit of Atlas that has refused a request would keep the process until it opens again. */
function end(): void {
  const written = (next: () => void) => (error?: Error | null) => {
    // Whoever watches the stream ends the process.
    if (!error) {
      next();
    }
  };
  process.stdout.write(
    "",
    written(() =>
      process.stderr.write(
        "",
        written(() => process.exit()),
      ),
    ),
  );
}
