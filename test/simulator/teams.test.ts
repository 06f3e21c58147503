import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { assertRefused, atlas, rowsOf, usernamesOf } from "./testClient";

const unknownId = "0123456789abcdef01234567";

async function team(t: TestContext) {
  const setting = await atlas(t);
  const teamId = setting.simulator.world.createTeam(setting.organizationId);
  const path = `/orgs/${setting.organizationId}/teams/${teamId}`;
  const add = (id: unknown) => setting.client.post(`${path}:addUser`, { id });
  const remove = (id: unknown) => setting.client.post(`${path}:removeUser`, { id });
  const list = (query = "") => setting.client.get(`${path}/users${query}`);
  const invite = async (username: string) => {
    const body = { username, roles: ["GROUP_READ_ONLY"] };
    return String((await setting.client.post(`/groups/${setting.projectId}/users`, body)).body.id);
  };
  return { ...setting, teamId, path, add, remove, list, invite };
}

test("adds active and pending users, and shows the team among theirs at once", async (t) => {
  const { simulator, client, organizationId, projectId, teamId, add, list, invite } = await team(t);
  const ann = simulator.world.addActiveUser(organizationId, "zann@example.com");
  const bob = await invite("bob@example.com");
  const added = await add(ann);
  assert.equal(added.status, 200);
  assert.deepEqual(added.body.teamIds, [teamId]);
  assert.deepEqual(added.body.roles, { groupRoleAssignments: [], orgRoles: ["ORG_MEMBER"] });
  const pending = await add(bob);
  assert.deepEqual(pending.body.roles, {
    groupRoleAssignments: [{ groupId: projectId, groupRoles: ["GROUP_READ_ONLY"] }],
    orgRoles: ["ORG_MEMBER"],
  });
  assert.deepEqual(usernamesOf(await list()), ["bob@example.com", "zann@example.com"]);
  assert.deepEqual(
    rowsOf(await client.get(`/orgs/${organizationId}/users`)).map((row) => row.teamIds),
    [[teamId], [teamId]],
  );
});

test("finds one member by id, by username, or nobody", async (t) => {
  const { simulator, organizationId, add, list } = await team(t);
  const ann = simulator.world.addActiveUser(organizationId, "ann@example.com");
  const other = simulator.world.addActiveUser(organizationId, "other@example.com");
  await add(ann);
  assert.deepEqual(usernamesOf(await list(`?userId=${ann}`)), ["ann@example.com"]);
  assert.deepEqual(usernamesOf(await list("?username=ANN@example.com")), ["ann@example.com"]);
  assert.deepEqual(usernamesOf(await list(`?userId=${ann}&username=other@example.com`)), []);
  assert.deepEqual(usernamesOf(await list(`?userId=${other}`)), []);
  assert.deepEqual(usernamesOf(await list("?orgMembershipStatuses=PENDING")), []);
});

test("refuses to add a member twice", async (t) => {
  const { simulator, organizationId, add } = await team(t);
  const ann = simulator.world.addActiveUser(organizationId, "ann@example.com");
  await add(ann);
  assertRefused(await add(ann), 409, "USER_ALREADY_IN_TEAM");
});

test("tells an unknown user from one of another organization", async (t) => {
  const { simulator, add } = await team(t);
  assertRefused(await add(unknownId), 404, "USER_NOT_FOUND");
  const elsewhere = simulator.world.addActiveUser(simulator.world.createOrganization(), "eve@example.com");
  assertRefused(await add(elsewhere), 404, "USER_NOT_IN_ORG");
});

test("does not count a user whose invitation has ended as one of the organization", async (t) => {
  const { simulator, add, invite } = await team(t);
  const bob = await invite("bob@example.com");
  simulator.world.expireInvitation("bob@example.com");
  assertRefused(await add(bob), 404, "USER_NOT_IN_ORG");
});

test("adds who was invited to the organization with the deprecated endpoint", async (t) => {
  const { simulator, organizationId, teamId, add, list } = await team(t);
  const id = simulator.world.inviteToOrganization(organizationId, "old@example.com");
  assert.equal((await add(id)).status, 200);
  assert.deepEqual(usernamesOf(await list(`?userId=${id}`)), ["old@example.com"]);
  simulator.world.acceptInvitation("old@example.com");
  assert.deepEqual(simulator.world.teamMembers(teamId), ["old@example.com"]);
});

test("removes a member and nobody else", async (t) => {
  const { simulator, organizationId, teamId, add, remove } = await team(t);
  const ann = simulator.world.addActiveUser(organizationId, "ann@example.com");
  const bob = simulator.world.addActiveUser(organizationId, "bob@example.com");
  await add(ann);
  await add(bob);
  const removed = await remove(ann);
  assert.deepEqual([removed.status, removed.body.teamIds], [200, []]);
  assert.deepEqual(simulator.world.teamMembers(teamId), ["bob@example.com"]);
  assertRefused(await remove(ann), 404, "USER_NOT_FOUND");
  assertRefused(await remove(unknownId), 404, "USER_NOT_FOUND");
});

test("does not know a team, or not in this organization", async (t) => {
  const { simulator, client, organizationId } = await team(t);
  const unknown = await client.get(`/orgs/${organizationId}/teams/${unknownId}/users`);
  assertRefused(unknown, 404, "TEAM_NOT_FOUND");
  const other = simulator.world.createTeam(simulator.world.createOrganization());
  const foreign = await client.get(`/orgs/${organizationId}/teams/${other}/users`);
  assertRefused(foreign, 404, "TEAM_NOT_IN_ORG");
  assertRefused(await client.get(`/orgs/${unknownId}/teams/${other}/users`), 404, "ORG_NOT_FOUND");
});

test("refuses members above the limits of a team and of a user", async (t) => {
  const { simulator, organizationId, teamId, add } = await team(t);
  const { world } = simulator;
  assert.deepEqual([world.limits.usersPerTeam, world.limits.teamsPerUser], [250, 100]);
  for (let index = 0; index < 250; index += 1) {
    world.addActiveUser(organizationId, `user${index}@example.com`);
    world.addToTeam(teamId, `user${index}@example.com`);
  }
  const ann = world.addActiveUser(organizationId, "ann@example.com");
  assertRefused(await add(ann), 400, "MAX_USERS_PER_TEAM_EXCEEDED");
  world.removeFromTeam(teamId, "user0@example.com");
  for (let index = 0; index < 100; index += 1) {
    world.addToTeam(world.createTeam(organizationId), "ann@example.com");
  }
  assertRefused(await add(ann), 400, "MAX_TEAMS_PER_USER_EXCEEDED");
});

test("gives the team list no total switch, but the pages of every list", async (t) => {
  const { simulator, organizationId, path, list } = await team(t);
  for (const name of ["a", "b", "c"]) {
    simulator.world.addActiveUser(organizationId, `${name}@example.com`);
    simulator.world.addToTeam(path.split("/").at(-1) ?? "", `${name}@example.com`);
  }
  const page = await list("?itemsPerPage=2");
  assert.deepEqual(usernamesOf(page), ["a@example.com", "b@example.com"]);
  const base = `${simulator.url}/api/atlas/v2${path}/users`;
  assert.deepEqual(page.body.links, [
    { href: `${base}?pageNum=1&itemsPerPage=2`, rel: "self" },
    { href: `${base}?itemsPerPage=2&pageNum=2`, rel: "next" },
  ]);
});
