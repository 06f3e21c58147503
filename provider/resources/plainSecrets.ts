import * as pulumi from "@pulumi/pulumi";
import { isFirstInRun } from "./monitor";

/** The keys of the configuration whose values give access to Atlas. */
const secretKeys = ["privateKey", "clientSecret", "accessToken"];

/**
 * Warns, once in a run, of credentials in the configuration that are not marked as secrets: they stand in clear in the
 * stack's file, in its state and in the output of `pulumi preview --json`.
 */
export function warnOfPlainSecrets(): void {
  if (!isFirstInRun("plain secrets")) {
    return;
  }
  // The SDK has it, and does not declare it.
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  const plain = secretKeys
    .map((key) => `mongodbatlas:${key}`)
    .filter((key) => pulumi.runtime.getConfig(key) && isConfigSecret?.(key) === false);
  for (const key of plain) {
    void pulumi.log.warn(
      `${key} is in this stack's configuration, but not as a secret, so it stands in clear in the stack's file and state. ` +
        `Run \`pulumi config set --secret ${key}\`, and make a new one in Atlas if somebody else may have read it.`,
    );
  }
}
