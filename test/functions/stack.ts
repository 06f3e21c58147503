import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { named } from "../resources/harness";
import { AtlasSimulator, type SimulatorOptions } from "../simulator/simulator";

/** A program's stack that is configured for a simulator. */
export interface Stack {
  simulator: AtlasSimulator;
  /** The requests since the last call, without challenges and tokens, with the ids in `names` as words. */
  requests(names?: Record<string, string>): string[];
  stop(): Promise<void>;
}

/** Something that a preview does not know yet, such as the id of a project that is going to be made. */
export const unknown = (): pulumi.Output<string> =>
  pulumi.output((require("@pulumi/pulumi/output") as { unknown: string }).unknown);

export async function startStack(options: SimulatorOptions & { preview?: boolean } = {}): Promise<Stack> {
  const simulator = await AtlasSimulator.start(options);
  // Neither an engine nor mocks, which would answer in the place of Atlas.
  pulumi.runtime.resetOptions("project", "stack", -1, "", "", options.preview ?? false, "organization");
  pulumi.runtime.setAllConfig({
    "mongodbatlas:baseUrl": `${simulator.url}/`,
    "mongodbatlas:publicKey": simulator.keys.publicKey,
    "mongodbatlas:privateKey": simulator.keys.privateKey,
  });
  let mark = 0;
  return {
    simulator,
    requests: (names = {}) => {
      const entries = simulator.log.since(mark);
      mark = simulator.log.mark();
      return named(
        simulator.log.lines((entry) => entries.includes(entry) && entry.authenticated),
        names,
      );
    },
    stop: async () => {
      assert.deepEqual(simulator.violations, []);
      await simulator.stop();
    },
  };
}

/** What a function fails with; that it fails is part of the test, and that it shows no credential. */
export async function failureOf({ simulator }: Stack, call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    (result) => assert.fail(`must fail, but resolved to ${inspect(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(simulator.keys.privateKey));
  return error;
}

/** The value of an output, and whether it is known. */
export async function resolve<T>(output: pulumi.Output<T>): Promise<{ value: T; known: boolean }> {
  const inside = output as unknown as { promise(): Promise<T>; isKnown: Promise<boolean> };
  return { value: await inside.promise(), known: await inside.isKnown };
}

/** The rejection of an output, whose other promises nobody looks at. */
export function rejected(output: pulumi.Output<unknown>): Promise<unknown> {
  const inside = output as unknown as {
    promise(): Promise<unknown>;
    allResources(): Promise<unknown>;
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
  };
  for (const other of [inside.isKnown, inside.isSecret, inside.allResources()]) {
    other.catch(() => undefined);
  }
  return inside.promise();
}
