import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ProjectUser, ProjectUsers, type ProjectUsersArgs } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import type { EngineStack } from "./stack";

const [ada, bob, cleo, dan, eve] = ["ada", "bob", "cleo", "dan", "eve"].map(
  (name) => `${name}@example.com`,
) as [string, string, string, string, string];

describe("a stack with all users of a project", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let projectId: string;
  const declared = { [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_READ_ONLY"], [cleo]: ["GROUP_READ_ONLY"] };
  const program =
    (users: Record<string, string[]> = declared, more: Partial<ProjectUsersArgs> = {}) =>
    async () => {
      const { pending, unmanaged } = new ProjectUsers("shop", { projectId, users, ...more });
      return { pending, unmanaged };
    };
  const inAtlas = (): string[] => Object.keys(simulator.world.members(projectId)).sort();

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    projectId = world.createProject(world.createOrganization());
    for (const name of [ada, bob, cleo, dan, eve]) {
      world.grant(projectId, name, ["GROUP_READ_ONLY"]);
    }
    stack = await atlasStack(simulator, { program: program() });
  });

  test("warns of those that nobody declares, and removes nobody", async () => {
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [ada, bob, cleo, dan, eve]);
    assert.match(
      up.messages.join("\n"),
      /Not declared, and left in project \w+: dan@example\.com, eve@example\.com\. `pulumi up --refresh` removes them/,
    );
    assert.deepEqual(up.outputs, { pending: [], unmanaged: [] });
  });

  test("has nothing to do in a second update, and sends no request", async () => {
    simulator.log.clear();
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(tally(simulator), {});
  });

  test("names them in a refresh", async () => {
    const drift = await stack.refreshPreviewOnly();
    assert.equal(drift.exitCode, 7);
    assert.match(drift.stdout, /ProjectUsers shop update/);
    const { stdout } = await stack.cli(["refresh", "--preview-only", "--diff", "--color", "never"]);
    const shown = stdout
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^[-+~]/.test(line))
      .slice(1, -1);
    assert.deepEqual(shown, [
      "+ unmanaged: [",
      '+     [0]: "dan@example.com"',
      '+     [1]: "eve@example.com"',
      "~ users    : {",
      "+ dan@example.com: [",
      '+     [0]: "GROUP_READ_ONLY"',
      "+ eve@example.com: [",
      '+     [0]: "GROUP_READ_ONLY"',
    ]);
  });

  test("removes them in an update after a refresh, and is at rest", async () => {
    const up = await stack.up({ mustSucceed: true, refresh: true });
    assert.equal(up.summary.update, 1);
    assert.deepEqual(inAtlas(), [ada, bob, cleo]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
    await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });
  });

  test("takes in by a refresh who joins, and removes them with the next update", async () => {
    simulator.world.grant(projectId, dan, ["GROUP_OWNER"]);
    await stack.refresh({ mustSucceed: true });
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
    await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [ada, bob, cleo]);
  });

  test("stops in the preview when most of the users are missing from the program", async () => {
    await stack.setProgram(program({ [ada]: ["GROUP_OWNER"] }, { maxRemovals: 1 }));
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    assert.match(
      preview.diagnostics.join("\n"),
      /has a problem: must remove at most one member from project \w+ at once, but 2 would go \(bob@example\.com, cleo@example\.com\)/,
    );
    assert.deepEqual(inAtlas(), [ada, bob, cleo]);
  });

  test("does not print all users with a mistake", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `user${index}@example.com`);
    await stack.setProgram(program({ ...declared, ...Object.fromEntries(names.map((name) => [name, []])) }));
    const { diagnostics } = await stack.preview();
    assert.match(
      diagnostics.join("\n"),
      /^.* resource 'shop' has a problem: users must be a list of at least one project role/,
    );
    assert.doesNotMatch(diagnostics.join("\n"), /user7/);
  });

  test("becomes single resources in one update, without a request that changes anything", async () => {
    simulator.log.clear();
    await stack.setProgram(async () => {
      for (const [username, roles] of Object.entries(declared)) {
        new ProjectUser(username, { projectId, username, roles });
      }
    });
    await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [ada, bob, cleo]);
    assert.deepEqual(simulator.log.effects(), []);
  });

  test("is made of single resources in one update, without a request that changes anything", async () => {
    simulator.log.clear();
    await stack.setProgram(program());
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [ada, bob, cleo]);
    assert.deepEqual(simulator.log.effects(), []);
    assert.equal(up.summary.delete, 3);
  });

  test("removes its users with the stack, and nobody else", async () => {
    simulator.world.grant(projectId, eve, ["GROUP_OWNER"]);
    await stack.destroy({ mustSucceed: true });
    assert.deepEqual(inAtlas(), [eve]);
  });
});
