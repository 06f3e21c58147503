import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as automation from "@pulumi/pulumi/automation";
import { Engine } from "./engineProcess";
import type { EngineStack, StackOptions } from "./engineStack";
import { engineEnv, nodeModules } from "./environment";
import { Harness } from "./harness";
import { ProviderLeash } from "./providerLeash";
import { type PulumiCli, providePulumi } from "./pulumiCli";
import { vault, vaultEnv } from "./vault";

export type * from "./engineStack";

/** Names are fixed, so that URNs in assertions are too. */
const defaultProject = "atlas-access";
const defaultStack = "test";

let sharedCli: Promise<PulumiCli> | undefined;

function shareCli(): Promise<PulumiCli> {
  sharedCli ??= providePulumi();
  return sharedCli;
}

export async function createStack(options: StackOptions): Promise<EngineStack> {
  const cli = options.cli ?? (await shareCli());
  const name = options.name ?? defaultStack;
  const project = options.project ?? defaultProject;
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
    ...(await vaultEnv()),
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
      ...(options.secrets === "passphrase" ? {} : { secretsProvider: vault }),
      ...(existsSync(path.join(workDir, "Pulumi.yaml"))
        ? {}
        : { projectSettings: { name: project, runtime: "nodejs" } }),
    });
    // Always new in its backend, so asking whether it can be selected would only cost time.
    const stack = await automation.Stack.create(name, workspace);
    const harness = new Harness(name, workDir, stack, workspace, engine, options.onOutput, dispose, leash);
    await harness.setProgram(options.program);
    if (options.config !== undefined) {
      await harness.setConfig(options.config);
    }
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
