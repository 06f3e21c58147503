import { execFile } from "node:child_process";
import { type CommandProblem, explain } from "./engineErrors";

/**
 * Runs the CLI for what the Automation API has no method for, or has one that shows secrets.
 *
 * @returns what it prints
 * @throws CommandFailure with what it says
 */
export async function pulumi(args: string[], stackName: string): Promise<string> {
  try {
    return await run(args);
  } catch (error) {
    throw explain(error, stackName, []);
  }
}

/**
 * Runs the CLI.
 *
 * @param variables of its environment, beside those of this process
 * @throws an error in the form of the Automation API, which `explain` takes
 */
export function run(args: string[], variables: Record<string, string> = {}): Promise<string> {
  const options = {
    maxBuffer: Number.POSITIVE_INFINITY,
    encoding: "utf8" as const,
    env: { ...process.env, ...variables },
  };
  return new Promise((resolve, reject) => {
    execFile("pulumi", [...args, "--non-interactive"], options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const commandResult: CommandProblem = {
        stderr: stderr || error.message,
        code: error.code ?? error.signal,
      };
      reject(Object.assign(error, { commandResult }));
    });
  });
}
