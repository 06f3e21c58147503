import path from "node:path";
import { type ProcessResult, runProcess } from "../process";

/** Runs the package's command in a folder, as `npx mongodbatlas-dynamic` does. */
export function runCommand(
  { workDir, env }: { workDir: string; env: NodeJS.ProcessEnv },
  args: string[],
): Promise<ProcessResult> {
  const command = path.join(__dirname, "../../provider/cli/bin.js");
  return runProcess(process.execPath, [command, ...args], { cwd: workDir, env });
}
