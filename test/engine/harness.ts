import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as automation from "@pulumi/pulumi/automation";
import { type Engine, EngineFailure } from "./engineProcess";
import type {
  CliResult,
  Config,
  DestroyOptions,
  EngineResult,
  EngineStack,
  OperationOptions,
  ProgramFolder,
  RefreshOptions,
  UpOptions,
} from "./engineStack";
import { startLanguageHost } from "./languageHost";
import type { ProviderLeash } from "./providerLeash";
import { reportErrors } from "./reportErrors";
import { countChanges, messagesOf, secretMark, stackOutputs, stepsOf } from "./results";

interface SdkCallbacks {
  onOutput: (chunk: string) => void;
  onError: (chunk: string) => void;
  onEvent: (event: automation.EngineEvent) => void;
  signal?: AbortSignal;
}

/** A stack whose operations answer with what the engine did, where the SDK would throw. */
export class Harness implements EngineStack {
  #outputs: Record<string, unknown> = {};

  constructor(
    readonly name: string,
    readonly workDir: string,
    private readonly stack: automation.Stack,
    private readonly workspace: automation.LocalWorkspace,
    private readonly engine: Engine,
    private readonly onOutput: ((chunk: string) => void) | undefined,
    readonly dispose: () => Promise<void>,
    private readonly leash: ProviderLeash,
  ) {
    // After each operation the SDK starts the CLI up to three times more, for the outputs and the history.
    // Outputs come with the events, and nobody here reads the history.
    Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
  }

  get env(): Readonly<NodeJS.ProcessEnv> {
    return this.engine.env;
  }

  async up(options: UpOptions = {}): Promise<EngineResult> {
    const result = await this.#operate("up", options, (callbacks) =>
      this.stack.up({
        ...pick(options, ["expectNoChanges", "refresh", "target", "replace", "continueOnError", "parallel"]),
        ...callbacks,
      }),
    );
    if (!result.ok) {
      return result;
    }
    this.#outputs = await this.#readOutputs(result.events);
    return { ...result, outputs: this.#outputs };
  }

  preview(options: UpOptions = {}): Promise<EngineResult> {
    return this.#operate("preview", options, (callbacks) =>
      this.stack.preview({
        ...pick(options, ["expectNoChanges", "refresh", "target", "replace"]),
        ...callbacks,
      }),
    );
  }

  refresh(options: RefreshOptions = {}): Promise<EngineResult> {
    return this.#operate("refresh", options, (callbacks) =>
      this.stack.refresh({
        ...pick(options, ["expectNoChanges", "clearPendingCreates", "target"]),
        ...callbacks,
      }),
    );
  }

  destroy(options: DestroyOptions = {}): Promise<EngineResult> {
    return this.#operate("destroy", options, (callbacks) =>
      this.stack.destroy({ ...pick(options, ["refresh", "target"]), ...callbacks }),
    );
  }

  async refreshPreviewOnly(options: OperationOptions = {}): Promise<EngineResult> {
    const log = path.join(await mkdtemp(path.join(tmpdir(), "atlas-events-")), "events.jsonl");
    try {
      return await this.#operate("refresh --preview-only", options, async (callbacks) => {
        const args = [
          "refresh",
          "--preview-only",
          "--expect-no-changes",
          "--stack",
          this.name,
          "--event-log",
          log,
        ];
        const result = await this.engine.run(args, this.workDir, {
          ...callbacks,
          // Without it the CLI knows no --event-log.
          additionalEnv: { PULUMI_DEBUG_COMMANDS: "true" },
        });
        const lines = existsSync(log) ? (await readFile(log, "utf8")).split("\n") : [];
        for (const line of lines) {
          if (line !== "") {
            callbacks.onEvent(JSON.parse(line));
          }
        }
        if (result.code !== 0) {
          throw new EngineFailure(result, args);
        }
        return result;
      });
    } finally {
      await rm(path.dirname(log), { recursive: true, force: true });
    }
  }

  cli(args: string[], options: Pick<OperationOptions, "signal" | "onOutput"> = {}): Promise<CliResult> {
    return this.engine.run(args, this.workDir, options);
  }

  export(): Promise<automation.Deployment> {
    return this.stack.exportStack();
  }

  import(deployment: automation.Deployment): Promise<void> {
    return this.stack.importStack(deployment);
  }

  async setConfig(config: Config): Promise<void> {
    const entries = Object.entries(config).map(([key, value]): [string, automation.ConfigValue] => [
      key,
      typeof value === "string" ? { value } : value,
    ]);
    if (entries.length > 0) {
      await this.stack.setAllConfig(Object.fromEntries(entries));
    }
  }

  async setProgram(program: automation.PulumiFn | ProgramFolder): Promise<void> {
    this.engine.host?.close();
    if (typeof program === "function") {
      this.engine.host = undefined;
      this.workspace.program = reportErrors(program);
    } else {
      this.engine.host = await startLanguageHost(program.folder, this.engine.env, (chunk) =>
        this.onOutput?.(chunk),
      );
      // The type does not say so, but this is what the SDK asks.
      Object.assign(this.workspace, { program: undefined });
    }
  }

  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    this.engine.kill(signal);
  }

  providersGone(): Promise<void> {
    return this.leash.gone();
  }

  killProviders(): Promise<void> {
    return this.leash.kill();
  }

  async #operate(
    what: string,
    options: OperationOptions,
    operation: (callbacks: SdkCallbacks) => Promise<{ stdout: string; stderr: string }>,
  ): Promise<EngineResult> {
    const events: automation.EngineEvent[] = [];
    const onOutput = (chunk: string): void => {
      this.onOutput?.(chunk);
      options.onOutput?.(chunk);
    };
    let cli: CliResult;
    const failures: string[] = [];
    try {
      const done = await operation({
        onOutput,
        onError: onOutput,
        onEvent(event) {
          events.push(event);
          options.onEvent?.(event);
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      cli = { code: 0, stdout: done.stdout, stderr: done.stderr };
    } catch (error) {
      if (error instanceof EngineFailure) {
        cli = error.result;
      } else {
        // For one, the SDK refuses a program that leaves promises behind, after the engine has succeeded.
        cli = { code: null, stdout: "", stderr: "" };
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    const steps = stepsOf(events);
    const result: EngineResult = {
      ok: cli.code === 0,
      exitCode: cli.code,
      stdout: cli.stdout,
      stderr: cli.stderr,
      summary: countChanges(steps),
      steps,
      diagnostics: [...messagesOf(events, ["error", "warning"]), ...failures],
      messages: messagesOf(events, ["info", "info#err"]),
      events,
      outputs: this.#outputs,
    };
    if (options.mustSucceed === true && !result.ok) {
      const reasons = result.diagnostics.join("\n") || result.stderr || result.stdout;
      throw new Error(`pulumi ${what} failed with exit code ${result.exitCode}:\n${reasons}`);
    }
    return result;
  }

  async #readOutputs(events: automation.EngineEvent[]): Promise<Record<string, unknown>> {
    const known = stackOutputs(events);
    if (known !== undefined && !JSON.stringify(known).includes(secretMark)) {
      return known;
    }
    const { code, stdout, stderr } = await this.cli([
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      this.name,
    ]);
    if (code !== 0) {
      throw new Error(`pulumi stack output failed: ${stderr}`);
    }
    return JSON.parse(stdout);
  }
}

function pick<T extends object, K extends keyof T>(from: T, keys: K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as Pick<T, K>;
}
