import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import which from "which";
import { startLanguageHost } from "./languageHost";
import type { EngineStack } from "./stack";

export interface HostedCli {
  /** The environment of the stack, in which `pulumi` can run the program of the folder. */
  env: NodeJS.ProcessEnv;
  dispose(): Promise<void>;
}

/**
 * A `pulumi` on the PATH that runs the program of a stack's folder, for commands that start it themselves. A released CLI
 * has a language host beside it; the one that is built from Go's modules is given the address of the stand-in.
 */
export async function hostedCli(stack: EngineStack): Promise<HostedCli> {
  const host = await startLanguageHost(stack.workDir, stack.env, () => {});
  const bin = await mkdtemp(path.join(tmpdir(), "hosted-cli-"));
  const engine = await which("pulumi", { path: stack.env["PATH"] ?? "" });
  const script = `#!/bin/sh
case "$1" in up|preview) set -- "$@" --client=${host.address};; esac
exec '${engine}' "$@"
`;
  await writeFile(path.join(bin, "pulumi"), script, { mode: 0o755 });
  return {
    env: { ...stack.env, PATH: `${bin}${path.delimiter}${stack.env["PATH"]}` },
    dispose: async () => {
      host.close();
      await rm(bin, { recursive: true, force: true });
    },
  };
}
