import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { runCommand } from "../cli/command";
import { type ProcessResult, runProcess } from "../process";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import { withLanguagePlugin } from "./languagePlugin";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

interface Row {
  type: string;
  name: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

for (const [what, options, resources] of [
  ["by a resource each", [], 550],
  ["by a resource for each project and team", ["--exclusive"], 2],
] as const) {
  describe(`500 members of a project and 50 of a team, declared ${what}`, () => {
    let simulator: AtlasSimulator;
    let folder: string;
    let stack: EngineStack;
    let ids: { orgId: string; projectId: string; teamId: string };

    const counted = (what: string, context: TestContext, since: number): Record<string, number> => {
      const counts = tally(simulator);
      context.diagnostic(`${what}: ${Math.round(performance.now() - since)} ms, ${JSON.stringify(counts)}`);
      simulator.log.clear();
      return counts;
    };

    before(async () => {
      simulator = await startSimulator();
      const { world } = simulator;
      const orgId = world.createOrganization();
      ids = { orgId, projectId: world.createProject(orgId), teamId: world.createTeam(orgId) };
      for (let index = 0; index < 500; index += 1) {
        const username = `user${index}@example.com`;
        const roles = index % 7 === 0 ? ["GROUP_READ_ONLY", "GROUP_OWNER"] : ["GROUP_READ_ONLY"];
        // One in ten has not accepted the invitation yet.
        if (index % 10 === 0) {
          world.invite(ids.projectId, username, roles);
        } else {
          world.grant(ids.projectId, username, roles);
        }
        if (index % 10 === 1) {
          world.addToTeam(ids.teamId, username);
        }
      }
      folder = await programFolder("imported");
      // What deploys may not write either, so that a write would fail.
      stack = await atlasStack(simulator, {
        program: { folder },
        workDir: folder,
        credentials: "readOnly",
        env: { PULUMI_SKIP_CHECKPOINTS: "true" },
      });
    });

    after(() => rm(folder, { recursive: true, force: true }));

    test("are printed as a program and an import file for two requests", async (context) => {
      const start = performance.now();
      const { code, stdout, stderr } = await runCommand(
        { workDir: folder, env: readOnly(stack, simulator) },
        [
          ...["adopt", "--project", ids.projectId, "--team", `${ids.orgId}/${ids.teamId}`],
          ...["--output", "index.ts", "--import", "import.json", ...options],
        ],
      );
      assert.deepEqual([code, stdout], [0, ""]);
      assert.match(stderr, /^index\.ts has been written\.\nimport\.json has been written\. .*pulumi import /);
      assert.deepEqual(counted("adopt", context, start), { "401": 1, GET: 2 });
    });

    test("are in the state after one command that asks Atlas nothing", async (context) => {
      const start = performance.now();
      const { code, stdout, stderr } = await importInto(stack, "import.json");
      assert.deepEqual([code, stderr], [0, ""], stdout);
      assert.match(stdout, new RegExp(`= ${resources} imported`));
      assert.deepEqual(counted("import", context, start), {});
    });

    test("are the same to the preview, to a refresh and to the updates that follow", async (context) => {
      let start = performance.now();
      const preview = await stack.preview({ mustSucceed: true, expectNoChanges: true });
      assert.equal(preview.summary.same, resources);
      assert.deepEqual(counted("preview", context, start), {});

      start = performance.now();
      const refresh = await stack.refresh({ mustSucceed: true, expectNoChanges: true });
      assert.equal(refresh.summary.same, resources);
      const { GET = 0, ...others } = counted("refresh", context, start);
      assert.ok(GET <= 4, `${GET} requests`);
      assert.deepEqual(others, { "401": 1 });

      for (const update of ["first update", "second update"]) {
        start = performance.now();
        const { summary } = await stack.up({ mustSucceed: true, expectNoChanges: true });
        assert.equal(summary.same, resources);
        assert.deepEqual(counted(update, context, start), {});
      }
      assert.deepEqual(simulator.log.effects(), []);
    });
  });
}

for (const options of [[], ["--exclusive"]]) {
  test(`what is imported is what an update would have made of it: adopt ${options.join(" ")}`, async () => {
    const simulator = await startSimulator();
    const { world } = simulator;
    const orgId = world.createOrganization();
    const [projectId, teamId] = [world.createProject(orgId), world.createTeam(orgId)];
    world.grant(projectId, "ada@example.com", ["GROUP_READ_ONLY", "GROUP_OWNER"]);
    world.invite(projectId, "Grace@Example.com", ["GROUP_READ_ONLY"]);
    world.addToTeam(teamId, "ada@example.com");
    const folder = await programFolder("imported");
    try {
      const [stack, other] = await Promise.all(
        ["test", "other"].map((name) =>
          atlasStack(simulator, { name, program: { folder }, workDir: folder }),
        ),
      );
      assert.ok(stack !== undefined && other !== undefined);
      const { code, stderr } = await runCommand({ workDir: folder, env: readOnly(stack, simulator) }, [
        ...["adopt", "--project", projectId, "--team", `${orgId}/${teamId}`],
        ...["--output", "index.ts", "--import", "import.json", ...options],
      ]);
      assert.equal(code, 0, stderr);
      assert.equal((await importInto(stack, "import.json")).code, 0);
      await other.up({ mustSucceed: true });
      const imported = await resourcesOf(stack);
      assert.deepEqual(imported, await resourcesOf(other));
      assert.equal(imported.size, options.length === 0 ? 3 : 2);
      assert.deepEqual(simulator.log.effects(), []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

describe("a row for somebody that the program does not declare", () => {
  let simulator: AtlasSimulator;
  let folder: string;
  let stack: EngineStack;
  let projectId: string;

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    projectId = world.createProject(world.createOrganization());
    for (const name of ["ada", "grace"]) {
      world.grant(projectId, `${name}@example.com`, ["GROUP_OWNER"]);
    }
    folder = await programFolder("imported");
    stack = await atlasStack(simulator, { program: { folder }, workDir: folder });
    const args = ["adopt", "--project", projectId, "--output", "index.ts", "--import", "import.json"];
    assert.equal((await runCommand({ workDir: folder, env: readOnly(stack, simulator) }, args)).code, 0);
    const file = path.join(folder, "index.ts");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/.*grace@example\.com.*\n/, ""));
    assert.equal((await importInto(stack, "import.json")).code, 0);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test("is deleted by no destroy before the first update, like all that was imported", async () => {
    const destroyed = await stack.destroy();
    assert.equal(destroyed.ok, false);
    assert.match(destroyed.diagnostics.join("\n"), /protect/);
    assert.deepEqual(simulator.log.effects(), []);
  });

  test("is shown by the preview, and keeps the access, because the import has protected it", async () => {
    const preview = await stack.preview();
    assert.deepEqual([preview.summary.same, preview.ok], [1, false]);
    assert.match(preview.diagnostics.join("\n"), /grace@example\.com.*cannot be deleted[\s\S]*protect/);
    const update = await stack.up();
    assert.equal(update.ok, false);
    assert.match(update.diagnostics.join("\n"), /grace@example\.com.*cannot be deleted[\s\S]*protect/);
    assert.deepEqual(simulator.log.effects(), []);
  });

  test("leaves the state by the command in the docs, and Atlas as it is", async () => {
    const [urn = ""] = (await stateOf(stack))
      .map((resource) => resource.urn)
      .filter((text) => /grace/.test(text));
    const removal = await stack.cli([
      "state",
      "delete",
      urn ?? "",
      "--force",
      "--yes",
      "--stack",
      stack.name,
    ]);
    assert.equal(removal.code, 0, removal.stderr);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(simulator.log.effects(), []);
  });

  test("is protected no more once an update has seen the program declare it", async () => {
    const protectedOnes = (await stateOf(stack)).filter(({ protect }) => protect);
    assert.deepEqual(protectedOnes, []);
  });
});

/** The environment of the stack, with credentials that may only read. */
function readOnly(stack: EngineStack, { url, readOnlyKeys }: AtlasSimulator): NodeJS.ProcessEnv {
  return {
    ...stack.env,
    MONGODB_ATLAS_BASE_URL: url,
    MONGODB_ATLAS_PUBLIC_KEY: readOnlyKeys.publicKey,
    MONGODB_ATLAS_PRIVATE_KEY: readOnlyKeys.privateKey,
  };
}

/** What the docs say to run. */
async function importInto(stack: EngineStack, file: string): Promise<ProcessResult> {
  const plugins = path.join(stack.workDir, ".plugins");
  return runProcess(
    "pulumi",
    ["import", "--file", file, "--generate-code=false", "--yes", "--non-interactive", "--stack", stack.name],
    { cwd: stack.workDir, env: await withLanguagePlugin(stack.env, plugins) },
  );
}

/** What the state holds of each resource. */
async function resourcesOf(stack: EngineStack): Promise<Map<string, Row>> {
  return new Map(
    (await stateOf(stack))
      .filter(({ type }) => type.startsWith("pulumi-nodejs:"))
      .map(({ urn, type, id, inputs, outputs }) => {
        const name = urn.split("::").slice(3).join("::");
        return [name, { type, name, id, inputs, outputs }] as const;
      })
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

async function stateOf(stack: EngineStack): Promise<(Row & { urn: string; protect?: boolean })[]> {
  return (await stack.export()).deployment.resources ?? [];
}
