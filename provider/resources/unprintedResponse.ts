import * as pulumi from "@pulumi/pulumi";

/** The part of the SDK's client to the engine that is used here. */
interface Monitor {
  registerResource(request: { getType(): string }, ...rest: unknown[]): unknown;
}

/**
 * Clients that have been changed already, one for each run of a program, with the types whose answers they do not
 * print.
 */
const changed = new WeakMap<object, Set<string>>();

/**
 * Makes the engine's answers to the registration of resources of a type unprintable in this run.
 *
 * The SDK writes each answer into a debug message, with secrets in clear text: `pulumi up --debug` shows it, and
 * every subscriber to the events of the Automation API gets it. The values themselves come from the answer's
 * accessors, and are the same.
 */
export function leaveUnprinted(type: string): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor | undefined;
  if (monitor === undefined) {
    return;
  }
  const known = changed.get(monitor);
  if (known !== undefined) {
    known.add(type);
    return;
  }
  const types = new Set([type]);
  changed.set(monitor, types);
  const register = monitor.registerResource;
  monitor.registerResource = function (this: Monitor, request, ...rest) {
    const callback = rest.at(-1);
    if (!types.has(request.getType()) || typeof callback !== "function") {
      return register.call(this, request, ...rest);
    }
    return register.call(this, request, ...rest.slice(0, -1), (error: unknown, answer: unknown) => {
      if (typeof answer === "object" && answer !== null) {
        Object.defineProperty(answer, "toString", { value: () => "[not shown, as it holds a secret]" });
      }
      return callback(error, answer);
    });
  };
}
