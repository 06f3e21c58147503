import { parseArgs } from "node:util";
import { CommandFailure } from "../failure";
import { hint } from "../usage";

type Options = NonNullable<Parameters<typeof parseArgs>[0]>["options"];

/** The options of all reports about one stack. */
export const reportOptions = {
  stack: { type: "string" },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
} as const;

/** @throws CommandFailure for an option that there is none of */
export function parse<const T extends NonNullable<Options>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true });
  } catch (error) {
    throw new CommandFailure(`${(error as Error).message.split(". ")[0]}. ${hint}`);
  }
}

export function formatOf({
  json,
  markdown,
}: {
  json: boolean;
  markdown: boolean;
}): "text" | "json" | "markdown" {
  if (json && markdown) {
    throw new CommandFailure("--json and --markdown exclude each other: give one of them.");
  }
  return json ? "json" : markdown ? "markdown" : "text";
}

/** The stack that is named, or else the one that is selected. */
export async function stackFor(named: string | undefined): Promise<string> {
  const name = checkedName(named);
  const { selectedStack } = require("../engine/stack") as typeof import("../engine/stack");
  return name ?? selectedStack();
}

export function checkedName(stack: string | undefined): string | undefined {
  if (stack === "") {
    throw new CommandFailure("--stack must be the name of a stack, but got nothing.");
  }
  return stack;
}
