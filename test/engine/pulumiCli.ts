import path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import * as semver from "semver";
import which from "which";
import { executable, messageOf, platform, provideFolder, userCacheDir } from "./cache";
import { downloadWithSdk, getPulumi, pulumiVersion, type Source, versionOf } from "./pulumiRelease";

export { userCacheDir } from "./cache";
export { launcherName, pulumiVersion } from "./pulumiRelease";

export interface PulumiCli {
  command: PulumiCommand;
  binDir: string;
  version: string;
  source: "path" | "cache" | "installed" | "built";
}

/** By default lines go to standard error, the cache is the user's, the SDK downloads, and the version is the pinned one or newer. */
export type ProvideOptions = Partial<Source> & { cacheDir?: string };

/**
 * A Pulumi CLI for the tests and the demo: the user's own, else one from the cache, else a release fetched by the
 * SDK, else one built from the Go module proxy (which is often reachable where the release host is not).
 *
 * With a `version` it is exactly that.
 */
export async function providePulumi(options: ProvideOptions = {}): Promise<PulumiCli> {
  const { env = process.env, download = downloadWithSdk, version = pulumiVersion } = options;
  const log = options.log ?? ((line) => process.stderr.write(`${line}\n`));
  const own = await pulumiOnPath(env, options.version);
  if (typeof own !== "string") {
    return own;
  }
  let source: PulumiCli["source"] = "cache";
  const folder = path.join(options.cacheDir ?? userCacheDir(env), `pulumi-${version}-${platform}`);
  const file = await provideFolder(folder, {
    what: "The Pulumi engine",
    file: path.join("bin", executable("pulumi")),
    make: async (attempt) => {
      source = await getPulumi(attempt, own, { version, env, log, download });
    },
    onWait: (who) => log(`${who} is getting Pulumi ${version}; waiting for it…`),
  });
  return cli(file, version, source);
}

/** The user's own, or why it will not do. */
async function pulumiOnPath(
  env: NodeJS.ProcessEnv,
  exactly: string | undefined,
): Promise<PulumiCli | string> {
  const file = await which("pulumi", { path: env.PATH ?? "", nothrow: true });
  if (file === null) {
    return "there is no `pulumi` on the PATH";
  }
  const version = semver.parse(await versionOf(file, env));
  if (version === null) {
    return `\`${file} version\` does not work`;
  }
  if (exactly !== undefined && version.version !== exactly) {
    return `${file} is ${version.version}, but ${exactly} is needed`;
  }
  // The SDK itself would take any 3.x, but its inline programs and the exit codes of the CLI need a recent one.
  if (exactly === undefined && (version.major !== 3 || semver.lt(version, pulumiVersion))) {
    return `${file} is ${version.version}, but ${pulumiVersion} or a newer 3.x is needed`;
  }
  return cli(file, version.version, "path");
}

function cli(file: string, version: string, source: PulumiCli["source"]): PulumiCli {
  // PulumiCommand.get would start the CLI once more to ask for its version, and knows only `<root>/bin/pulumi`.
  const Command = PulumiCommand as unknown as new (command: string, version: semver.SemVer) => PulumiCommand;
  const command = new Command(file, new semver.SemVer(version));
  return { command, binDir: path.dirname(file), version, source };
}

// The scripts run this file before the tests, so that a build shows its progress and happens before any of them waits.
if (require.main === module) {
  providePulumi().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
