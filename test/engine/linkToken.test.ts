import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkToken } from "mongodbatlas-dynamic";
import { atlasStack, startSimulator } from "./atlasStack";

test("a LinkToken whose replacement the user asks for is dropped first, and the new token is the one that works", async () => {
  const simulator = await startSimulator();
  const orgId = simulator.world.createOrganization();
  const stack = await atlasStack(simulator, {
    program: async () => ({ linkToken: new LinkToken("link", { orgId }).linkToken }),
  });
  const { outputs: before, steps } = await stack.up({ mustSucceed: true });
  simulator.log.clear();
  const { outputs } = await stack.up({ mustSucceed: true, replace: steps.map(({ urn }) => urn) });
  assert.deepEqual(
    simulator.log.entries
      .filter(({ method, status }) => method !== "GET" && (status ?? 0) < 400)
      .map(({ method }) => method),
    ["DELETE", "POST"],
  );
  assert.notEqual(outputs["linkToken"], before["linkToken"]);
  assert.equal(simulator.world.link(orgId).current?.linkToken, outputs["linkToken"]);
});
