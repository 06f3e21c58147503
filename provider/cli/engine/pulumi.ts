import { execFile } from "node:child_process";
import { type CommandProblem, explainCommand } from "./engineErrors";

/**
 * Runs the CLI for what the Automation API has no method for, or has one that shows secrets.
 *
 * @returns what it prints
 * @throws CommandFailure with what it says
 */
export function pulumi(args: string[], stackName: string): Promise<string> {
  const options = { maxBuffer: Number.POSITIVE_INFINITY, encoding: "utf8" as const };
  return new Promise((resolve, reject) => {
    execFile("pulumi", [...args, "--non-interactive"], options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const problem: CommandProblem = { stderr: stderr || error.message, code: error.code ?? error.signal };
      reject(explainCommand(problem, stackName));
    });
  });
}
