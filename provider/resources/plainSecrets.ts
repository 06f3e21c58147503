import * as pulumi from "@pulumi/pulumi";
import { secretKeys, settingName } from "../configuration/keys";
import { isFirstInRun } from "./monitor";

/**
 * Warns, once in a run, of credentials in the configuration that are not marked as secrets: the stack's file, its
 * state and the output of `pulumi preview --json` show them in clear text.
 */
export function warnOfPlainSecrets(): void {
  if (!isFirstInRun("plain secrets")) {
    return;
  }
  // A function of the SDK that its types do not declare.
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  const plain = secretKeys
    .map(settingName)
    .filter((key) => pulumi.runtime.getConfig(key) && isConfigSecret?.(key) === false);
  for (const key of plain) {
    void pulumi.log.warn(
      `${key} is in this stack's configuration, but not as a secret, so the stack's file and state show it in clear text. ` +
        `Run \`pulumi config set --secret ${key}\`, and make a new one in Atlas if somebody else may have read it.`,
    );
  }
}
