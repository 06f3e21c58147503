import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "./testClient";
import { assertRefused, atlas, atlasWithViolations } from "./testClient";

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

test("counts the users of an organization apart from its invitations, and a migration with its cutover", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  assert.deepEqual(budget(await client.get(`/orgs/${organizationId}/users`)), ["500", "499"]);
  assert.deepEqual(budget(await client.get(`/orgs/${organizationId}/invites`)), ["500", "499"]);
  const teamId = simulator.world.createTeam(organizationId);
  const team = `/orgs/${organizationId}/teams/${teamId}/users`;
  assert.deepEqual(budget(await client.get(team)), ["1200", "1199"]);
  const link = `/orgs/${organizationId}/liveMigrations/linkTokens`;
  assert.deepEqual(budget(await client.post(link, {})), ["500", "499"]);
  const migration = `/groups/${projectId}/liveMigrations/${simulator.world.addMigration(projectId).id}`;
  assert.deepEqual(budget(await client.get(migration)), ["1200", "1199"]);
  assert.deepEqual(budget(await client.send("PUT", `${migration}/cutover`)), ["1200", "1198"]);
  const window = `/groups/${projectId}/maintenanceWindow`;
  assert.deepEqual(budget(await client.get(window)), ["1200", "1199"]);
  assert.deepEqual(budget(await client.send("DELETE", window)), ["1200", "1198"]);
});

test("tells nothing of its buckets where it is told so", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.limiter.tellsRoom = false;
  assert.deepEqual(budget(await client.get(`/groups/${projectId}/users`)), [null, null]);
  simulator.limiter.exhaust("listGroupUsers", projectId);
  const throttled = await client.get(`/groups/${projectId}/users`);
  assert.deepEqual([throttled.status, ...budget(throttled)], [429, null, null]);
});

for (const [retryAfter, header, seconds] of [
  ["next step", "60", 60],
  ["zero", "0", 0],
  ["missing", null, 60],
] as const) {
  test(`throttles in Atlas's words, with the time to wait as '${retryAfter}'`, async (t) => {
    const { simulator, client, projectId } = await atlas(t, { now: () => 1_000_000 });
    simulator.limiter.retryAfter = retryAfter;
    simulator.limiter.exhaust("listGroupUsers", projectId);
    const throttled = await client.get(`/groups/${projectId}/users?pageNum=1`);
    assertRefused(throttled, 429, "RATE_LIMITED_TOKEN_BUCKET");
    assert.equal(throttled.headers.get("retry-after"), header);
    const path = `api/atlas/v2/groups/${projectId}/users`;
    assert.equal(
      throttled.body.detail,
      `Rate limit exceeded for ${path}. Please retry after ${seconds} seconds. ` +
        "Request capacity: 1200. Refill rate: 500 per 60 seconds.",
    );
    assert.deepEqual(throttled.body.parameters, [path, seconds, 1200, 500, 60]);
  });
}

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
  assertRefused(throttled, 429, "RATE_LIMITED_TOKEN_BUCKET");
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
  assertRefused(await client.post(`/groups/${projectId}/users`, body), 429, "RATE_LIMITED_TOKEN_BUCKET");
  assert.deepEqual(simulator.world.members(projectId), {});
  assert.deepEqual(simulator.log.effects(), []);
});
