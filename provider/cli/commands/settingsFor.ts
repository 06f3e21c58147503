import type { Settings } from "../../atlas/settings";
import { readSettings } from "../../configuration";
import { CommandFailure } from "../failure";

const credentialVariable = /^MONGODB_ATLAS_(PUBLIC|PRIVATE|CLIENT)_/;

/**
 * The settings of a stack, or those of the environment.
 *
 * @param provider the name or the URN of an explicit provider of the stack, whose settings they are
 */
export async function settingsFor(stack: string | undefined, provider?: string): Promise<Settings> {
  if (stack === undefined) {
    if (!Object.keys(process.env).some((name) => credentialVariable.test(name))) {
      throw await noCredentials();
    }
    return readSettings(() => undefined, process.env);
  }
  // The Automation API takes a second to load.
  const { openStack } = require("../engine/stack") as typeof import("../engine/stack");
  const { StackCredentials } = require("../engine/credentials") as typeof import("../engine/credentials");
  const credentials = new StackCredentials(await openStack(stack));
  return provider === undefined ? credentials.configured() : credentials.of(provider);
}

/** Who has credentials in the configuration of a stack has to name it: who has access is no stack's business. */
async function noCredentials(): Promise<CommandFailure> {
  const { selectedStack } = require("../engine/stack") as typeof import("../engine/stack");
  const selected = await selectedStack().catch(() => undefined);
  const which =
    selected === undefined ? "name it with `--stack`" : `add \`--stack ${selected}\` (it is selected here)`;
  return new CommandFailure(
    `There are no Atlas credentials in the environment. If those of a stack are in its configuration, ${which}. Otherwise set ` +
      "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET (a service account), " +
      "or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (an API key).",
  );
}
