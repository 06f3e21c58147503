import { inMarkdown, onOneLine } from "../report/inert";
import { markdownTable } from "../report/tables";
import type { Move, Moved } from "./move";
import { quoted, removalOf, type Staying, titleOf } from "./oldResource";

export interface ChecklistOptions {
  /** The stack that the members leave. */
  stack: string;
  /** The file of the program; `undefined` for what was printed. */
  programFile: string | undefined;
  /** The file for `pulumi import`, if there is one. */
  importFile: string | undefined;
  /** The names of other resources that depend on one that leaves, by its URN. */
  dependents: ReadonlyMap<string, string[]>;
}

/** A page in Markdown for the pull request: what moves, what to do in which order, and what stays. */
export function checklist(move: Move, options: ChecklistOptions): string {
  const { stack } = options;
  const differing = move.moved.filter(({ rolesBefore }) => rolesBefore !== undefined);
  return [
    `# Members move out of stack ${inMarkdown(stack)}`,
    "Nothing here changes anything in Atlas: each member keeps what Atlas has now.",
    "## What to do, in this order",
    steps(move, options)
      .map((step) => `- [ ] ${step}`)
      .join("\n"),
    "## What moves",
    markdownTable(["Who", "Where", "Roles", "Declared so far by"], move.moved.map(rowOf)),
    ...(differing.length === 0
      ? []
      : [
          "## What Atlas has otherwise than the stack declared",
          "The new program declares what Atlas has. If the stack was right, put its roles there after the move.",
          differing
            .map(({ username, place, roles = [], rolesBefore = [] }) =>
              inItem(
                `${username} in ${place}: ${roles.join(", ")} in Atlas, ${rolesBefore.join(", ") || "nothing"} in the stack`,
              ),
            )
            .join("\n"),
        ]),
    ...(move.staying.length === 0
      ? []
      : ["## What stays in the stack", move.staying.map(stayingItem).join("\n")]),
  ].join("\n\n");
}

function steps(move: Move, { stack, programFile, importFile, dependents }: ChecklistOptions): string[] {
  const program = programFile === undefined ? "the printed program" : `\`${programFile}\``;
  const needed = move.leaving.filter(({ urn }) => (dependents.get(urn) ?? []).length > 0);
  const teams = [...new Set(move.staying.map(({ resource }) => resource))].filter(({ kind }) =>
    /^Teams?$/.test(kind),
  );
  return [
    `Let nobody deploy stack ${inMarkdown(stack)} until the last box is ticked.`,
    `Make ${program} the program of the new stack.`,
    ...(importFile === undefined
      ? ["Run `pulumi up` for the new stack: it takes over who is there already."]
      : [
          `Run \`pulumi import --file ${importFile} --generate-code=false\` for the new stack, with CLI 3.254 or newer.`,
          "Run `pulumi preview` for the new stack: it must call every resource unchanged. A row that it wants to delete is not in the program: put it there.",
          "Run `pulumi up` for the new stack.",
        ]),
    ...needed.map(
      (resource) =>
        `Let ${inMarkdown(titleOf(resource))} be needed by nothing: take it out of the options and arguments of ` +
        `${inMarkdown((dependents.get(resource.urn) ?? []).join(", "))}, and run \`pulumi up\` for the old stack once.`,
    ),
    ...(move.leaving.length === 0
      ? []
      : [
          `Take the old resources out of the state, which leaves Atlas as it is:\n\n${commandBlock(move.leaving.map((resource) => removalOf(resource, stack)))}\n`,
          `Take the same resources out of the program of stack ${inMarkdown(stack)}: never before they have left the state, or its next update takes the access away.`,
        ]),
    ...teams.map((team) => `Give ${inMarkdown(titleOf(team))} the option \`ignoreChanges: ["usernames"]\`.`),
    `Run \`pulumi preview --stack ${quoted(stack)}\` with the old program: it must neither create nor delete any of them.`,
    `Let stack ${inMarkdown(stack)} be deployed again.`,
  ];
}

function stayingItem({ resource, reason, commands = [] }: Staying): string {
  const item = inItem(`${titleOf(resource)}: ${reason}`);
  return commands.length === 0 ? item : `${item}\n\n${commandBlock(commands)}\n`;
}

/** Commands below an item of a list. */
function commandBlock(commands: string[]): string {
  return ["```sh", ...commands, "```"].map((line) => `  ${onOneLine(line)}`).join("\n");
}

function rowOf({ username, place, roles, resource }: Moved): string[] {
  return [username, place, roles?.join(", ") ?? "", titleOf(resource)];
}

function inItem(text: string): string {
  return `- ${inMarkdown(text)}`;
}
