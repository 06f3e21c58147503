import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import * as automation from "@pulumi/pulumi/automation";
import { type LanguageHost, startLanguageHost } from "./language-host";
import { ProviderLeash } from "./provider-leash";
import { LAUNCHER, type PulumiCli, providePulumi, userCacheDir } from "./pulumi-cli";

/** Names are fixed, so that URNs in assertions are too. */
const DEFAULT_PROJECT = "atlas-access";
const DEFAULT_STACK = "test";

export type Config = Record<string, string | { value: string; secret: true }>;

/** A folder with a `Pulumi.yaml` and a program, to be run in its own process as `pulumi up` does. */
export interface ProgramFolder {
  folder: string;
}

export interface StackOptions {
  /** @default "test" */
  name?: string;
  /** @default "atlas-access", or what the `Pulumi.yaml` of the program's folder says */
  project?: string;
  program: automation.PulumiFn | ProgramFolder;
  config?: Config;
  /**
   * The folder that the provider process runs in and resolves `mongodbatlas-dynamic` from. It gets a `Pulumi.yaml`
   * unless it has one, and a `Pulumi.<name>.yaml`; `dispose` removes what was added.
   * @default a temporary folder whose `node_modules` is a link to this repository's
   */
  workDir?: string;
  /** The folder of another Node for the engine to run programs and providers with. @default the pinned one */
  node?: string;
  /** For the engine and the provider process. `undefined` removes a variable. Atlas's and Pulumi's own are not inherited. */
  env?: Record<string, string | undefined>;
  /** Everything that the engine prints, as it comes. */
  onOutput?: (chunk: string) => void;
  /** @default providePulumi(), once per process */
  cli?: PulumiCli;
}

export interface OperationOptions {
  /** Makes a change a failure, as `--expect-no-changes` does. */
  expectNoChanges?: boolean;
  /** Throws an error with all diagnostics instead of answering `ok: false`. */
  mustSucceed?: boolean;
  /** Ends the operation as Ctrl-C does. */
  signal?: AbortSignal;
  onEvent?: (event: automation.EngineEvent) => void;
  onOutput?: (chunk: string) => void;
}

export interface UpOptions extends OperationOptions {
  refresh?: boolean;
  target?: string[];
  replace?: string[];
  continueOnError?: boolean;
  /** Operations at a time. @default 4 for each core */
  parallel?: number;
}

export interface RefreshOptions extends OperationOptions {
  clearPendingCreates?: boolean;
  target?: string[];
}

export interface DestroyOptions extends OperationOptions {
  refresh?: boolean;
  target?: string[];
}

export interface Step {
  op: string;
  urn: string;
  name: string;
  type: string;
  /** Names of the properties that differ. */
  diffs: string[];
  failed: boolean;
}

/** Successful steps on the program's own resources: unlike in the CLI's summary, the stack itself is not counted. */
export interface ChangeCounts {
  create: number;
  update: number;
  delete: number;
  same: number;
  replace: number;
}

export interface EngineResult {
  ok: boolean;
  /** Of the CLI: 0, or 7 for changes where none were expected. `null` after a signal. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  summary: ChangeCounts;
  /** In the order of completion; planned ones for a preview. Without the stack itself and the providers. */
  steps: Step[];
  /** Texts of the errors and warnings, without colours. */
  diagnostics: string[];
  /** Texts of the other messages, such as the progress lines of a provider. */
  messages: string[];
  events: automation.EngineEvent[];
  /** Of the last successful `up`, secrets in clear. */
  outputs: Record<string, unknown>;
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A stack under the real engine, with its own file backend, home folder and passphrase. */
export interface EngineStack {
  readonly name: string;
  readonly workDir: string;
  /** The environment of the engine, for whoever wants to run `pulumi` by hand in the same backend. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  up(options?: UpOptions): Promise<EngineResult>;
  preview(options?: UpOptions): Promise<EngineResult>;
  refresh(options?: RefreshOptions): Promise<EngineResult>;
  /** What a scheduled drift check runs: `pulumi refresh --preview-only --expect-no-changes`. Exit code 0 or 7. */
  refreshPreviewOnly(options?: OperationOptions): Promise<EngineResult>;
  destroy(options?: DestroyOptions): Promise<EngineResult>;
  /** The CLI itself in the same workspace, without the program. Adds nothing but `--non-interactive`. */
  cli(args: string[], options?: Pick<OperationOptions, "signal" | "onOutput">): Promise<CliResult>;
  /** The state, secrets in clear. */
  export(): Promise<automation.Deployment>;
  import(deployment: automation.Deployment): Promise<void>;
  setConfig(config: Config): Promise<void>;
  setProgram(program: automation.PulumiFn | ProgramFolder): Promise<void>;
  /** Ends the running engine, as a crash would. @default "SIGKILL" */
  kill(signal?: NodeJS.Signals): void;
  /** Resolves when no provider process is left, each having ended by itself or with its engine. */
  providersGone(): Promise<void>;
  /** Ends the provider processes, including those that have outlived a killed engine with requests in flight. */
  killProviders(): Promise<void>;
  /** Destroys nothing in Atlas: removes the temporary folder, and with it the state. */
  dispose(): Promise<void>;
}

let sharedCli: Promise<PulumiCli> | undefined;

function shareCli(): Promise<PulumiCli> {
  sharedCli ??= providePulumi();
  return sharedCli;
}

export async function createStack(options: StackOptions): Promise<EngineStack> {
  const cli = options.cli ?? (await shareCli());
  const name = options.name ?? DEFAULT_STACK;
  const project = options.project ?? DEFAULT_PROJECT;
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "atlas-engine-")));
  const backend = path.join(root, "backend");
  await mkdir(backend);
  await mkdir(path.join(root, "home"));
  const leash = new ProviderLeash();
  const workDir = options.workDir ?? (await temporaryWorkDir(root));
  const added = ["Pulumi.yaml", `Pulumi.${name}.yaml`]
    .map((file) => path.join(workDir, file))
    .filter((file) => !existsSync(file));

  if (typeof options.program !== "function" && options.workDir === undefined) {
    // For its name and its declared config with defaults.
    await copyFile(path.join(options.program.folder, "Pulumi.yaml"), path.join(workDir, "Pulumi.yaml"));
  }

  const engine = new Engine(cli, {
    ...engineEnv(cli, options.node),
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_HOME: path.join(root, "home"),
    PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
    ...(await leash.env()),
    ...options.env,
  });
  const dispose = async (): Promise<void> => {
    engine.kill("SIGKILL");
    engine.host?.close();
    await leash.close();
    await Promise.all(
      [root, ...added].map((file) => rm(file, { recursive: true, force: true, maxRetries: 3 })),
    );
  };

  try {
    const workspace = await automation.LocalWorkspace.create({
      workDir,
      pulumiCommand: engine.command,
      ...(existsSync(path.join(workDir, "Pulumi.yaml"))
        ? {}
        : { projectSettings: { name: project, runtime: "nodejs" } }),
    });
    // Always new in its backend, so asking whether it can be selected would only cost time.
    const stack = await automation.Stack.create(name, workspace);
    const harness = new Harness(name, workDir, stack, workspace, engine, options.onOutput, dispose, leash);
    await harness.setProgram(options.program);
    if (options.config !== undefined) await harness.setConfig(options.config);
    return harness;
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * The provider process resolves `@pulumi/pulumi` and `mongodbatlas-dynamic` from its working directory. A link to
 * the repository's node_modules makes both resolve from the system's temporary folder, so a killed run leaves
 * nothing in the repository, and no `Pulumi.yaml` or package.json above the folder is ever taken for its own.
 */
async function temporaryWorkDir(root: string): Promise<string> {
  const workDir = path.join(root, "work");
  await mkdir(workDir);
  // On Windows a junction needs no special rights; elsewhere the type is ignored.
  await symlink(nodeModules(), path.join(workDir, "node_modules"), "junction");
  return workDir;
}

function nodeModules(): string {
  return path.resolve(path.dirname(require.resolve("@pulumi/pulumi/package.json")), "..", "..");
}

function engineEnv(cli: PulumiCli, node: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [key, value] of Object.entries(process.env)) {
    // The developer's own credentials and Pulumi settings must not decide a test, let alone reach a real account.
    // With NODE_OPTIONS the provider process would load what only the test runner needs.
    if (/^(PULUMI_|MONGODB_ATLAS_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PATH$|Path$)/.test(key)) continue;
    env[key] = value;
  }
  const modules = nodeModules();
  return {
    ...env,
    PATH: [
      ...(node === undefined ? [] : [node]),
      cli.binDir,
      // The launcher of the dynamic provider, `pulumi-resource-pulumi-nodejs`.
      path.dirname(require.resolve("@pulumi/pulumi/package.json")),
      // The pinned Node.
      path.join(modules, ".bin"),
      process.env.PATH ?? process.env.Path ?? "",
    ].join(path.delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_CI_DETECTION: "true",
    // The launcher beside the CLI is taken without a warning.
    ...(hasLauncher(cli) ? { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" } : {}),
    // Every operation starts a provider process, and most of its start is compiling the SDK.
    NODE_COMPILE_CACHE: path.join(userCacheDir(), "node-compile"),
  };
}

function hasLauncher(cli: PulumiCli): boolean {
  const beside = path.dirname(realpathSync(cli.command.command));
  return [LAUNCHER, `${LAUNCHER}.cmd`].some((name) => existsSync(path.join(beside, name)));
}

class EngineFailure extends Error {
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
class Engine {
  readonly #running = new Set<ChildProcess>();
  readonly command: automation.PulumiCommand;
  /** Runs the program where that is a folder; functions are run by the SDK, in this process. */
  host: LanguageHost | undefined;

  constructor(
    readonly cli: PulumiCli,
    readonly env: NodeJS.ProcessEnv,
  ) {
    const run = async (
      args: string[],
      cwd: string,
      additionalEnv: Record<string, string>,
      onOutput?: (chunk: string) => void,
      onError?: (chunk: string) => void,
      signal?: AbortSignal,
    ): Promise<CliResult> => {
      const runsProgram = /^(up|preview|refresh|destroy)$/.test(args[0] ?? "");
      const client = this.host !== undefined && runsProgram ? [`--client=${this.host.address}`] : [];
      const result = await this.run([...args, ...client], cwd, {
        additionalEnv: { ...additionalEnv, PULUMI_AUTOMATION_API: "true" },
        ...(onOutput === undefined ? {} : { onOutput }),
        ...(onError === undefined ? {} : { onError }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.code !== 0) throw new EngineFailure(result, args);
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
        if (code === null) settle();
        else child.once("close", settle);
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    for (const child of this.#running) child.kill(signal);
  }
}

interface SdkCallbacks {
  onOutput: (chunk: string) => void;
  onError: (chunk: string) => void;
  onEvent: (event: automation.EngineEvent) => void;
  signal?: AbortSignal;
}

class Harness implements EngineStack {
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
    if (!result.ok) return result;
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
        for (const line of lines) if (line !== "") callbacks.onEvent(JSON.parse(line));
        if (result.code !== 0) throw new EngineFailure(result, args);
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
    if (entries.length > 0) await this.stack.setAllConfig(Object.fromEntries(entries));
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
    if (known !== undefined && !JSON.stringify(known).includes(SECRET_MARK)) return known;
    const { code, stdout, stderr } = await this.cli([
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      this.name,
    ]);
    if (code !== 0) throw new Error(`pulumi stack output failed: ${stderr}`);
    return JSON.parse(stdout);
  }
}

/**
 * An error of a program leaves rejected promises behind in the SDK, which ends a process outside of the engine's
 * run and fails whatever test is running. Logged as an error, it fails the operation all the same.
 */
function reportErrors(program: automation.PulumiFn): automation.PulumiFn {
  return async () => {
    try {
      return await program();
    } catch (error) {
      await pulumi.log.error(error instanceof pulumi.RunError ? error.message : describe(error));
      return {};
    }
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What events show in the place of a secret. */
const SECRET_MARK = "[secret]";
const STACK_TYPE = "pulumi:pulumi:Stack";

function stackOutputs(events: automation.EngineEvent[]): Record<string, unknown> | undefined {
  return events
    .map((event) => event.resOutputsEvent?.metadata)
    .findLast((metadata) => metadata?.type === STACK_TYPE)?.new?.outputs;
}

function stepsOf(events: automation.EngineEvent[]): Step[] {
  const steps = new Map<string, Step>();
  for (const { resOutputsEvent, resOpFailedEvent } of events) {
    const metadata = resOutputsEvent?.metadata ?? resOpFailedEvent?.metadata;
    if (metadata === undefined) continue;
    const { op, urn, type } = metadata;
    if (type === STACK_TYPE || type.startsWith("pulumi:providers:")) continue;
    // A component reports once more when it registers its outputs.
    steps.set(`${op} ${urn}`, {
      op,
      urn,
      name: urn.split("::").at(-1) ?? urn,
      type,
      diffs: differences(metadata),
      failed: resOpFailedEvent !== undefined,
    });
  }
  return [...steps.values()];
}

/** Dynamic providers report no detailed diff, so that the CLI compares properties for its display, as is done here. */
function differences({ op, diffs, old, new: now }: automation.StepEventMetadata): string[] {
  if (diffs !== undefined && diffs.length > 0) return diffs;
  if (!/update|replace/.test(op) || !old || !now) return [];
  const compare = (a: Record<string, unknown> = {}, b: Record<string, unknown> = {}): string[] =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter((key) => !key.startsWith("__") && JSON.stringify(a[key]) !== JSON.stringify(b[key]))
      .sort();
  const inputs = compare(old.inputs, now.inputs);
  return inputs.length > 0 ? inputs : compare(old.outputs, now.outputs);
}

function countChanges(steps: Step[]): ChangeCounts {
  // A replacement is three steps to the engine, of which the one named "replace" is counted.
  const count = (op: string): number => steps.filter((step) => step.op === op && !step.failed).length;
  return {
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    same: count("same"),
    replace: count("replace"),
  };
}

function messagesOf(
  events: automation.EngineEvent[],
  severities: automation.DiagnosticEvent["severity"][],
): string[] {
  return events.flatMap(({ diagnosticEvent }) => {
    if (diagnosticEvent === undefined || !severities.includes(diagnosticEvent.severity)) return [];
    const text = diagnosticEvent.message.replace(/<\{%.*?%\}>/g, "").trim();
    // Says only how this harness is set up with a CLI that came without the launcher.
    return text === "" || text.startsWith(`using ${LAUNCHER} from $PATH`) ? [] : [text];
  });
}

function pick<T extends object, K extends keyof T>(from: T, keys: K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as Pick<T, K>;
}
