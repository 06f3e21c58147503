import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineStack } from "../engine/stack";

/** Bytes of state for each user, on average. */
export interface StateSize {
  /** All that the file backend writes for the resources. */
  total: number;
  /** Inputs and outputs: what a provider decides about. */
  own: number;
  /** Where in the program they were declared, with all callers: the SDK adds this, and its size is that of the paths. */
  positions: number;
}

interface Checkpoint {
  checkpoint: { latest?: { resources?: Resource[] } };
}

interface Resource {
  type: string;
  inputs?: unknown;
  outputs?: unknown;
  sourcePosition?: unknown;
  stackTrace?: unknown;
}

/** Of the users that a stack has in its state; `undefined` when there are none. */
export function stateSize(stack: EngineStack, users: number): StateSize | undefined {
  const folder = path.join(fileURLToPath(stack.env.PULUMI_BACKEND_URL as string), ".pulumi/stacks");
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(`${stack.name}.json`),
  );
  if (file === undefined) {
    return undefined;
  }
  const { checkpoint }: Checkpoint = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  const resources = (checkpoint.latest?.resources ?? []).filter(({ type }) =>
    type.startsWith("pulumi-nodejs:dynamic"),
  );
  if (resources.length === 0) {
    return undefined;
  }
  const average = (part: (resource: Resource) => number): number =>
    Math.round(resources.reduce((sum, resource) => sum + part(resource), 0) / users);
  return {
    // As the backend writes it, without spaces; one more byte is the comma.
    total: average((resource) => bytesOf(resource) + 1),
    own: average(({ inputs, outputs }) => bytesOf(inputs) + bytesOf(outputs)),
    positions: average((resource) => {
      const { sourcePosition, stackTrace, ...rest } = resource;
      return bytesOf(resource) - bytesOf(rest);
    }),
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
