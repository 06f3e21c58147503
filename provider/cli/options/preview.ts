import { CommandFailure } from "../failure";
import { processOutput } from "../output";
import { formatOf, parse, reportOptions, stackFor } from "./options";

const previewOptions = {
  refresh: { type: "boolean", default: false },
  "plain-up": { type: "boolean", default: false },
} as const;

export async function runPreview(args: string[]): Promise<number> {
  const { values } = parse(args, { ...reportOptions, ...previewOptions });
  const { refresh, "plain-up": plainUp } = values;
  if (plainUp && !refresh) {
    throw new CommandFailure("--plain-up is about what --refresh finds: add that, or leave it out.");
  }
  const format = formatOf(values);
  const { preview } = require("../commands/preview") as typeof import("../commands/preview");
  return preview({ stack: await stackFor(values.stack), refresh, plainUp, format }, processOutput);
}
