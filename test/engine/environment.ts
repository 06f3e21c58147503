import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { launcherName, type PulumiCli, userCacheDir } from "./pulumiCli";

/** The repository's, wherever the packages were installed. */
export function nodeModules(): string {
  return path.resolve(path.dirname(require.resolve("@pulumi/pulumi/package.json")), "..", "..");
}

/** The environment of the engine and its provider processes: the machine's without any credentials or settings. */
export function engineEnv(cli: PulumiCli, node: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [key, value] of Object.entries(process.env)) {
    // The developer's own credentials and Pulumi settings must not decide a test, let alone reach a real account.
    // With NODE_OPTIONS the provider process would load what only the test runner needs.
    if (/^(PULUMI_|VAULT_|MONGODB_ATLAS_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PATH$|Path$)/.test(key)) {
      continue;
    }
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
    // The CLI ends before its garbage is worth collecting, unless there is a lot of it.
    GOGC: "off",
    GOMEMLIMIT: "1GiB",
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
  return [launcherName, `${launcherName}.cmd`].some((name) => existsSync(path.join(beside, name)));
}
