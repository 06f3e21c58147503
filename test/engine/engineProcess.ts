import { type ChildProcess, spawn } from "node:child_process";
import type * as automation from "@pulumi/pulumi/automation";
import * as semver from "semver";
import type { CliResult } from "./engineStack";
import type { LanguageHost } from "./languageHost";
import type { PulumiCli } from "./pulumiCli";

export class EngineFailure extends Error {
  override name = "EngineFailure";
  constructor(
    readonly result: CliResult,
    args: string[],
  ) {
    super(`pulumi ${args[0]} ended with ${result.code ?? "a signal"}: ${result.stderr || result.stdout}`);
  }
}

/**
 * Starts the CLI. The SDK's own way of starting it mixes in the whole environment and keeps neither the exit code
 * nor the process that a crash test has to kill.
 */
export class Engine {
  readonly #running = new Set<ChildProcess>();
  readonly command: automation.PulumiCommand;
  /** Runs the program where that is a folder; functions are run by the SDK, in this process. */
  host: LanguageHost | undefined;

  constructor(
    readonly cli: PulumiCli,
    readonly env: NodeJS.ProcessEnv,
  ) {
    // Older ones run no program in the others, or know no --client there.
    const withProgram = semver.gte(cli.version, "3.220.0")
      ? /^(up|preview|refresh|destroy)$/
      : /^(up|preview)$/;
    const run = async (
      args: string[],
      cwd: string,
      additionalEnv: Record<string, string>,
      onOutput?: (chunk: string) => void,
      onError?: (chunk: string) => void,
      signal?: AbortSignal,
    ): Promise<CliResult> => {
      const runsProgram = withProgram.test(args[0] ?? "");
      const client = this.host !== undefined && runsProgram ? [`--client=${this.host.address}`] : [];
      const result = await this.run([...args, ...client], cwd, {
        additionalEnv: { ...additionalEnv, PULUMI_AUTOMATION_API: "true" },
        ...(onOutput === undefined ? {} : { onOutput }),
        ...(onError === undefined ? {} : { onError }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.code !== 0) {
        throw new EngineFailure(result, args);
      }
      return result;
    };
    this.command = Object.create(cli.command, { run: { value: run } });
  }

  run(
    args: string[],
    cwd: string,
    options: {
      additionalEnv?: Record<string, string>;
      onOutput?: (chunk: string) => void;
      onError?: (chunk: string) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<CliResult> {
    const complete = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
    return new Promise((resolve, reject) => {
      const child = spawn(this.cli.command.command, complete, {
        cwd,
        env: { ...this.env, ...options.additionalEnv },
        stdio: ["ignore", "pipe", "pipe"],
      });
      this.#running.add(child);
      const interrupt = (): void => {
        child.kill("SIGINT");
      };
      options.signal?.addEventListener("abort", interrupt, { once: true });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        stdout += chunk;
        options.onOutput?.(chunk);
      });
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        stderr += chunk;
        options.onError?.(chunk);
      });
      const forget = (): void => {
        this.#running.delete(child);
        options.signal?.removeEventListener("abort", interrupt);
      };
      child.once("error", (error) => {
        forget();
        reject(error);
      });
      child.once("exit", (code) => {
        forget();
        // A killed engine leaves its provider process behind, which keeps the pipes open for a while.
        const settle = (): void => resolve({ code, stdout, stderr });
        if (code === null) {
          settle();
        } else {
          child.once("close", settle);
        }
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    for (const child of this.#running) {
      child.kill(signal);
    }
  }
}
