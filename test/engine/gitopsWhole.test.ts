import assert from "node:assert/strict";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import type { Access, Project } from "../../examples/gitops/access";
import { runCommand } from "../cli/command";
import type { AtlasSimulator } from "../simulator/simulator";
import { startSimulator } from "./atlasStack";
import { connectionTo } from "./connection";
import { type HostedCli, hostedCli } from "./hostedCli";
import { createStack, type EngineStack } from "./stack";

const root = path.join(__dirname, "../..");
const [ada, bob, cleo, dan, eve] = ["ada", "bob", "cleo", "dan", "eve"].map(
  (name) => `${name}@example.com`,
) as [string, string, string, string, string];

describe("the gitops example with a file that is the whole truth", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let cli: HostedCli;
  let repository: string;
  let projectId: string;
  const inAtlas = (): string[] => Object.keys(simulator.world.members(projectId)).sort();

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    projectId = world.createProject(world.createOrganization());
    for (const name of [ada, bob, cleo, dan, eve]) {
      world.grant(projectId, name, ["GROUP_READ_ONLY"]);
    }
    repository = await mkdtemp(path.join(tmpdir(), "gitops-whole-"));
    await cp(path.join(root, "examples/gitops"), repository, { recursive: true });
    await symlink(path.join(root, "node_modules"), path.join(repository, "node_modules"), "junction");
    await write([ada, bob, cleo, dan]);
    stack = await createStack({
      name: "production",
      program: { folder: repository },
      workDir: repository,
      config: connectionTo(simulator),
    });
    cli = await hostedCli(stack);
  });

  after(async () => {
    await cli.dispose();
    await stack.dispose();
    await rm(repository, { recursive: true, force: true });
  });

  /** Somebody edits the file. */
  async function write(
    people: string[],
    project: Partial<Project> | null = { exclusive: true, maxRemovals: 2 },
  ) {
    const access: Access = {
      projects: project === null ? {} : { shop: { projectId, ...project } },
      teams: {},
      people: Object.fromEntries(people.map((name) => [name, { projects: { shop: ["GROUP_READ_ONLY"] } }])),
    };
    await writeFile(path.join(repository, "access.yaml"), stringify(access));
  }

  const failure = async (): Promise<string> => {
    const { ok, diagnostics } = await stack.preview();
    assert.equal(ok, false);
    return diagnostics.join("\n");
  };

  test("warns of who is not in the file, and sends no request that changes anything", async () => {
    const up = await stack.up({ mustSucceed: true });
    assert.match(up.messages.join("\n"), /Not declared, and left in project \w+: eve@example\.com\./);
    assert.deepEqual(simulator.log.effects(), []);
  });

  test("names them in the drift report and, after a refresh, first in the preview, and a deployment removes them", async () => {
    const drift = await runCommand(stack, ["drift", "--stack", stack.name]);
    assert.equal(drift.code, 7);
    assert.match(
      drift.stdout,
      new RegExp(
        `^eve@example\\.com has GROUP_READ_ONLY in project shop, and ProjectUsers ${projectId} does not declare it\\.$`,
        "m",
      ),
    );
    await write([ada, bob, cleo, dan, "fay@example.com"]);
    await stack.refresh({ mustSucceed: true });
    const preview = await runCommand({ ...stack, env: cli.env }, ["preview", "--stack", stack.name]);
    assert.deepEqual(preview.stdout.trim().split("\n"), [
      "An update of stack production: 1 to create, 1 to delete, 0 unchanged",
      "  delete: eve@example.com will be removed from project shop.",
      "  create: fay@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
    ]);
    await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [ada, bob, cleo, dan, "fay@example.com"]);
  });

  test("stops a file that has lost most of its people", async () => {
    await write([ada]);
    assert.match(
      await failure(),
      new RegExp(`must remove at most 2 members from project ${projectId} at once, but 4 would go`),
    );
  });

  test("stops a file that has lost the project, until it says that the project is removed", async () => {
    await write([], null);
    assert.match(
      await failure(),
      /access\.yaml: the project shop is not there any more, .* removed: true \}' under 'projects'/,
    );
    await write([], { removed: true });
    await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), []);
    await write([], null);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });
});
