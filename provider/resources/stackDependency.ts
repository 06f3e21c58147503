import { createRequire } from "node:module";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";

const handlers = "mongodbatlas-dynamic/handlers";

/**
 * The folder in which the program was started, before the program could change it. The engine starts the provider
 * there.
 */
const folder = process.cwd();

let isChecked = false;

/**
 * Checks, once in a process, that the engine is going to find this package, which it looks up from the folder of the
 * stack. A component library that brings the package along is enough for the program, but not for the engine.
 *
 * It says nothing unless it is certain where and how the engine looks.
 *
 * @throws RunError when it is certain that the engine cannot find it
 */
export function requireStackDependency(): void {
  if (isChecked || !isProgramOfCli()) {
    return;
  }
  isChecked = true;
  const plugAndPlay = process.versions["pnp"] !== undefined;
  if (engineMisses(plugAndPlay)) {
    throw new pulumi.RunError(
      `The stack itself must depend on mongodbatlas-dynamic: the engine looks for it from ${folder} on, and does not find ` +
        "it, though something that the program uses brings it along. Add it to the dependencies in the stack's " +
        `package.json${plugAndPlay ? " and, for Plug'n'Play, in the top-level one" : ""}, and install them.`,
    );
  }
}

/**
 * Whether this process is the one that the Pulumi CLI has started for a program in Node. A program under the
 * Automation API has a store of its own, and does not run in the folder of its stack; mocks and other runtimes show
 * none of these signs.
 */
function isProgramOfCli(): boolean {
  const { asyncLocalStorage } = globalThis as { asyncLocalStorage?: { getStore(): unknown } };
  return (
    process.env["PULUMI_NODEJS_MONITOR"] !== undefined &&
    /[\\/]cmd[\\/]run\b/.test(process.argv[1] ?? "") &&
    process.versions["bun"] === undefined &&
    process.versions["deno"] === undefined &&
    asyncLocalStorage?.getStore() === undefined
  );
}

function engineMisses(plugAndPlay: boolean): boolean {
  const stack = createRequire(path.join(folder, "package.json"));
  if (!plugAndPlay) {
    return misses(stack);
  }
  try {
    // Plug'n'Play asks on behalf of the SDK, which may use what the top-level package depends on.
    return misses(createRequire(stack.resolve("@pulumi/pulumi/cmd/dynamic-provider")));
  } catch {
    // If the stack has no SDK, the engine says so itself.
    return false;
  }
}

/** The engine itself reports any other problem than a missing package. */
function misses(from: NodeJS.Require): boolean {
  try {
    from.resolve(handlers);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === "MODULE_NOT_FOUND";
  }
}
