import { pulumi } from "../engine/pulumi";
import { CommandFailure } from "../failure";
import { replaceFile } from "../files";
import { checklist } from "../moving/checklist";
import { type Move, planMove } from "../moving/move";
import { titleOf } from "../moving/oldResource";
import { type OldStack, readOldStack } from "../moving/oldStack";
import type { Output } from "../output";
import { type AdoptOutput, declarable, write } from "./adopt";
import { askSession } from "./asking";
import { withRoles } from "./members";
import { settingsFor } from "./settingsFor";

export interface AdoptFromStackOptions extends AdoptOutput {
  /** The stack that declares members with `@pulumi/mongodbatlas`. */
  fromStack: string;
  /** Where to write the checklist. @default the standard output */
  checklist: string | undefined;
}

/**
 * Prints what takes over the members that a stack declares with `@pulumi/mongodbatlas`: the program, the import file, and a
 * page with the commands that take them out of that stack. Changes nothing, neither in Atlas nor in the stack.
 *
 * @returns the exit code
 * @throws CommandFailure, ConfigurationError or AtlasError
 */
export async function adoptFromStack(options: AdoptFromStackOptions, output: Output): Promise<0> {
  const { fromStack: stack } = options;
  if (options.file === undefined && options.checklist === undefined) {
    throw new CommandFailure(
      "--from-stack prints a program and a checklist: name a file for the one with --output, or for the other with --checklist.",
    );
  }
  const exported = JSON.parse(await pulumi(["stack", "export", "--stack", stack], stack)) as unknown;
  const old = readOldStack(exported, stack);
  if (old.members.length + old.staying.length === 0) {
    throw new CommandFailure(
      `Stack '${stack}' has no resource of @pulumi/mongodbatlas that says who is in a project or a team, so there is nothing to take over from it.`,
    );
  }
  // A stack of another project has its configuration in another folder.
  const ownStack = stack.includes("/") ? undefined : stack;
  const settings = await settingsFor(options.stack ?? ownStack);
  const what = "Asking Atlas who has access";
  const { move, adopted } = await askSession(settings, output, what, async (session) => {
    const move = await planMove(old, session, options.exclusive);
    return { move, adopted: await declarable(withRoles(move.members, output), options, session, output) };
  });
  tellWhatStays(move, options, output);
  await write(adopted, options, output);
  writeChecklist(move, old, options, output);
  return 0;
}

function tellWhatStays(
  { moved, added, staying }: Move,
  { fromStack }: AdoptFromStackOptions,
  output: Output,
): void {
  for (const { resource, reason, commands = [] } of staying) {
    output.warn([`${titleOf(resource)} stays. ${reason}`, ...commands.map((line) => `  ${line}`)].join("\n"));
  }
  for (const sentence of added) {
    output.warn(sentence);
  }
  if (moved.length === 0) {
    throw new CommandFailure(`Nobody can be taken over from stack '${fromStack}': the lines above say why.`);
  }
}

function writeChecklist(
  move: Move,
  { dependents }: OldStack,
  options: AdoptFromStackOptions,
  output: Output,
): void {
  const page = checklist(move, {
    stack: options.fromStack,
    programFile: options.file,
    importFile: options.importFile,
    dependents,
  });
  if (options.checklist === undefined) {
    output.print(page);
  } else {
    replaceFile(options.checklist, `${page}\n`);
    output.warn(`${options.checklist} has been written: it has the commands that follow, in their order.`);
  }
}
