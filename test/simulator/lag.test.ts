import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { atlas, type Reply, usernamesOf } from "./testClient";

async function team(t: TestContext) {
  const setting = await atlas(t);
  const { world } = setting.simulator;
  const teamId = world.createTeam(setting.organizationId);
  const path = `/orgs/${setting.organizationId}/teams/${teamId}`;
  const userId = world.addActiveUser(setting.organizationId, "ann@example.com");
  const list = async (query = "") => usernamesOf(await setting.client.get(`${path}/users${query}`));
  const change = (verb: "addUser" | "removeUser") => setting.client.post(`${path}:${verb}`, { id: userId });
  return { ...setting, world, teamId, userId, list, change };
}

test("shows the users of a project as they were for as many answers as it lags, whatever is asked", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.lags.projects = 3;
  const users = `/groups/${projectId}/users`;
  const body = { username: "ann@example.com", roles: ["GROUP_READ_ONLY"] };
  const { id } = (await client.post(users, body)).body;
  assert.deepEqual(usernamesOf(await client.get(users)), []);
  assert.deepEqual(usernamesOf(await client.get(`${users}?username=ann@example.com`)), []);
  assert.equal((await client.get(`${users}/${id}`)).status, 404);
  assert.deepEqual(usernamesOf(await client.get(users)), ["ann@example.com"]);
});

test("decides by what it has, and not by what it still shows", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.lags.projects = 1;
  const body = { username: "ann@example.com", roles: ["GROUP_READ_ONLY"] };
  assert.equal((await client.post(`/groups/${projectId}/users`, body)).status, 201);
  assert.equal((await client.post(`/groups/${projectId}/users`, body)).status, 409);
});

test("shows roles late, and a member who was removed", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
  simulator.world.lags.projects = 1;
  const path = `/groups/${projectId}/users/${simulator.world.members(projectId)["ann@example.com"]?.id}`;
  const roles = async () => [...((await client.get(path)).body.roles as string[])].sort();
  await client.post(`${path}:addRole`, { groupRole: "GROUP_OWNER" });
  assert.deepEqual(await roles(), ["GROUP_READ_ONLY"]);
  assert.deepEqual(await roles(), ["GROUP_OWNER", "GROUP_READ_ONLY"]);
  await client.send("DELETE", path);
  assert.equal((await client.get(path)).status, 200);
  assert.equal((await client.get(path)).status, 404);
});

test("never goes back in time: several writes before a read show what was there before the first", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.lags.projects = 2;
  const users = `/groups/${projectId}/users`;
  const add = (name: string) =>
    client.post(users, { username: `${name}@example.com`, roles: ["GROUP_READ_ONLY"] });
  const names = async () => usernamesOf(await client.get(users)).map((name) => String(name).split("@")[0]);
  await add("ann");
  assert.deepEqual(await names(), []);
  await add("bob");
  assert.deepEqual(await names(), []);
  assert.deepEqual(await names(), []);
  assert.deepEqual(await names(), ["ann", "bob"]);
});

test("shows a team late, however one asks for the member", async (t) => {
  const { world, teamId, userId, list, change } = await team(t);
  world.lags.teams = 2;
  await change("addUser");
  assert.deepEqual(await list(), []);
  assert.deepEqual(await list(`?userId=${userId}`), []);
  assert.deepEqual(await list(`?userId=${userId}`), ["ann@example.com"]);
  await change("removeUser");
  assert.deepEqual(world.teamMembers(teamId), []);
  assert.deepEqual(await list("?username=ann@example.com"), ["ann@example.com"]);
  assert.deepEqual(await list(), ["ann@example.com"]);
  assert.deepEqual(await list(), []);
});

test("shows the people of an organization late, and the invitations to it", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  simulator.world.lags.organizations = 2;
  await client.post(`/groups/${projectId}/users`, { username: "bob@example.com", roles: ["GROUP_OWNER"] });
  assert.deepEqual(usernamesOf(await client.get(`/orgs/${organizationId}/users`)), []);
  assert.deepEqual(usernamesOf(await client.get(`/orgs/${organizationId}/invites`)), []);
  assert.deepEqual(usernamesOf(await client.get(`/orgs/${organizationId}/users`)), ["bob@example.com"]);
});

test("shows a deferral, an edited window and a reset one late", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { world } = simulator;
  world.setMaintenance(projectId, { dayOfWeek: 7, hourOfDay: 4, scheduled: true });
  world.lags.windows = 1;
  const path = `/groups/${projectId}/maintenanceWindow`;
  const shown = async () => {
    const { body } = await client.get(path);
    return [body.numberOfDeferrals, body.dayOfWeek];
  };
  const twice = async (write: Promise<Reply>) => {
    assert.ok((await write).status < 300);
    return [await shown(), await shown()];
  };
  assert.deepEqual(await twice(client.post(`${path}/defer`)), [
    [0, 7],
    [1, 7],
  ]);
  assert.deepEqual(await twice(client.send("PATCH", path, { body: { dayOfWeek: 2 } })), [
    [1, 7],
    [0, 2],
  ]);
  assert.deepEqual(await twice(client.send("DELETE", path)), [
    [0, 2],
    [0, 0],
  ]);
});

test("shows a migration as ready although its cutover was accepted, and takes no second one", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const migration = simulator.world.addMigration(projectId);
  simulator.world.lags.migrations = 1;
  const path = `/groups/${projectId}/liveMigrations/${migration.id}`;
  await client.send("PUT", `${path}/cutover`);
  assert.equal((await client.get(path)).body.readyForCutover, true);
  assert.equal((await client.send("PUT", `${path}/cutover`)).status, 400);
  assert.equal((await client.get(path)).body.readyForCutover, false);
  assert.equal((await client.get(path)).body.status, "COMPLETE");
});

test("lags in one project and not in another", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const other = simulator.world.createProject(organizationId);
  simulator.world.lags.projects = 1;
  const body = { username: "ann@example.com", roles: ["GROUP_READ_ONLY"] };
  await client.post(`/groups/${projectId}/users`, body);
  await client.post(`/groups/${other}/users`, body);
  assert.deepEqual(usernamesOf(await client.get(`/groups/${other}/users`)), []);
  assert.deepEqual(usernamesOf(await client.get(`/groups/${other}/users`)), ["ann@example.com"]);
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
});
