import type * as automation from "@pulumi/pulumi/automation";
import type { PulumiCli } from "./pulumiCli";

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
  /** What encrypts the secrets of the state: a key that costs nothing, or one from `PULUMI_CONFIG_PASSPHRASE`. @default "vault" */
  secrets?: "vault" | "passphrase";
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

/** A stack under the real engine, with its own file backend, home folder and key. */
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
