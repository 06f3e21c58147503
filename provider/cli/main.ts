import { parseArgs } from "node:util";
import { showsWithoutStack } from "../atlas/error";
import { CommandFailure } from "./failure";
import { processOutput } from "./output";

const usage = `Usage: npx mongodbatlas-dynamic COMMAND

  drift --stack NAME [--strangers] [--json | --markdown]
      Compares Atlas with what the last update of the stack declared. Writes nothing.
      --strangers  also lists members of its projects and teams whom no resource declares

  preview --stack NAME [--markdown]
      Prints what an update of the stack is going to change, and nothing else.

  adopt [--project ID]... [--team ORG/TEAM]... [--yaml] [--output FILE] [--stack NAME]
      Prints a program in TypeScript that declares the members whom projects and teams have now.
      --yaml    prints the access.yaml of the gitops example instead
      --output  writes into this file, in the place of what is in it, and only when all went well
      --stack   takes the credentials from the configuration of this stack, and not from the environment alone

Exit codes: 0 done, and no drift; 7 drift; other: failure, with a sentence on the standard error.`;

const hint = "See `npx mongodbatlas-dynamic --help`.";

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
  switch (command) {
    case "drift": {
      const { values } = parse(rest, {
        stack: { type: "string" },
        strangers: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
      });
      if (values.json && values.markdown) {
        throw new CommandFailure("--json and --markdown exclude each other: give one of them.");
      }
      const format = values.json ? "json" : values.markdown ? "markdown" : "text";
      const { drift } = require("./drift") as typeof import("./drift");
      return drift(
        { stack: required(values.stack, command), strangers: values.strangers, format },
        processOutput,
      );
    }
    case "preview": {
      const { values } = parse(rest, {
        stack: { type: "string" },
        markdown: { type: "boolean", default: false },
      });
      const { preview } = require("./preview") as typeof import("./preview");
      const format = values.markdown ? "markdown" : "text";
      return preview({ stack: required(values.stack, command), format }, processOutput);
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

function parse<const T extends NonNullable<Options>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true });
  } catch (error) {
    throw new CommandFailure(`${(error as Error).message.split(". ")[0]}. ${hint}`);
  }
}

function required(stack: string | undefined, command: string): string {
  if (stack === undefined || stack === "") {
    throw new CommandFailure(
      `--stack is missing: name the stack, as in \`npx mongodbatlas-dynamic ${command} --stack production\`.`,
    );
  }
  return stack;
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    processOutput.warn(showsWithoutStack(error) ? error.message : (error.stack ?? error.message));
    process.exitCode = 1;
  },
);
