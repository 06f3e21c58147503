import type { Output } from "../output";
import { type CliVersion, isAtLeast } from "./cliVersion";
import { pulumi } from "./pulumi";

/** The first CLI that takes inputs and outputs from an import file: an older one asks for what it cannot load. */
const firstWithOutputs: CliVersion = [3, 254];

/** Says so when the CLI on the PATH is too old for the import file. Another machine may be the one that imports. */
export async function warnOfOldPulumi(output: Output): Promise<void> {
  const version = await pulumi(["version"], "").catch(() => "");
  if (version !== "" && !isAtLeast(version, firstWithOutputs)) {
    output.warn(
      `The pulumi on the PATH is ${version.trim()}, which fails to import this file: install ${firstWithOutputs.join(".")} or a newer 3.x first, ` +
        "or leave the import out, and let the first `pulumi up` take over what Atlas has.",
    );
  }
}
