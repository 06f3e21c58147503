import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineStack } from "../engine/stack";

/** Bytes of state per resource, on average. */
export interface StateSize {
  /** All that the file backend writes for it, with its indentation. */
  total: number;
  /** Its inputs and outputs as plain JSON: what a provider decides about. */
  own: number;
}

interface Checkpoint {
  checkpoint: { latest?: { resources?: Array<{ type: string; inputs?: unknown; outputs?: unknown }> } };
}

/** Of the users that a stack has in its state; `undefined` when there are none. */
export function stateSize(stack: EngineStack): StateSize | undefined {
  const folder = path.join(fileURLToPath(stack.env.PULUMI_BACKEND_URL as string), ".pulumi/stacks");
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(`${stack.name}.json`),
  );
  if (file === undefined) return undefined;
  const text = readFileSync(path.join(folder, file), "utf8");
  const state: Checkpoint = JSON.parse(text);
  const { latest } = state.checkpoint;
  const users = (latest?.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
  if (latest === undefined || users.length === 0) return undefined;

  const indentation = /^\s+/.exec(text.split("\n")[1] ?? "")?.[0];
  const bytesOf = (value: unknown, space?: string): number =>
    Buffer.byteLength(JSON.stringify(value, null, space));
  const full = bytesOf(state, indentation);
  const own = users.reduce((sum, { inputs, outputs }) => sum + bytesOf(inputs) + bytesOf(outputs), 0);
  latest.resources = latest.resources?.filter((resource) => !users.includes(resource)) ?? [];
  return {
    total: Math.round((full - bytesOf(state, indentation)) / users.length),
    own: Math.round(own / users.length),
  };
}
