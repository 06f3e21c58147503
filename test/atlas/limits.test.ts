import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { addGroupUsers, listGroupUsers } from "../../provider/atlas/operations/index";
import { type Bench, startBench } from "../resources/harness";

let bench: Bench;
afterEach(() => bench.stop());

describe("limits are those of Atlas", () => {
  test("a project whose bucket is empty does not hold up additions to another", {
    timeout: 10_000,
  }, async () => {
    const sleep = () => new Promise<never>(() => {});
    const clock = { date: () => Date.now(), monotonic: () => performance.now(), sleep };
    bench = await startBench({ rateLimit: { capacity: 3, refill: 3, everyMs: 60_000 }, client: { clock } });
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    const [full, free] = [world.createProject(orgId), world.createProject(orgId)];
    const { client } = bench.atlas();
    for (let look = 0; look < 3; look += 1) {
      await listGroupUsers(client, { projectId: full, username: "ada@example.com" });
    }
    const user = (name: string) => ({ username: `${name}@example.com`, roles: ["GROUP_READ_ONLY"] });
    void addGroupUsers(client, { projectId: full, ...user("ada") });
    while (bench.atlasSimulator.log.count(({ status }) => status === 429) === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await addGroupUsers(client, { projectId: free, ...user("bob") });
    assert.equal(world.members(full)["ada@example.com"], undefined);
  });
});

describe("access tokens", () => {
  test("are given back when a process ends, so that a hundred of them leave none alive", async () => {
    bench = await startBench({ credentials: "serviceAccount", tokensPerMinute: 1_000 });
    const { world, oauth } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    for (let process = 0; process < 120; process += 1) {
      bench.restart();
      const { client } = bench.atlas();
      await listGroupUsers(client, { projectId, username: "ada@example.com" });
      await client.close();
    }
    assert.deepEqual([oauth.issued, oauth.live], [120, 0]);
  });
});
