import { folderOfPerson } from "./engine/folder";
import { CommandFailure } from "./failure";
import { runAdopt } from "./options/adopt";
import { runDoctor } from "./options/doctor";
import { runDrift } from "./options/drift";
import { runPreview } from "./options/preview";
import { runReview } from "./options/review";
import { processOutput } from "./output";
import { sentenceOf } from "./report/sentences";
import { hint, usage } from "./usage";

/** Reads the options of each command and runs it. Each loads its own: the Automation API takes a second. */
const commands: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  drift: runDrift,
  preview: runPreview,
  adopt: runAdopt,
  review: runReview,
  doctor: runDoctor,
};

/** @returns the exit code */
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
  const start = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (start === undefined) {
    throw new CommandFailure(
      `${command === undefined ? "No command is given" : `There is no command '${command}'`}. ${hint}`,
    );
  }
  return start(rest);
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
