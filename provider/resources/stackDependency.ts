import { createRequire } from "node:module";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";

const handlers = "mongodbatlas-dynamic/handlers";

/** Where the program was started, before it could go anywhere else: the folder in which the engine starts the provider. */
const folder = process.cwd();

let isChecked = false;

/**
 * Checks, once in a process, that the engine is going to find this package: it looks it up from the folder of the stack.
 * A component library that brings the package along is enough for the program, and not for the engine.
 *
 * Whenever it is not certain where the engine looks and how, nothing is said.
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
 * Whether this process is the one that the Pulumi CLI has started for a program in Node. A program under the Automation
 * API has a store of its own, and does not run in the folder of its stack; mocks and other runtimes have none of this.
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
    // Without an SDK for the stack, the engine has a sentence of its own.
    return false;
  }
}

/** Whatever else than a package that is missing is for the engine to say. */
function misses(from: NodeJS.Require): boolean {
  try {
    from.resolve(handlers);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === "MODULE_NOT_FOUND";
  }
}
