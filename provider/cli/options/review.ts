import { CommandFailure } from "../failure";
import { processOutput } from "../output";
import { parse, stackFor } from "./options";

export async function runReview(args: string[]): Promise<number> {
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
  const { review } = require("../commands/review") as typeof import("../commands/review");
  const width = file === undefined ? process.stdout.columns : undefined;
  return review({ projects, stacks, org, details, format, file, width }, processOutput);
}
