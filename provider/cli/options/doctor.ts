import { processOutput } from "../output";
import { checkedName, parse } from "./options";

export function runDoctor(args: string[]): Promise<number> {
  const { values } = parse(args, { stack: { type: "string" }, json: { type: "boolean", default: false } });
  const { doctor } = require("../commands/doctor") as typeof import("../commands/doctor");
  return doctor({ stack: checkedName(values.stack), format: values.json ? "json" : "text" }, processOutput);
}
