import { parseArgs } from "node:util";
import { driftOptions, readDriftOptions } from "./driftOptions";
import { folderOfPerson } from "./engine/folder";
import { CommandFailure } from "./failure";
import { processOutput } from "./output";
import { sentenceOf } from "./report/sentences";

const usage = `Usage: npx --no mongodbatlas-dynamic COMMAND

  drift [--stack NAME]... [--all] [--unmanaged] [--no-attribution] [--fail-on LEVEL] [--accepted FILE] [--take-over FILE]
        [--json [--report-version N] | --markdown] [--junit FILE]
      Compares Atlas with what the last update of each stack declared. Changes nothing in Atlas, nor in the state.
      --all               takes all stacks of the project
      --unmanaged         also lists members of its projects and teams that no resource declares
      --no-attribution    does not say who has made each difference, when, and from which address
      --fail-on LEVEL     lets differences below this severity not count: critical, high, medium or low; low is the default
      --accepted FILE     lists the differences apart that this YAML file accepts: they do not count
      --take-over FILE    writes what Atlas has into this access.yaml of the gitops example
      --report-version N  writes the JSON report as this version, 2 or 1, has it; 2 is the default
      --junit FILE        also writes a report for CI systems that show tests

  preview [--stack NAME] [--json | --markdown]
      Prints what an update of the stack is going to change, and nothing else.

  adopt (--project ID | --team ORG/TEAM)... [--exclusive] [--yaml] [--output FILE] [--import FILE] [--stack NAME]
  adopt --from-stack NAME [--checklist FILE] [--exclusive] [--yaml] [--output FILE] [--import FILE] [--stack NAME]
      Prints a program in TypeScript that declares the members that projects and teams have now.
      --from-stack  of the members that this stack declares with @pulumi/mongodbatlas; its state is only read
      --checklist   writes what to do, with the commands that take them out of that stack, into this file
      --exclusive   declares that projects and teams have no other members, by one resource for each
      --yaml        prints the access.yaml of the gitops example instead
      --output      writes into this file, in the place of what is in it, and only when all went well
      --import      writes a file for \`pulumi import --file FILE --generate-code=false\`, CLI 3.254 or newer
      --stack       takes the credentials from the configuration of this stack, and not from the environment alone

  review [--project ID]... [--stack NAME]... [--org ID] [--details] [--markdown | --csv | --html] [--output FILE]
      Prints who has access to projects: with which roles, by which way, declared by which resource, since when.
      --stack    says what is declared, and has the credentials; its projects are reviewed when none is named
      --org      the organization of the projects, which is otherwise asked for
      --details  also asks each project for its name and its teams: two more requests a project
      --output   writes into this file, in the place of what is in it

  doctor [--stack NAME] [--json]
      Says what keeps the others from working: versions, credentials, the roles that a stack needs, limits of Atlas.

drift, preview and doctor take the stack that is selected when none is named.

Exit codes: 0 done, and known to be as declared; 7 drift that counts; 1 of doctor: there is something to do; other: failure, or it cannot be known whether all is as
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
      const { values } = parse(rest, { ...reportOptions, ...driftOptions });
      const options = readDriftOptions(values, formatOf(values));
      const { allStacks, drift } =
        require("./commands/driftStacks") as typeof import("./commands/driftStacks");
      const stacks = values.all
        ? await allStacks()
        : await Promise.all((values.stack ?? [undefined]).map(stackFor));
      return drift({ ...options, stacks }, processOutput);
    }
    case "preview": {
      const { values } = parse(rest, reportOptions);
      const format = formatOf(values);
      const { preview } = require("./commands/preview") as typeof import("./commands/preview");
      return preview({ stack: await stackFor(values.stack), format }, processOutput);
    }
    case "adopt":
      return runAdopt(rest);
    case "review":
      return runReview(rest);
    case "doctor":
      return runDoctor(rest);
    default:
      throw new CommandFailure(
        `${command === undefined ? "No command is given" : `There is no command '${command}'`}. ${hint}`,
      );
  }
}

async function runReview(args: string[]): Promise<number> {
  const { values } = parse(args, {
    project: { type: "string", multiple: true, default: [] },
    stack: { type: "string", multiple: true, default: [] },
    org: { type: "string" },
    details: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    csv: { type: "boolean", default: false },
    html: { type: "boolean", default: false },
    output: { type: "string" },
  });
  const { project: projects, stack: stacks, org, details, output: file } = values;
  const [format = "text", ...others] = (["markdown", "csv", "html"] as const).filter((name) => values[name]);
  if (others.length > 0) {
    throw new CommandFailure(
      `${[format, ...others].map((name) => `--${name}`).join(" and ")} exclude each other: give one of them.`,
    );
  }
  for (const stack of stacks) {
    await stackFor(stack);
  }
  const { review } = require("./commands/review") as typeof import("./commands/review");
  const width = file === undefined ? process.stdout.columns : undefined;
  return review({ projects, stacks, org, details, format, file, width }, processOutput);
}

async function runAdopt(args: string[]): Promise<number> {
  const { values } = parse(args, {
    project: { type: "string", multiple: true, default: [] },
    team: { type: "string", multiple: true, default: [] },
    "from-stack": { type: "string" },
    stack: { type: "string" },
    exclusive: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
    output: { type: "string" },
    import: { type: "string" },
    checklist: { type: "string" },
  });
  const { project: projects, team: teams, stack, exclusive, output: file, import: importFile } = values;
  const { "from-stack": fromStack, checklist } = values;
  const format = values.yaml ? "yaml" : "typescript";
  const where = { stack, exclusive, file, importFile, format } as const;
  if (fromStack === undefined) {
    if (checklist !== undefined) {
      throw new CommandFailure(
        "--checklist is about a stack that members leave: add --from-stack, or leave it out.",
      );
    }
    const { adopt } = require("./commands/adopt") as typeof import("./commands/adopt");
    return adopt({ ...where, projects, teams }, processOutput);
  }
  if (projects.length + teams.length > 0) {
    throw new CommandFailure(
      "--from-stack finds projects and teams in the stack: leave --project and --team out.",
    );
  }
  const { adoptFromStack } =
    require("./commands/adoptFromStack") as typeof import("./commands/adoptFromStack");
  return adoptFromStack({ ...where, fromStack, checklist }, processOutput);
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
