import { parseArgs } from "node:util";
import { CommandFailure } from "./failure";
import { folderOfPerson } from "./folder";
import { processOutput } from "./output";
import { sentenceOf } from "./sentences";

const usage = `Usage: npx --no mongodbatlas-dynamic COMMAND

  drift [--stack NAME] [--strangers] [--json | --markdown]
      Compares Atlas with what the last update of the stack declared. Writes nothing.
      --strangers  also lists members of its projects and teams whom no resource declares

  preview [--stack NAME] [--json | --markdown]
      Prints what an update of the stack is going to change, and nothing else.

  adopt [--project ID]... [--team ORG/TEAM]... [--yaml] [--output FILE] [--stack NAME]
      Prints a program in TypeScript that declares the members whom projects and teams have now.
      --yaml    prints the access.yaml of the gitops example instead
      --output  writes into this file, in the place of what is in it, and only when all went well
      --stack   takes the credentials from the configuration of this stack, and not from the environment alone

drift and preview take the stack that is selected when none is named.

Exit codes: 0 done, and known to be as declared; 7 drift; other: failure, or it cannot be known whether all is as
declared, with a sentence on the standard error.`;

const hint = "See `npx --no mongodbatlas-dynamic --help`.";

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
      const { values } = parse(rest, { ...reportOptions, strangers: { type: "boolean", default: false } });
      const format = formatOf(values);
      const { drift } = require("./drift") as typeof import("./drift");
      const stack = await stackFor(values.stack);
      return drift({ stack, strangers: values.strangers, format }, processOutput);
    }
    case "preview": {
      const { values } = parse(rest, reportOptions);
      const format = formatOf(values);
      const { preview } = require("./preview") as typeof import("./preview");
      return preview({ stack: await stackFor(values.stack), format }, processOutput);
    }
    case "adopt": {
      const { values } = parse(rest, {
        project: { type: "string", multiple: true, default: [] },
        team: { type: "string", multiple: true, default: [] },
        stack: { type: "string" },
        yaml: { type: "boolean", default: false },
        output: { type: "string" },
      });
      const { adopt } = require("./adopt") as typeof import("./adopt");
      const { project: projects, team: teams, stack, yaml, output: file } = values;
      return adopt({ projects, teams, stack, file, format: yaml ? "yaml" : "typescript" }, processOutput);
    }
    default:
      throw new CommandFailure(
        `${command === undefined ? "No command is given" : `There is no command '${command}'`}. ${hint}`,
      );
  }
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

async function stackFor(named: string | undefined): Promise<string> {
  if (named === "") {
    throw new CommandFailure("--stack must be the name of a stack, but got nothing.");
  }
  const { selectedStack } = require("./engine") as typeof import("./engine");
  return named ?? selectedStack();
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

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, fail);
