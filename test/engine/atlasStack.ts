import { after } from "node:test";
import { AtlasSimulator, type SimulatorOptions } from "../simulator/simulator";
import { connectionTo } from "./connection";
import { createStack, type EngineStack, type StackOptions } from "./stack";

const cleanups: Array<() => Promise<void>> = [];

// Registered here, for the file that imports this: inside of a hook it would belong to the hook.
after(async () => {
  for (const cleanup of cleanups.reverse()) {
    await cleanup();
  }
});

/** Starts a simulator that stops when the tests of the file are over. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<AtlasSimulator> {
  const simulator = await AtlasSimulator.start(options);
  cleanups.push(() => simulator.stop());
  return simulator;
}

/** A stack against a simulator, gone when the tests of the file are over. */
export async function atlasStack(
  simulator: AtlasSimulator,
  options: StackOptions & { credentials?: "apiKey" | "serviceAccount" | "readOnly" },
): Promise<EngineStack> {
  const { credentials, config, ...rest } = options;
  const stack = await createStack({
    ...rest,
    config: { ...connectionTo(simulator, credentials), ...config },
  });
  cleanups.push(() => stack.dispose());
  return stack;
}

/** How often each method was used, challenges as `401`: `{ "401": 1, POST: 10 }`. */
export function tally(simulator: AtlasSimulator): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, status, path } of simulator.log.entries) {
    const key =
      path === "/api/oauth/token"
        ? "token"
        : path === "/api/oauth/revoke"
          ? "revoke"
          : status === 401
            ? "401"
            : method;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
