import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { connectionTo } from "../engine/connection";
import { hostedCli } from "../engine/hostedCli";
import { withLanguagePlugin } from "../engine/languagePlugin";
import { provideNode } from "../engine/node";
import { providePulumi } from "../engine/pulumiCli";
import { createStack, type EngineStack } from "../engine/stack";
import { runProcess } from "../process";
import { AtlasSimulator } from "../simulator/simulator";
import type { Feature, Pair } from "./pairs";
import { populate, type World } from "./world";

/** What a pair is tried on. */
export interface Trial {
  stack: EngineStack;
  project: string;
  atlas: AtlasSimulator;
  /** Of another organization. */
  otherAtlas: AtlasSimulator;
  world: World;
}

/** Of each feature why it does not work, or `null` where it works. */
export type Outcome = Record<Feature, string | null>;

const set = { mustSucceed: true } as const;
const same = { mustSucceed: true, expectNoChanges: true } as const;
const username = "ada@example.com";

type Steps = readonly [feature: Feature, run: (trial: Trial) => Promise<void>][];

/** In this order, with one stack: each takes what the one before has left. */
const steps: Steps = [
  ["types", compiles],
  ["resources", liveAndHeal],
  ["functions", askFunctions],
  ["get", readUnmanaged],
  ["preview", printPreview],
  ["drift", printDrift],
  ["adopt", printProgram],
  ["importFile", importMember],
  ["provider", (trial) => useProvider(trial, "inputs")],
  ["variables", (trial) => useProvider(trial, "variables")],
  ["resources", destroyAll],
];

/** Tries all features, also after one that does not work. */
export async function tryPair(pair: Pair, project: string, log: (line: string) => void): Promise<Outcome> {
  const cli = await providePulumi({ version: pair.cli, log });
  const [atlas, otherAtlas] = [await AtlasSimulator.start(), await AtlasSimulator.start()];
  const world = populate(atlas, otherAtlas);
  const stack = await createStack({
    cli,
    program: { folder: project },
    workDir: project,
    node: await provideNode(pair.node),
    config: { ...connectionTo(atlas), ...world.config },
    env: world.variables,
  });
  const trial = { stack, project, atlas, otherAtlas, world };
  const outcome = {} as Outcome;
  try {
    for (const [feature, run] of steps) {
      const failure = await run(trial).then(
        () => null,
        (error: unknown) => firstLines(error instanceof Error ? error.message : String(error)),
      );
      outcome[feature] ??= failure;
    }
  } finally {
    await stack.dispose();
    await Promise.all([atlas.stop(), otherAtlas.stop()]);
  }
  return outcome;
}

/** The CLI follows some errors with all its options. */
function firstLines(text: string): string {
  return text.trim().split("\n").slice(0, 40).join("\n");
}

async function compiles({ project, stack }: Trial): Promise<void> {
  const { code, stdout } = await inProject(project, stack, "tsc", []);
  assert.equal(code, 0, stdout);
}

async function liveAndHeal({ stack, atlas, world }: Trial): Promise<void> {
  assert.equal((await stack.preview(set)).summary.create, 7);
  const { outputs } = await stack.up(set);
  assert.deepEqual([outputs["roles"], outputs["status"]], [["GROUP_READ_ONLY"], "COMPLETE"]);
  await stack.up(same);
  await stack.refresh(same);
  await stack.setConfig({ role: "GROUP_OWNER" });
  assert.equal((await stack.up(set)).summary.update, 1);
  const heal = async (up: () => Promise<unknown>): Promise<void> => {
    atlas.world.setRoles(world.projectId, username, ["GROUP_DATA_ACCESS_ADMIN"]);
    await up();
    assert.deepEqual(rolesIn(atlas, world.projectId, username), ["GROUP_OWNER"]);
    await stack.refresh(same);
  };
  await heal(() => stack.up({ ...set, refresh: true }));
  await heal(async () => {
    await stack.refresh(set);
    await stack.up(set);
  });
  atlas.world.removeFromProject(world.projectId, username);
  await stack.up({ ...set, refresh: true });
  assert.deepEqual(rolesIn(atlas, world.projectId, username), ["GROUP_OWNER"]);
}

async function askFunctions({ stack }: Trial): Promise<void> {
  await stack.setConfig({ functions: "true" });
  const { outputs } = await stack.up(set);
  await stack.setConfig({ functions: "false" });
  // Ada and Olivia; and the invitations of Ada and Grace.
  assert.deepEqual(outputs["asked"], [2, 2, "COMPLETE", 1]);
}

async function readUnmanaged({ stack }: Trial): Promise<void> {
  await stack.setConfig({ get: "true" });
  try {
    assert.deepEqual((await stack.up(set)).outputs["read"], ["GROUP_OWNER"]);
    await stack.refresh(same);
    await stack.up(same);
  } finally {
    await stack.setConfig({ get: "false" });
    await stack.up(set);
  }
}

async function printPreview({ stack, project }: Trial): Promise<void> {
  await stack.setConfig({ role: "GROUP_READ_ONLY" });
  const cli = await hostedCli(stack);
  const { code, stdout, stderr } = await inProject(project, cli, "mongodbatlas-dynamic", [
    "preview",
    "--stack",
    stack.name,
  ]);
  await cli.dispose();
  await stack.setConfig({ role: "GROUP_OWNER" });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /ada@example\.com/);
}

async function printDrift({ stack, project, atlas, world }: Trial): Promise<void> {
  const drift = (): ReturnType<typeof inProject> =>
    inProject(project, stack, "mongodbatlas-dynamic", ["drift", "--stack", stack.name, "--unmanaged"]);
  await stack.up(set);
  atlas.world.setRoles(world.projectId, username, ["GROUP_READ_ONLY"]);
  const moved = await drift();
  atlas.world.setRoles(world.projectId, username, ["GROUP_OWNER"]);
  assert.deepEqual([moved.code, moved.stderr], [7, ""]);
  assert.match(moved.stdout, /^ada@example\.com was given GROUP_READ_ONLY and lost GROUP_OWNER/m);
  assert.match(moved.stdout, /^olivia@example\.com has .* no resource of the stack declares it/m);
}

async function printProgram({ stack, project, world }: Trial): Promise<void> {
  const { code, stdout, stderr } = await inProject(project, stack, "mongodbatlas-dynamic", [
    "adopt",
    "--project",
    world.projectId,
    "--stack",
    stack.name,
  ]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /"ada@example\.com": \["GROUP_OWNER"\]/);
}

/** Takes a member out of the state, and in again by the file. */
async function importMember({ stack, project, atlas }: Trial): Promise<void> {
  await stack.setConfig({ imported: "true" });
  try {
    await stack.up(set);
    const { deployment } = await stack.export();
    const row = deployment.resources.find(({ urn }: { urn: string }) => urn.endsWith("::iris"));
    const { type, id, inputs, outputs } = row as Record<string, unknown>;
    const file = path.join(project, "import.json");
    await writeFile(file, JSON.stringify({ resources: [{ type, name: "iris", id, inputs, outputs }] }));
    const env = await withLanguagePlugin(stack.env, path.join(project, ".plugins"));
    const pulumi = async (...args: string[]): Promise<void> => {
      const options = ["--stack", stack.name, "--yes", "--non-interactive"];
      const { code, stdout, stderr } = await runProcess("pulumi", [...args, ...options], {
        cwd: project,
        env,
      });
      assert.equal(code, 0, stderr || stdout);
    };
    await pulumi("state", "delete", String(row.urn));
    atlas.log.clear();
    await pulumi("import", "--file", file, "--generate-code=false", "--skip-preview", "--protect=false");
    await stack.up(same);
    assert.deepEqual(atlas.log.lines(), []);
  } finally {
    // Also where it could not be imported, as an update adopts it.
    await stack.up(set);
    await stack.setConfig({ imported: "false" });
    await stack.up(set);
  }
}

async function useProvider({ stack, otherAtlas, world }: Trial, keys: "inputs" | "variables"): Promise<void> {
  await stack.setConfig({ provider: keys });
  try {
    await stack.up(set);
    assert.deepEqual(rolesIn(otherAtlas, world.otherProjectId, "mary@example.com"), ["GROUP_READ_ONLY"]);
    await stack.refresh(same);
    await stack.up(same);
  } finally {
    await stack.setConfig({ provider: "none" });
    await stack.up(set);
  }
}

async function destroyAll({ stack, atlas, world }: Trial): Promise<void> {
  await stack.destroy(set);
  assert.deepEqual(Object.keys(atlas.world.members(world.projectId)), ["olivia@example.com"]);
  assert.deepEqual(atlas.violations, []);
}

function rolesIn(
  { world }: AtlasSimulator,
  projectId: string,
  member: string,
): readonly string[] | undefined {
  return world.members(projectId)[member]?.roles;
}

function inProject(project: string, { env }: Pick<EngineStack, "env">, program: string, args: string[]) {
  return runProcess(path.join(project, "node_modules/.bin", program), args, { cwd: project, env });
}
