import * as pulumi from "@pulumi/pulumi";
import type * as automation from "@pulumi/pulumi/automation";

/**
 * An error of a program leaves rejected promises behind in the SDK, which ends a process outside of the engine's
 * run and fails whatever test is running. Logged as an error, it fails the operation all the same.
 */
export function reportErrors(program: automation.PulumiFn): automation.PulumiFn {
  return async () => {
    try {
      return await program();
    } catch (error) {
      await pulumi.log.error(error instanceof pulumi.RunError ? error.message : describe(error));
      return {};
    }
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
