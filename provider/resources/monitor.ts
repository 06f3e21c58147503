import * as pulumi from "@pulumi/pulumi";

/**
 * Whether `pulumi.runtime.setMocks` has replaced the engine, as in a unit test.
 *
 * The client of a real engine is one of gRPC, which has a channel. The class of the mocks is no help, because each
 * copy of the SDK has a class of its own.
 */
export function isMocked(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && !("getChannel" in monitor);
}

/** Runs that {@link isFirstInRun} has seen, by purpose. */
const seen = new Map<string, WeakSet<object>>();

/**
 * Whether this is the first time in this run of a program. One process has many runs under the Automation API, and
 * each has a client of its own to its engine. Outside of Pulumi and in a unit test there is no such client, and it is
 * never the first time.
 */
export function isFirstInRun(what: string): boolean {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || isMocked()) {
    return false;
  }
  const runs = seen.get(what) ?? new WeakSet();
  seen.set(what, runs);
  const isFirst = !runs.has(monitor);
  runs.add(monitor);
  return isFirst;
}
