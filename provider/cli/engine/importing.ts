import type { Output } from "../output";
import { pulumi } from "./pulumi";

/** The first CLI that takes inputs and outputs from an import file: an older one asks for what it cannot load. */
const firstMinor = 254;

/** Says so when the CLI on the PATH is too old for the import file. Another machine may be the one that imports. */
export async function warnOfOldPulumi(output: Output): Promise<void> {
  const version = await pulumi(["version"], "").catch(() => "");
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === "3" && Number(minor) < firstMinor) {
    output.warn(
      `The pulumi on the PATH is ${version.trim()}, which fails to import this file: install 3.${firstMinor} or a newer 3.x first, ` +
        "or leave the import out, and let the first `pulumi up` take over what Atlas has.",
    );
  }
}
