import { copyFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import which from "which";
import { runProcess } from "../process";
import { executable, messageOf } from "./cache";

/** The engine that the tests are known to pass with; go.mod beside this file builds the same one. */
export const pulumiVersion = "3.259.0";
/** As in go.mod. A Go from 1.21 on fetches a newer toolchain by itself, unless GOTOOLCHAIN forbids it. */
const goVersion = "1.25.11";
const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
const goFlags = ["-v", "-mod=readonly", "-ldflags", `-s -w ${versionFlag}`];
/** What Go says with -v beside messages. */
const moduleLine = /^go: downloading /;
const packageLine = /^[\w.~-]+(\/[\w.~-]+)*$/;

/** Starts the process of the dynamic providers; ships in @pulumi/pulumi. */
export const launcherName = "pulumi-resource-pulumi-nodejs";

const downloadLimitMs = 180_000;
const versionLimitMs = 20_000;
const progressMs = 10_000;
/** A download that fails sooner (no network) is not worth a line. */
const quietMs = 3_000;

export interface Source {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  /** Fetches the released CLI so that `<root>/bin/pulumi` exists afterwards. */
  download: (root: string, env: NodeJS.ProcessEnv) => Promise<void>;
}

/**
 * Puts the pinned CLI into `<folder>/bin`: the release, else one built from the Go module proxy.
 *
 * @param why the user's own will not do
 */
export async function getPulumi(folder: string, why: string, source: Source): Promise<"installed" | "built"> {
  const { env, log, download } = source;
  const announce = setTimeout(() => log(`Fetching Pulumi ${pulumiVersion} (once)…`), quietMs);
  const failure = await download(folder, env)
    .then(() => verify(folder, env))
    .then(() => undefined, messageOf)
    .finally(() => clearTimeout(announce));
  if (failure === undefined) {
    return "installed";
  }
  await rm(folder, { recursive: true });
  await mkdir(folder);
  await build(folder, `${why}, its release could not be fetched (${failure})`, source);
  await verify(folder, env);
  return "built";
}

/** What `pulumi version` says, or why it says nothing. */
export async function versionOf(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await runProcess(file, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    limitMs: versionLimitMs,
  });
  return code === 0 ? stdout.trim() : lastLine(stderr);
}

async function verify(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const said = await versionOf(path.join(folder, "bin", executable("pulumi")), env);
  if (said !== `v${pulumiVersion}`) {
    throw new Error(`the new pulumi says ${JSON.stringify(said)} for its version`);
  }
}

/** In a process of its own, because the SDK gives no other way to end it in time. */
export async function downloadWithSdk(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const script = `
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    const { SemVer } = require("semver");
    PulumiCommand.install({ root: process.argv[1], version: new SemVer("${pulumiVersion}") }).then(
      () => process.exit(0),
      (error) => { console.error(error.message); process.exit(1); },
    );`;
  const { code, stderr } = await runProcess(process.execPath, ["-e", script, root], {
    env,
    // Where the script finds its modules.
    cwd: __dirname,
    limitMs: downloadLimitMs,
  });
  if (code !== 0) {
    throw new Error(lastLine(stderr) || `exit code ${code}`);
  }
}

async function build(folder: string, why: string, { env, log }: Source): Promise<void> {
  const go = await which("go", { path: env.PATH ?? "", nothrow: true });
  if (go === null) {
    throw new Error(
      `No Pulumi engine: ${why}, and there is no \`go\` on the PATH to build it with. Check the network, or install Pulumi ${pulumiVersion} or newer (or Go ${goVersion} or newer, which builds it), and run the same command again.`,
    );
  }
  const bin = path.join(folder, "bin");
  const said = await compile(go, folder, path.join(bin, executable("pulumi")), { env, log });
  if (said !== undefined) {
    throw new Error(
      `No Pulumi engine: ${why}, and building it with ${go} failed (${said}). It takes Go ${goVersion} or newer and access to the Go module proxy (GOPROXY): check the network or install Pulumi ${pulumiVersion} or newer, and run the same command again.`,
    );
  }
  // A release has the launcher beside the CLI, too; from elsewhere on the PATH the engine takes it with a warning.
  const launcher = `${launcherName}${process.platform === "win32" ? ".cmd" : ""}`;
  const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
  await copyFile(path.join(sdk, launcher), path.join(bin, launcher));
}

/** Gives the end of what Go said where it failed. */
async function compile(
  go: string,
  folder: string,
  output: string,
  { env, log }: Pick<Source, "env" | "log">,
): Promise<string | undefined> {
  // A copy, so that nothing Go does can dirty the repository.
  const source = path.join(folder, "source");
  await mkdir(source);
  for (const name of ["go.mod", "go.sum"]) {
    await copyFile(path.join(__dirname, name), path.join(source, name));
  }
  const lines: string[] = [];
  const started = Date.now();
  const progress = (): void => {
    const packages = lines.filter((line) => packageLine.test(line)).length;
    const modules = lines.filter((line) => moduleLine.test(line)).length;
    const done = packages > 0 ? `${packages} packages compiled` : `${modules} modules downloaded`;
    const seconds = Math.floor((Date.now() - started) / 1000);
    log(`Building Pulumi ${pulumiVersion} from source (about five minutes, once): ${done}, ${seconds} s`);
  };
  progress();
  const ticks = setInterval(progress, progressMs);
  const { code } = await runProcess(go, ["build", ...goFlags, "-o", output, cliPackage], {
    cwd: source,
    // Releases of Pulumi need no C compiler either. A go.work of the user's has no say here.
    env: { ...env, CGO_ENABLED: env.CGO_ENABLED ?? "0", GOWORK: "off" },
    onErrorLine: (line) => lines.push(line.trim()),
  });
  clearInterval(ticks);
  await rm(source, { recursive: true });
  if (code === 0) {
    return undefined;
  }
  const others = lines.filter((line) => line !== "" && !packageLine.test(line) && !moduleLine.test(line));
  return others.slice(-5).join("; ") || `exit code ${code}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
