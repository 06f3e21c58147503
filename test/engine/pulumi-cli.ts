import { spawn } from "node:child_process";
import { constants as fsConstants } from "node:fs";
import { access, copyFile, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as semver from "semver";
import { withLock } from "./lock";

/** The engine that the tests are known to pass with; go.mod beside this file builds the same one. */
export const PULUMI_VERSION = "3.259.0";
/** As in go.mod. A Go from 1.21 on fetches a newer toolchain by itself, unless GOTOOLCHAIN forbids it. */
const GO_VERSION = "1.25.11";
const CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_FLAG = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Starts the process of the dynamic providers; ships in @pulumi/pulumi. */
export const LAUNCHER = "pulumi-resource-pulumi-nodejs";

const DOWNLOAD_LIMIT_MS = 180_000;
const VERSION_LIMIT_MS = 20_000;
const TICK_MS = 1_000;
const PROGRESS_MS = 10_000;
/** A download that fails sooner (no network) is not worth a line. */
const QUIET_MS = 3_000;

export interface PulumiCli {
  command: PulumiCommand;
  binDir: string;
  version: string;
  source: "path" | "cache" | "installed" | "built";
}

export interface ProvideOptions {
  /** Receives whole lines. @default standard error, with progress rewritten in place on a terminal */
  log?: (line: string) => void;
  /** @default the user's cache folder, with `mongodbatlas-dynamic` in it */
  cacheDir?: string;
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Fetches the released CLI so that `<root>/bin/pulumi` exists afterwards. @default the SDK's own `PulumiCommand.install` */
  download?: (root: string, env: NodeJS.ProcessEnv) => Promise<void>;
}

/**
 * A Pulumi CLI for the tests and the demo: the user's own, else one from the cache, else a release fetched by the
 * SDK, else one built from the Go module proxy (which is often reachable where the release host is not).
 */
export async function providePulumi(options: ProvideOptions = {}): Promise<PulumiCli> {
  const env = options.env ?? process.env;
  const cacheDir = options.cacheDir ?? userCacheDir(env);
  const report = options.log === undefined ? terminalReport() : lineReport(options.log);
  // A home folder may be shared by machines of different kinds.
  const root = path.join(cacheDir, `pulumi-${PULUMI_VERSION}-${process.platform}-${process.arch}`);

  const own = await pulumiOnPath(env);
  if (own.file !== undefined && own.version !== undefined) return cli(own.file, own.version, "path");

  // Folders arrive in the cache by one rename after they have been checked, so being there is proof enough.
  const cached = path.join(root, "bin", executable("pulumi"));
  if (await isExecutable(cached)) return cli(cached, PULUMI_VERSION, "cache");

  const tried = [own.why];
  try {
    await mkdir(cacheDir, { recursive: true });
    await access(cacheDir, fsConstants.W_OK);
  } catch (error) {
    throw new Error(
      `The Pulumi engine cannot be kept in ${cacheDir} (${messageOf(error)}): set XDG_CACHE_HOME to a folder that can be written, or install Pulumi ${PULUMI_VERSION} or newer.`,
    );
  }
  return withLock(
    `${root}.lock`,
    async () => {
      if (await isExecutable(cached)) return cli(cached, PULUMI_VERSION, "cache");
      await removeLeftovers(cacheDir);
      const source = await downloadOrBuild(
        cacheDir,
        root,
        env,
        options.download ?? sdkDownload,
        report,
        tried,
      );
      return cli(cached, PULUMI_VERSION, source);
    },
    {
      onWait: (holder) =>
        report.line(
          `Another run${holder === undefined ? "" : ` (process ${holder})`} is getting Pulumi ${PULUMI_VERSION}; waiting for it…`,
        ),
    },
  );
}

/** Where a copy of the CLI and Node's compile cache are kept between runs. */
export function userCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME || homedir();
  const base =
    env.XDG_CACHE_HOME ||
    (process.platform === "darwin"
      ? path.join(home, "Library", "Caches")
      : process.platform === "win32"
        ? env.LOCALAPPDATA || path.join(home, "AppData", "Local")
        : path.join(home, ".cache"));
  return path.join(base, "mongodbatlas-dynamic");
}

function cli(file: string, version: string, source: PulumiCli["source"]): PulumiCli {
  // PulumiCommand.get would start the CLI once more to ask for its version, and knows only `<root>/bin/pulumi`.
  const Command = PulumiCommand as unknown as new (command: string, version: semver.SemVer) => PulumiCommand;
  return {
    command: new Command(file, new semver.SemVer(version)),
    binDir: path.dirname(file),
    version,
    source,
  };
}

async function pulumiOnPath(
  env: NodeJS.ProcessEnv,
): Promise<{ file?: string; version?: string; why: string }> {
  const file = await findOnPath("pulumi", env);
  if (file === undefined) return { why: "there is no `pulumi` on the PATH" };
  const answer = await run(file, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limitMs: VERSION_LIMIT_MS,
  });
  const version = semver.parse(answer.stdout.trim());
  if (answer.code !== 0 || version === null) return { why: `\`${file} version\` does not work` };
  // The SDK itself would take any 3.x, but its inline programs and the exit codes of the CLI need a recent one.
  if (version.major !== 3 || semver.lt(version, PULUMI_VERSION)) {
    return { why: `${file} is ${version.version}, but ${PULUMI_VERSION} or a newer 3.x is needed` };
  }
  return { file, version: version.version, why: "" };
}

async function downloadOrBuild(
  cacheDir: string,
  root: string,
  env: NodeJS.ProcessEnv,
  download: NonNullable<ProvideOptions["download"]>,
  report: Report,
  tried: string[],
): Promise<"installed" | "built"> {
  const fetched = await mkdtemp(path.join(cacheDir, "tmp-"));
  const announce = setTimeout(() => report.line(`Fetching Pulumi ${PULUMI_VERSION} (once)…`), QUIET_MS);
  try {
    await download(fetched, env);
    await verify(fetched, env);
    await putInPlace(fetched, root);
    return "installed";
  } catch (error) {
    tried.push(`its release could not be fetched (${messageOf(error)})`);
  } finally {
    clearTimeout(announce);
    await rm(fetched, { recursive: true, force: true });
  }

  const go = await findOnPath("go", env);
  if (go === undefined) {
    throw new Error(
      `No Pulumi engine: ${tried.join(", ")}, and there is no \`go\` on the PATH to build it with. Check the network, or install Pulumi ${PULUMI_VERSION} or newer (or Go ${GO_VERSION} or newer, which builds it), and run the same command again.`,
    );
  }
  const built = await mkdtemp(path.join(cacheDir, "tmp-"));
  try {
    await build(go, built, env, report, tried);
    await addLauncher(path.join(built, "bin"));
    await verify(built, env);
    await putInPlace(built, root);
    return "built";
  } finally {
    await rm(built, { recursive: true, force: true });
  }
}

/** In a process of its own, because the SDK gives no other way to end it in time. */
async function sdkDownload(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const script = `
    const { PulumiCommand } = require(${JSON.stringify(require.resolve("@pulumi/pulumi/automation"))});
    const { SemVer } = require(${JSON.stringify(require.resolve("semver"))});
    PulumiCommand.install({ root: ${JSON.stringify(root)}, version: new SemVer("${PULUMI_VERSION}") }).then(
      () => process.exit(0),
      (error) => { console.error(error.message); process.exit(1); },
    );`;
  const { code, stderr, timedOut } = await run(process.execPath, ["-e", script], {
    env,
    limitMs: DOWNLOAD_LIMIT_MS,
  });
  if (timedOut) throw new Error(`not finished after ${DOWNLOAD_LIMIT_MS / 60_000} minutes`);
  if (code !== 0) throw new Error(lastLine(stderr) ?? `exit code ${code}`);
}

async function build(
  go: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  report: Report,
  tried: string[],
): Promise<void> {
  // A copy, so that nothing Go does can dirty the repository.
  const source = path.join(folder, "source");
  await mkdir(source);
  await copyFile(path.join(__dirname, "go.mod"), path.join(source, "go.mod"));
  await copyFile(path.join(__dirname, "go.sum"), path.join(source, "go.sum"));
  const started = Date.now();
  let compiled = 0;
  let downloaded = 0;
  const tail: string[] = [];
  const progress = (): string => {
    const done = compiled > 0 ? `${compiled} packages compiled` : `${downloaded} modules downloaded`;
    return `Building Pulumi ${PULUMI_VERSION} from source (about five minutes, once): ${done}, ${duration(Date.now() - started)}`;
  };
  report.progress(progress(), true);
  const ticks = setInterval(() => report.progress(progress()), TICK_MS);
  const { code, error } = await run(
    go,
    [
      "build",
      "-v",
      "-mod=readonly",
      "-ldflags",
      `-s -w -X ${VERSION_FLAG}=v${PULUMI_VERSION}`,
      "-o",
      path.join(folder, "bin", executable("pulumi")),
      CLI_PACKAGE,
    ],
    {
      cwd: source,
      // Releases of Pulumi need no C compiler either. A go.work of the user's has no say here.
      env: { ...env, CGO_ENABLED: env.CGO_ENABLED ?? "0", GOWORK: "off" },
      onErrorLine: (line) => {
        if (/^go: downloading /.test(line)) downloaded += 1;
        else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) compiled += 1;
        else if (line.trim() !== "") tail.push(line.trim());
      },
    },
  );
  clearInterval(ticks);
  report.endProgress();
  if (code === 0) return rm(source, { recursive: true });
  const said = tail.slice(-5).join("; ") || error || `exit code ${code}`;
  throw new Error(
    `No Pulumi engine: ${tried.join(", ")}, and building it with ${go} failed (${said}). It takes Go ${GO_VERSION} or newer and access to the Go module proxy (GOPROXY): check the network or install Pulumi ${PULUMI_VERSION} or newer, and run the same command again.`,
  );
}

/** A release has it beside the CLI, too; from elsewhere on the PATH the engine takes it with a warning. */
async function addLauncher(binDir: string): Promise<void> {
  const name = `${LAUNCHER}${process.platform === "win32" ? ".cmd" : ""}`;
  await copyFile(
    path.join(path.dirname(require.resolve("@pulumi/pulumi/package.json")), name),
    path.join(binDir, name),
  );
}

async function verify(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const file = path.join(root, "bin", executable("pulumi"));
  const { code, stdout, stderr, error } = await run(file, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limitMs: VERSION_LIMIT_MS,
  });
  const version = stdout.trim();
  if (code !== 0 || version !== `v${PULUMI_VERSION}`) {
    throw new Error(
      `the new pulumi says ${JSON.stringify(version || lastLine(stderr) || error)} for its version`,
    );
  }
}

async function putInPlace(from: string, to: string): Promise<void> {
  // What is there has no working `pulumi`, or it would have been taken.
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** Whoever holds the lock is the only one at work, so the temporary folders of others are those of killed runs. */
async function removeLeftovers(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (name.startsWith("tmp-")) await rm(path.join(cacheDir, name), { recursive: true, force: true });
  }
}

interface Report {
  line(text: string): void;
  progress(text: string, now?: boolean): void;
  endProgress(): void;
}

function lineReport(log: (line: string) => void): Report {
  let last = 0;
  return {
    line: log,
    progress(text, now = false) {
      if (!now && Date.now() - last < PROGRESS_MS) return;
      last = Date.now();
      log(text);
    },
    endProgress() {},
  };
}

function terminalReport(): Report {
  const out = process.stderr;
  if (!out.isTTY) return lineReport((line) => out.write(`${line}\n`));
  let open = false;
  const endProgress = (): void => {
    if (open) out.write("\n");
    open = false;
  };
  return {
    line(text) {
      endProgress();
      out.write(`${text}\n`);
    },
    progress(text) {
      open = true;
      out.write(`\r\u001b[K${text.slice(0, out.columns - 1)}`);
    },
    endProgress,
  };
}

interface RunOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  limitMs?: number;
  onErrorLine?: (line: string) => void;
}

interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  error?: string;
}

/** Never rejects: a program that cannot be started is a result like any other here. */
function run(file: string, args: string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const result: RunResult = { code: null, stdout: "", stderr: "", timedOut: false };
    // With a limit the whole group is ended, as installers start further programs.
    const grouped = options.limitMs !== undefined && process.platform !== "win32";
    const child = spawn(file, args, {
      env: options.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ["ignore", "pipe", "pipe"],
      detached: grouped,
    });
    const timer =
      options.limitMs === undefined
        ? undefined
        : setTimeout(() => {
            result.timedOut = true;
            if (grouped && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
            else child.kill("SIGKILL");
          }, options.limitMs);
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      result.stdout += chunk;
    });
    if (options.onErrorLine === undefined) {
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        result.stderr += chunk;
      });
    } else {
      createInterface({ input: child.stderr }).on("line", options.onErrorLine);
    }
    const end = (code: number | null, error?: string): void => {
      clearTimeout(timer);
      resolve({ ...result, code, ...(error === undefined ? {} : { error }) });
    };
    child.once("error", (error) => end(null, error.message));
    child.once("close", (code) => end(code));
  });
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env.PATH ?? env.Path ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const file = path.join(folder, executable(name));
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, fsConstants.X_OK).then(
    () => true,
    () => false,
  );
}

function executable(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1)?.trim() || undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The scripts run this file before the tests, so that a build shows its progress and happens before any of them waits.
if (require.main === module) {
  providePulumi().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
