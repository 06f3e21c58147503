import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import which from "which";
import { runProcess } from "../process";
import { executable, messageOf } from "./cache";

/** The engine that the tests are known to pass with; go.mod beside this file builds the same one. */
export const pulumiVersion = "3.259.0";
/** As in go.mod. A Go from 1.21 on fetches a newer toolchain by itself, unless GOTOOLCHAIN forbids it. */
const goVersion = "1.25.11";
const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const sdkModule = "github.com/pulumi/pulumi/sdk/v3";
const versionVariable = `${sdkModule}/go/common/version.Version`;
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
  /** Of the CLI. */
  version: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  /** Fetches the released CLI so that `<root>/bin/pulumi` exists afterwards. */
  download: (root: string, env: NodeJS.ProcessEnv, version: string) => Promise<void>;
}

/**
 * Puts a CLI into `<folder>/bin`: the release, else one built from the Go module proxy.
 *
 * @param why the user's own will not do
 */
export async function getPulumi(folder: string, why: string, source: Source): Promise<"installed" | "built"> {
  const { version, env, log, download } = source;
  const announce = setTimeout(() => log(`Fetching Pulumi ${version} (once)…`), quietMs);
  const failure = await download(folder, env, version)
    .then(() => verify(folder, source))
    .then(() => undefined, messageOf)
    .finally(() => clearTimeout(announce));
  if (failure === undefined) {
    return "installed";
  }
  await rm(folder, { recursive: true });
  await mkdir(folder);
  await build(folder, `${why}, its release could not be fetched (${failure})`, source);
  await verify(folder, source);
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

async function verify(folder: string, { version, env }: Source): Promise<void> {
  const said = await versionOf(path.join(folder, "bin", executable("pulumi")), env);
  if (said !== `v${version}`) {
    throw new Error(`the new pulumi says ${JSON.stringify(said)} for its version`);
  }
}

/** In a process of its own, because the SDK gives no other way to end it in time. */
export async function downloadWithSdk(root: string, env: NodeJS.ProcessEnv, version: string): Promise<void> {
  const script = `
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    const { SemVer } = require("semver");
    PulumiCommand.install({ root: process.argv[1], version: new SemVer(process.argv[2]) }).then(
      () => process.exit(0),
      (error) => { console.error(error.message); process.exit(1); },
    );`;
  const { code, stderr } = await runProcess(process.execPath, ["-e", script, root, version], {
    env,
    // Where the script finds its modules.
    cwd: __dirname,
    limitMs: downloadLimitMs,
  });
  if (code !== 0) {
    throw new Error(lastLine(stderr) || `exit code ${code}`);
  }
}

async function build(folder: string, why: string, source: Source): Promise<void> {
  const { version, env } = source;
  const go = await which("go", { path: env.PATH ?? "", nothrow: true });
  if (go === null) {
    throw new Error(
      `No Pulumi engine: ${why}, and there is no \`go\` on the PATH to build it with. Check the network, or install Pulumi ${version} or newer (or Go ${goVersion} or newer, which builds it), and run the same command again.`,
    );
  }
  const bin = path.join(folder, "bin");
  const said = await compile(go, folder, path.join(bin, executable("pulumi")), source);
  if (said !== undefined) {
    throw new Error(
      `No Pulumi engine: ${why}, and building it with ${go} failed (${said}). It takes Go ${goVersion} or newer and access to the Go module proxy (GOPROXY): check the network or install Pulumi ${version} or newer, and run the same command again.`,
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
  { version, env, log }: Source,
): Promise<string | undefined> {
  const source = path.join(folder, "source");
  await mkdir(source);
  const lines: string[] = [];
  const started = Date.now();
  const progress = (): void => {
    const packages = lines.filter((line) => packageLine.test(line)).length;
    const modules = lines.filter((line) => moduleLine.test(line)).length;
    const done = packages > 0 ? `${packages} packages compiled` : `${modules} modules downloaded`;
    const seconds = Math.floor((Date.now() - started) / 1000);
    log(`Building Pulumi ${version} from source (about five minutes, once): ${done}, ${seconds} s`);
  };
  const run = (args: string[]): Promise<{ code: number | null }> =>
    runProcess(go, args, {
      cwd: source,
      // Releases of Pulumi need no C compiler either. A go.work of the user's has no say here.
      env: { ...env, CGO_ENABLED: env.CGO_ENABLED ?? "0", GOWORK: "off" },
      onErrorLine: (line) => lines.push(line.trim()),
    });
  progress();
  const ticks = setInterval(progress, progressMs);
  const flags = ["-v", "-mod=readonly", "-ldflags", `-s -w -X ${versionVariable}=v${version}`];
  let { code } = await chooseModules(source, version, run);
  if (code === 0) {
    ({ code } = await run(["build", ...flags, "-o", output, cliPackage]));
  }
  clearInterval(ticks);
  await rm(source, { recursive: true });
  if (code === 0) {
    return undefined;
  }
  const others = lines.filter((line) => line !== "" && !packageLine.test(line) && !moduleLine.test(line));
  return others.slice(-5).join("; ") || `exit code ${code}`;
}

/**
 * Writes which modules the CLI is built from. For the pinned one they are in the repository; those of another are what
 * Go chooses for it, and compares with Go's checksum database.
 */
async function chooseModules(
  source: string,
  version: string,
  run: (args: string[]) => Promise<{ code: number | null }>,
): Promise<{ code: number | null }> {
  if (version === pulumiVersion) {
    // A copy, so that nothing Go does can dirty the repository.
    for (const name of ["go.mod", "go.sum"]) {
      await copyFile(path.join(__dirname, name), path.join(source, name));
    }
    return { code: 0 };
  }
  await writeFile(
    path.join(source, "go.mod"),
    `module mongodbatlas-dynamic/test/engine\n\ngo ${goVersion}\n`,
  );
  return run(["get", "-tool", `${cliPackage}@v${version}`, `${sdkModule}@v${version}`]);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
