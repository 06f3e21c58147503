import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "./test-client";
import { assertRefused, atlas, atlasWithViolations } from "./test-client";

function budget(reply: Reply): (string | null)[] {
  return [reply.headers.get("ratelimit-limit"), reply.headers.get("ratelimit-remaining")];
}

test("counts down the documented bucket, one token for a call and none for its challenge", async (t) => {
  const { client, organizationId, projectId } = await atlas(t);
  assert.deepEqual(budget(await client.get(`/groups/${projectId}/users`)), ["1200", "1199"]);
  assert.deepEqual(budget(await client.get(`/groups/${projectId}/users`)), ["1200", "1198"]);
  assert.deepEqual(budget(await client.get(`/orgs/${organizationId}/users`)), ["500", "499"]);
  assert.deepEqual(budget(await client.get(`/groups/${projectId}/maintenanceWindow`)), ["1200", "1199"]);
});

test("charges errors too", async (t) => {
  const { client, projectId } = await atlasWithViolations(t);
  const reply = await client.get(`/groups/${projectId}/users?nonsense=1`);
  assert.deepEqual([reply.status, ...budget(reply)], [400, "1200", "1199"]);
  const missing = await client.get(`/groups/${projectId}/users/0123456789abcdef01234567`);
  assert.deepEqual([missing.status, ...budget(missing)], [404, "1200", "1198"]);
});

test("throttles with the seconds until the next step, and refills in steps", async (t) => {
  let now = 1_000_000;
  const rateLimit = { capacity: 3, refill: 2, everyMs: 60_000 };
  const { simulator, client, organizationId, projectId } = await atlas(t, { now: () => now, rateLimit });
  const get = () => client.get(`/groups/${projectId}/users`);
  assert.deepEqual([(await get()).status, (await get()).status, (await get()).status], [200, 200, 200]);
  now += 500;
  const throttled = await get();
  assertRefused(throttled, 429, "RATE_LIMITED");
  assert.equal(throttled.headers.get("retry-after"), "60");
  assert.deepEqual(budget(throttled), ["3", "0"]);
  now += 58_700;
  assert.equal((await get()).headers.get("retry-after"), "1");
  now += 800;
  assert.deepEqual(budget(await get()), ["3", "1"]);
  const other = simulator.world.createProject(organizationId);
  assert.deepEqual(budget(await client.get(`/groups/${other}/users`)), ["3", "2"]);
  now += 600_000;
  assert.deepEqual(budget(await get()), ["3", "2"]);
});

test("does nothing for a request that it throttles", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.limiter.exhaust("addGroupUsers", projectId);
  const body = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
  assertRefused(await client.post(`/groups/${projectId}/users`, body), 429, "RATE_LIMITED");
  assert.deepEqual(simulator.world.members(projectId), {});
  assert.deepEqual(simulator.log.effects(), []);
});
