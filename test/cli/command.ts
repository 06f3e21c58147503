import { spawn } from "node:child_process";
import path from "node:path";

/** The package's command, as `npx mongodbatlas-dynamic` starts it. */
export const command = path.join(__dirname, "../../provider/cli/bin.js");

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the package's command in the folder of a stack, with both outputs in pipes. */
export function runCommand(
  { workDir, env }: { workDir: string; env: NodeJS.ProcessEnv },
  args: string[],
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: workDir,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
