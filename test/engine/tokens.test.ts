import assert from "node:assert/strict";
import { before, test } from "node:test";
import { getProjectUsers, ProjectUser } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";

let simulator: AtlasSimulator;
let stack: EngineStack;

before(async () => {
  simulator = await startSimulator({ tokensPerMinute: 1_000 });
  const { world } = simulator;
  const projectId = world.createProject(world.createOrganization());
  stack = await atlasStack(simulator, {
    credentials: "serviceAccount",
    program: async () => {
      new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_READ_ONLY"] });
      return { users: (await getProjectUsers({ projectId })).users.length };
    },
  });
});

test("a provider process takes one token, and gives it back when its engine is done", async () => {
  await stack.up({ mustSucceed: true });
  await stack.refresh({ mustSucceed: true });
  await stack.destroy({ mustSucceed: true });
  const { oauth } = simulator;
  // An up is a preview and an update, each with a process; the program is this process, and ends with it.
  const ofProgram = 1;
  assert.equal(oauth.live, ofProgram, `${oauth.issued} issued, ${oauth.revoked} revoked`);
  assert.ok(oauth.issued > ofProgram + 2);
});
