import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { runCommand } from "../cli/command";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

describe("a project of 500 members and a team of 50 that nobody has declared yet", () => {
  let simulator: AtlasSimulator;
  let folder: string;
  let stack: EngineStack;
  let organizationId: string;
  let projectId: string;
  let teamId: string;

  const environment = (): NodeJS.ProcessEnv => ({
    ...stack.env,
    MONGODB_ATLAS_BASE_URL: simulator.url,
    MONGODB_ATLAS_PUBLIC_KEY: simulator.readOnlyKeys.publicKey,
    MONGODB_ATLAS_PRIVATE_KEY: simulator.readOnlyKeys.privateKey,
  });

  const counted = (what: string, context: TestContext): Record<string, number> => {
    const counts = tally(simulator);
    context.diagnostic(`${what}: ${JSON.stringify(counts)}`);
    simulator.log.clear();
    return counts;
  };

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    organizationId = world.createOrganization();
    projectId = world.createProject(organizationId);
    teamId = world.createTeam(organizationId);
    for (let index = 0; index < 500; index += 1) {
      const username = `user${index}@example.com`;
      const roles = index % 7 === 0 ? ["GROUP_OWNER", "GROUP_READ_ONLY"] : ["GROUP_READ_ONLY"];
      // One in ten has not accepted the invitation yet.
      if (index % 10 === 0) {
        world.invite(projectId, username, roles);
      } else {
        world.grant(projectId, username, roles);
      }
      if (index % 10 === 1) {
        world.addToTeam(teamId, username);
      }
    }
    folder = await programFolder("adopted");
    stack = await atlasStack(simulator, {
      program: { folder },
      workDir: folder,
      // The file backend would write the whole state after each of the 550 steps.
      env: { PULUMI_SKIP_CHECKPOINTS: "true" },
    });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test("is printed as a program for two requests", async (context) => {
    const printed = await runCommand({ workDir: folder, env: environment() }, [
      "adopt",
      "--project",
      projectId,
      "--team",
      `${organizationId}/${teamId}`,
    ]);
    assert.deepEqual([printed.code, printed.stderr], [0, ""]);
    assert.deepEqual(counted("adopt", context), { "401": 1, GET: 2 });
    await writeFile(path.join(folder, "index.ts"), printed.stdout);
  });

  test("is taken over by the first update, which changes nothing in Atlas", async (context) => {
    const up = await stack.up({ mustSucceed: true });
    assert.equal(up.summary.create, 550);
    assert.deepEqual(simulator.log.effects(), []);
    assert.deepEqual(simulator.world.invitationsSent.length, 50, "those of before");
    // A refused addition and a listing each for project and team; the team looks its first member up.
    assert.deepEqual(counted("first update", context), { "401": 1, POST: 2, GET: 3 });
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(counted("second update", context), {});
  });

  test("shows no drift, and an unmanaged member for the cost of the listing", async (context) => {
    const drift = (...options: string[]) =>
      runCommand({ workDir: folder, env: environment() }, ["drift", "--stack", stack.name, ...options]);
    assert.equal((await drift()).code, 0);
    const bulkRead = counted("drift", context);
    assert.deepEqual(bulkRead, { "401": 1, GET: 4 });
    assert.equal((await drift("--unmanaged")).code, 0);
    assert.deepEqual(counted("drift --unmanaged", context), { "401": 2, GET: 4 + 2 });
    simulator.world.addActiveUser(organizationId, "mallory@example.com");
    simulator.world.addToTeam(teamId, "mallory@example.com");
    simulator.world.removeFromProject(projectId, "user7@example.com");
    simulator.world.grant(projectId, "mallory@example.com", ["GROUP_OWNER"]);
    const { code, stdout } = await drift("--unmanaged", "--json");
    assert.equal(code, 7);
    assert.deepEqual(
      (JSON.parse(stdout) as { rows: { kind: string; id: string }[] }).rows.map(({ kind, id }) => [kind, id]),
      [
        ["unmanaged", `${projectId}/mallory@example.com`],
        ["unmanaged", `${organizationId}/${teamId}/mallory@example.com`],
        ["deleted", `${projectId}/user7@example.com`],
      ],
    );
    assert.deepEqual(simulator.log.effects(), []);
  });
});
