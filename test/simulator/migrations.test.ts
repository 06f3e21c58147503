import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas } from "./testClient";

const hourMs = 60 * 60 * 1000;

test("shows a migration step by step, and its last step for good", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const migration = simulator.world.addMigration(projectId, {
    steps: [
      { status: "NEW", readyForCutover: false, lagTimeSeconds: null },
      { status: "WORKING", readyForCutover: true, lagTimeSeconds: 3 },
    ],
  });
  const get = async () => (await client.get(`/groups/${projectId}/liveMigrations/${migration.id}`)).body;
  assert.deepEqual(await get(), {
    _id: migration.id,
    lagTimeSeconds: null,
    migrationHosts: ["migration.example.com"],
    readyForCutover: false,
    status: "NEW",
  });
  assert.equal((await get()).lagTimeSeconds, 3);
  assert.equal((await get()).status, "WORKING");
});

test("cuts over once, without a body, and then follows its second script", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const migration = simulator.world.addMigration(projectId);
  const path = `/groups/${projectId}/liveMigrations/${migration.id}`;
  const cutover = await client.send("PUT", `${path}/cutover`);
  assert.deepEqual([cutover.status, cutover.text], [202, ""]);
  assertRefused(await client.send("PUT", `${path}/cutover`), 400, "LIVE_MIGRATION_CUTOVER_ALREADY_STARTED");
  const statuses = [
    (await client.get(path)).body,
    (await client.get(path)).body,
    (await client.get(path)).body,
  ];
  assert.deepEqual(
    statuses.map((body) => [body.status, body.readyForCutover, body.lagTimeSeconds]),
    [
      ["WORKING", false, null],
      ["COMPLETE", false, null],
      ["COMPLETE", false, null],
    ],
  );
  assert.deepEqual([migration.cutovers, migration.cutoverRequests], [1, 2]);
});

test("refuses the cutover of a migration that is not ready", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const migration = simulator.world.addMigration(projectId, {
    steps: [{ status: "WORKING", readyForCutover: false, lagTimeSeconds: 900 }],
  });
  const reply = await client.send("PUT", `/groups/${projectId}/liveMigrations/${migration.id}/cutover`);
  assertRefused(reply, 400, "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER");
  assert.deepEqual([migration.cutovers, migration.cutoverRequests], [0, 1]);
});

test("lets a migration expire that was ready for a hundred and twenty hours", async (t) => {
  let now = 0;
  const { simulator, client, projectId } = await atlas(t, { now: () => now });
  const migration = simulator.world.addMigration(projectId);
  const path = `/groups/${projectId}/liveMigrations/${migration.id}`;
  assert.equal((await client.get(path)).body.status, "WORKING");
  now = 120 * hourMs - 1;
  assert.equal((await client.get(path)).body.status, "WORKING");
  now = 120 * hourMs;
  const late = await client.send("PUT", `${path}/cutover`);
  assertRefused(late, 400, "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER");
  assert.equal((await client.get(path)).body.status, "EXPIRED");
});

test("no longer knows a migration that has vanished", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const migration = simulator.world.addMigration(projectId);
  migration.vanish();
  const path = `/groups/${projectId}/liveMigrations/${migration.id}`;
  assertRefused(await client.get(path), 404, "LIVE_MIGRATION_NOT_FOUND");
  assertRefused(await client.send("PUT", `${path}/cutover`), 404, "LIVE_MIGRATION_NOT_FOUND");
});

test("makes a link token that holds a key pair, and replaces it by the next", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const path = `/orgs/${organizationId}/liveMigrations/linkTokens`;
  const first = await client.post(path, { accessListIps: ["192.0.2.1", "198.51.100.0/24", "2001:db8::1"] });
  assert.equal(first.status, 201);
  const content = JSON.parse(Buffer.from(String(first.body.linkToken), "base64").toString());
  assert.deepEqual(Object.keys(content), ["orgId", "orgName", "privateApiKey", "publicApiKey"]);
  assert.equal(content.orgId, organizationId);
  const second = await client.post(path, {});
  assert.notEqual(second.body.linkToken, first.body.linkToken);
  assert.deepEqual(simulator.world.link(organizationId), {
    made: 2,
    current: { linkToken: second.body.linkToken, accessListIps: [] },
  });
});

test("refuses an address that is none", async (t) => {
  const { client, organizationId } = await atlas(t);
  const path = `/orgs/${organizationId}/liveMigrations/linkTokens`;
  for (const address of ["example.com", "192.0.2.1/33", "192.0.2.1/8/8", ""]) {
    const reply = await client.post(path, { accessListIps: [address] });
    assertRefused(reply, 400, "INVALID_IP_ADDRESS_OR_CIDR_NOTATION");
  }
});

test("deletes the link once, and has had several codes for a link that is not there", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const path = `/orgs/${organizationId}/liveMigrations/linkTokens`;
  await client.post(path, {});
  const deleted = await client.send("DELETE", path);
  assert.deepEqual([deleted.status, deleted.text], [204, ""]);
  const missing = await client.send("DELETE", path);
  assertRefused(missing, 404, "UNEXPECTED_ERROR");
  assert.equal(missing.body.parameters, null);
  simulator.world.missingLinkCode = null;
  assertRefused(await client.send("DELETE", path), 404, null);
});

test("keeps the link while push migrations are active, and names their projects", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const path = `/orgs/${organizationId}/liveMigrations/linkTokens`;
  await client.post(path, {});
  const migration = simulator.world.addMigration(projectId, { usesLink: true });
  simulator.world.addMigration(simulator.world.createProject(organizationId));
  const refused = await client.send("DELETE", path);
  assertRefused(refused, 409, "CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK");
  assert.deepEqual(refused.body.parameters, [projectId]);
  assert.match(String(refused.body.detail), new RegExp(`project ids: ${projectId}$`));
  migration.vanish();
  assert.equal((await client.send("DELETE", path)).status, 204);
});
