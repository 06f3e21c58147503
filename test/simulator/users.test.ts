import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas, rowsOf, TestClient, usernamesOf } from "./testClient";

const dayMs = 24 * 60 * 60 * 1000;
const pendingKeys = [
  "id",
  "invitationCreatedAt",
  "invitationExpiresAt",
  "inviterUsername",
  "orgMembershipStatus",
  "roles",
  "username",
];
const activeKeys = [
  "country",
  "createdAt",
  "firstName",
  "id",
  "lastAuth",
  "lastName",
  "mobileNumber",
  "orgMembershipStatus",
  "roles",
  "username",
];

test("invites a stranger for thirty days and keeps the user pending", async (t) => {
  const now = Date.UTC(2026, 0, 31, 12, 0, 0, 123);
  const { simulator, client, projectId } = await atlas(t, { now: () => now });
  const reply = await client.post(`/groups/${projectId}/users`, {
    username: "New.Person@Example.com",
    roles: ["GROUP_READ_ONLY"],
  });
  assert.equal(reply.status, 201);
  assert.deepEqual(Object.keys(reply.body), pendingKeys);
  assert.match(String(reply.body.id), /^[0-9a-f]{24}$/);
  assert.deepEqual(
    { ...reply.body, id: "" },
    {
      id: "",
      invitationCreatedAt: "2026-01-31T12:00:00Z",
      invitationExpiresAt: "2026-03-02T12:00:00Z",
      inviterUsername: simulator.keys.publicKey,
      orgMembershipStatus: "PENDING",
      roles: ["GROUP_READ_ONLY"],
      username: "new.person@example.com",
    },
  );
  assert.deepEqual(
    simulator.world.invitationsSent.map((each) => each.username),
    ["new.person@example.com"],
  );
});

test("gives an active member of the organization access at once, without an invitation", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const id = simulator.world.addActiveUser(organizationId, "ann@example.com");
  const reply = await client.post(`/groups/${projectId}/users`, {
    username: "Ann@Example.com",
    roles: ["GROUP_OWNER"],
  });
  assert.equal(reply.status, 201);
  assert.deepEqual(Object.keys(reply.body), activeKeys);
  assert.equal(reply.body.id, id);
  assert.equal(simulator.world.invitationsSent.length, 0);
});

test("amends a pending invitation instead of sending another", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const other = simulator.world.createProject(organizationId);
  const first = await client.post(`/groups/${projectId}/users`, {
    username: "bob@example.com",
    roles: ["GROUP_READ_ONLY"],
  });
  const second = await client.post(`/groups/${other}/users`, {
    username: "bob@example.com",
    roles: ["GROUP_OWNER"],
  });
  assert.equal(second.status, 201);
  assert.equal(second.body.id, first.body.id);
  assert.equal(simulator.world.invitationsSent.length, 1);
});

test("refuses to add a pending or an active user twice", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
  const body = { username: "ANN@example.com", roles: ["GROUP_OWNER"] };
  assertRefused(await client.post(`/groups/${projectId}/users`, body), 409, "USER_ALREADY_IN_GROUP");
  const invited = { username: "bob@example.com", roles: ["GROUP_OWNER"] };
  await client.post(`/groups/${projectId}/users`, invited);
  assertRefused(await client.post(`/groups/${projectId}/users`, invited), 409, "USER_ALREADY_IN_GROUP");
  assert.equal(simulator.world.invitationsSent.length, 1);
});

for (const [what, end] of [
  ["expired", "expireInvitation"],
  ["rejected", "rejectInvitation"],
] as const) {
  test(`hides an invitation that was ${what} and replaces it by a fresh one`, async (t) => {
    const { simulator, client, projectId } = await atlas(t);
    const body = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
    const first = await client.post(`/groups/${projectId}/users`, body);
    simulator.world[end]("bob@example.com");
    assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
    assertRefused(await client.get(`/groups/${projectId}/users/${first.body.id}`), 404, "USER_NOT_IN_GROUP");
    const status = `INVITATION_${what.toUpperCase()}`;
    const asked = rowsOf(await client.get(`/groups/${projectId}/users?orgMembershipStatuses=${status}`));
    assert.equal(asked[0]?.orgMembershipStatus, status);
    assert.equal(asked[0]?.invitationExpiresAt === null, what === "rejected");

    const second = await client.post(`/groups/${projectId}/users`, body);
    assert.equal(second.status, 201);
    assert.notEqual(second.body.id, first.body.id);
    assert.equal(simulator.world.invitationsSent.length, 2);
    assert.equal(simulator.world.members(projectId)["bob@example.com"]?.status, "PENDING");
  });
}

test("lets an invitation expire when its thirty days are over", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const { simulator, client, projectId } = await atlas(t, { now: () => now });
  await client.post(`/groups/${projectId}/users`, {
    username: "bob@example.com",
    roles: ["GROUP_READ_ONLY"],
  });
  now += 30 * dayMs - 1;
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), ["bob@example.com"]);
  now += 1;
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
  assert.equal(simulator.world.members(projectId)["bob@example.com"]?.status, "INVITATION_EXPIRED");
});

test("gives an accepted user another id and keeps roles and teams", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const teamId = simulator.world.createTeam(organizationId);
  const added = await client.post(`/groups/${projectId}/users`, {
    username: "bob@example.com",
    roles: ["GROUP_OWNER", "GROUP_READ_ONLY"],
  });
  simulator.world.addToTeam(teamId, "bob@example.com");
  simulator.world.acceptInvitation("Bob@example.com");
  const after = simulator.world.members(projectId)["bob@example.com"];
  assert.notEqual(after?.id, added.body.id);
  assert.deepEqual([after?.status, after?.roles], ["ACTIVE", ["GROUP_OWNER", "GROUP_READ_ONLY"]]);
  assert.deepEqual(simulator.world.teamMembers(teamId), ["bob@example.com"]);
  assertRefused(await client.get(`/groups/${projectId}/users/${added.body.id}`), 404, "USER_NOT_IN_GROUP");
  assert.equal(
    (await client.get(`/groups/${projectId}/users/${after?.id}`)).body.orgMembershipStatus,
    "ACTIVE",
  );
});

test("lists by username, the pending among the others, and finds one without case", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  for (const name of ["zoe", "bob", "mia"]) {
    simulator.world.grant(projectId, `${name}@example.com`, ["GROUP_OWNER"]);
  }
  await client.post(`/groups/${projectId}/users`, {
    username: "lea@example.com",
    roles: ["GROUP_READ_ONLY"],
  });
  const all = await client.get(`/groups/${projectId}/users`);
  assert.deepEqual(usernamesOf(all), [
    "bob@example.com",
    "lea@example.com",
    "mia@example.com",
    "zoe@example.com",
  ]);
  assert.equal(all.body.totalCount, 4);
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users?username=MIA%40example.com`)), [
    "mia@example.com",
  ]);
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users?username=no%40example.com`)), []);
  const active = await client.get(
    `/groups/${projectId}/users?orgMembershipStatuses=PENDING&orgMembershipStatuses=ACTIVE`,
  );
  assert.equal(active.body.totalCount, 4);
});

test("changes the order of roles from answer to answer", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
  const first = rowsOf(await client.get(`/groups/${projectId}/users`))[0]?.roles as string[];
  const second = rowsOf(await client.get(`/groups/${projectId}/users`))[0]?.roles as string[];
  assert.notDeepEqual(first, second);
  assert.deepEqual([...first].sort(), [...second].sort());
});

test("adds and removes single roles, of pending users too", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const { id } = (
    await client.post(`/groups/${projectId}/users`, {
      username: "bob@example.com",
      roles: ["GROUP_READ_ONLY"],
    })
  ).body;
  const path = `/groups/${projectId}/users/${id}`;
  const added = await client.post(`${path}:addRole`, { groupRole: "GROUP_BACKUP_MANAGER" });
  assert.equal(added.status, 200);
  assert.deepEqual([...(added.body.roles as string[])].sort(), ["GROUP_BACKUP_MANAGER", "GROUP_READ_ONLY"]);
  const again = await client.post(`${path}:addRole`, { groupRole: "GROUP_BACKUP_MANAGER" });
  assertRefused(again, 409, "USER_ALREADY_HAS_GROUP_ROLE");
  const notHeld = await client.post(`${path}:removeRole`, { groupRole: "GROUP_OWNER" });
  assertRefused(notHeld, 409, "USER_DOES_NOT_HAVE_GROUP_ROLE");
  const removed = await client.post(`${path}:removeRole`, { groupRole: "GROUP_READ_ONLY" });
  assert.deepEqual(removed.body.roles, ["GROUP_BACKUP_MANAGER"]);
  const last = await client.post(`${path}:removeRole`, { groupRole: "GROUP_BACKUP_MANAGER" });
  assertRefused(last, 403, "CANNOT_REMOVE_ALL_USER_ROLES");
  assert.deepEqual(simulator.world.members(projectId)["bob@example.com"]?.roles, ["GROUP_BACKUP_MANAGER"]);
});

test("refuses organization roles and unknown roles", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const add = (role: string) =>
    client.post(`/groups/${projectId}/users`, { username: "bob@example.com", roles: ["GROUP_OWNER", role] });
  assertRefused(await add("ORG_OWNER"), 400, "CANNOT_ADD_ORG_ROLE");
  const unknown = await add("GROUP_KING");
  assertRefused(unknown, 400, "INVALID_ENUM_VALUE");
  assert.equal(unknown.body.detail, "An invalid enumeration value GROUP_KING was specified.");
  assert.deepEqual(unknown.body.parameters, ["GROUP_KING"]);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
  const id = simulator.world.members(projectId)["ann@example.com"]?.id;
  const grant = await client.post(`/groups/${projectId}/users/${id}:addRole`, { groupRole: "GROUP_KING" });
  assertRefused(grant, 400, "INVALID_ENUM_VALUE");
  assert.equal(simulator.world.invitationsSent.length, 0);
});

test("removes active and pending users, and says when there is nobody to remove", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
  await client.post(`/groups/${projectId}/users`, {
    username: "bob@example.com",
    roles: ["GROUP_READ_ONLY"],
  });
  const members = Object.values(simulator.world.members(projectId));
  assert.equal(members.length, 2);
  for (const { id } of members) {
    const reply = await client.send("DELETE", `/groups/${projectId}/users/${id}`);
    assert.deepEqual([reply.status, reply.text], [204, ""]);
    assert.equal(reply.headers.get("content-type"), "application/vnd.atlas.2025-02-19+json;charset=utf-8");
  }
  assert.deepEqual(simulator.world.members(projectId), {});
  const again = await client.send("DELETE", `/groups/${projectId}/users/${members[0]?.id}`);
  assertRefused(again, 404, "USER_NOT_IN_GROUP");
});

test("protects the last active owner of a project that was created with one", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const projectId = simulator.world.createProject(organizationId, { owner: "ann@example.com" });
  const id = simulator.world.members(projectId)["ann@example.com"]?.id;
  const path = `/groups/${projectId}/users/${id}`;
  assertRefused(await client.send("DELETE", path), 403, "CANNOT_DELETE_LAST_ADMIN");
  await client.post(`${path}:addRole`, { groupRole: "GROUP_READ_ONLY" });
  const demote = () => client.post(`${path}:removeRole`, { groupRole: "GROUP_OWNER" });
  assertRefused(await demote(), 403, "CANNOT_DELETE_LAST_ADMIN");
  await client.post(`/groups/${projectId}/users`, { username: "bob@example.com", roles: ["GROUP_OWNER"] });
  assertRefused(await demote(), 403, "CANNOT_DELETE_LAST_ADMIN");
  simulator.world.acceptInvitation("bob@example.com");
  assert.equal((await demote()).status, 200);
});

test("lets the last owner go elsewhere, unless told to protect every project", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_OWNER"]);
  const path = `/groups/${projectId}/users/${simulator.world.members(projectId)["ann@example.com"]?.id}`;
  simulator.world.protectLastOwner = true;
  assertRefused(await client.send("DELETE", path), 403, "CANNOT_DELETE_LAST_ADMIN");
  simulator.world.protectLastOwner = false;
  assert.equal((await client.send("DELETE", path)).status, 204);
});

test("refuses a user above the limit of a project", async (t) => {
  const { simulator, client, projectId } = await atlas(t, { invitationsPerMinute: 1000 });
  assert.equal(simulator.world.limits.usersPerProject, 500);
  for (let index = 0; index < 499; index += 1) {
    simulator.world.grant(projectId, `user${index}@example.com`, ["GROUP_READ_ONLY"]);
  }
  const add = (username: string) =>
    client.post(`/groups/${projectId}/users`, { username, roles: ["GROUP_READ_ONLY"] });
  assert.equal((await add("a@example.com")).status, 201);
  assertRefused(await add("b@example.com"), 400, "MAX_USERS_PER_GROUP_EXCEEDED");
});

test("refuses to invite a stranger into an organization that is full, and nobody who is in it", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const { world } = simulator;
  assert.equal(world.limits.usersPerOrganization, 500);
  world.limits.usersPerOrganization = 2;
  world.addActiveUser(organizationId, "ann@example.com");
  world.inviteToOrganization(organizationId, "bob@example.com");
  const add = (username: string) =>
    client.post(`/groups/${projectId}/users`, { username, roles: ["GROUP_READ_ONLY"] });
  const refused = await add("eve@example.com");
  assertRefused(refused, 400, "MAX_USERS_PER_ORG_EXCEEDED");
  const detail = `Maximum number of users per org (2) in ${organizationId} exceeded while trying to add users.`;
  assert.equal(refused.body.detail, detail);
  assert.deepEqual(refused.body.parameters, [2, organizationId]);
  assert.equal((await add("ann@example.com")).status, 201);
  assert.equal((await add("bob@example.com")).status, 201);
  world.expireInvitation("bob@example.com");
  assert.equal((await add("eve@example.com")).status, 201);
});

test("throttles invitations with a 400, and nothing that sends none", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const { simulator, client, organizationId, projectId } = await atlas(t, {
    invitationsPerMinute: 2,
    now: () => now,
  });
  const add = (username: string) =>
    client.post(`/groups/${projectId}/users`, { username, roles: ["GROUP_READ_ONLY"] });
  simulator.world.addActiveUser(organizationId, "ann@example.com");
  assert.equal((await add("a@example.com")).status, 201);
  assert.equal((await add("b@example.com")).status, 201);
  const refused = await add("c@example.com");
  assertRefused(refused, 400, "RATE_LIMITED_IP");
  assert.equal(refused.headers.get("retry-after"), null);
  assert.equal((await add("ann@example.com")).status, 201);
  simulator.world.invitationThrottleCode = "INVITATIONS_RATE_LIMITED_IP";
  assertRefused(await add("c@example.com"), 400, "INVITATIONS_RATE_LIMITED_IP");
  now += 60_000;
  assert.equal((await add("c@example.com")).status, 201);
});

test("refuses a user who has an invitation of the deprecated kind to the project, though no list shows one", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  simulator.world.inviteInvisibly(projectId, "old@example.com");
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
  assert.deepEqual(usernamesOf(await client.get(`/orgs/${organizationId}/users`)), []);
  const body = { username: "old@example.com", roles: ["GROUP_READ_ONLY"] };
  assertRefused(await client.post(`/groups/${projectId}/users`, body), 409, "USER_ALREADY_IN_GROUP");
  simulator.world.acceptInvitation("old@example.com");
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), ["old@example.com"]);
});

test("does not know a project: 404 without rate limit headers", async (t) => {
  const { client } = await atlas(t);
  const unknown = "0123456789abcdef01234567";
  const reply = await client.get(`/groups/${unknown}/users`);
  assertRefused(reply, 404, "GROUP_NOT_FOUND");
  assert.deepEqual(reply.body.parameters, [unknown]);
  assert.equal(reply.headers.get("ratelimit-limit"), null);
});

for (const [hiddenAs, status, parameters] of [
  ["GROUP_NOT_FOUND", 404, (id: string) => [id]],
  ["USER_CANNOT_ACCESS_GROUP", 401, () => []],
  ["RESOURCE_NOT_FOUND", 404, (id: string) => [`/api/atlas/v2/groups/${id}/users`]],
] as const) {
  test(`answers ${status} ${hiddenAs} for a project that it hides so, until it shows it again`, async (t) => {
    const { simulator, client, organizationId, projectId } = await atlas(t);
    const other = simulator.world.createProject(organizationId);
    simulator.world.hideProject(projectId, hiddenAs);
    const reply = await client.get(`/groups/${projectId}/users`);
    assertRefused(reply, status, hiddenAs);
    assert.deepEqual(reply.body.parameters, parameters(projectId));
    assert.equal(reply.headers.get("www-authenticate"), null);
    assert.equal((await client.get(`/groups/${projectId}/maintenanceWindow`)).status, status);
    const write = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
    assert.equal((await client.post(`/groups/${projectId}/users`, write)).status, status);
    assert.equal((await client.get(`/groups/${other}/users`)).status, 200);
    simulator.world.showProject(projectId);
    assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
  });
}

test("shows organization owners in a project only where asked to", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  simulator.world.addActiveUser(organizationId, "boss@example.com", { orgRoles: ["ORG_OWNER"] });
  simulator.world.addActiveUser(organizationId, "plain@example.com");
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
  const withThem = await client.get(`/groups/${projectId}/users?includeOrgUsers=true`);
  assert.deepEqual(usernamesOf(withThem), ["boss@example.com"]);
});

test("shows access by a team only where asked to, with the roles of the team", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const { world } = simulator;
  const teamId = world.createTeam(organizationId);
  for (const name of ["ann", "bob"]) {
    world.addActiveUser(organizationId, `${name}@example.com`);
  }
  world.grant(projectId, "ann@example.com", ["GROUP_OWNER"]);
  for (const name of ["ann", "bob"]) {
    world.addToTeam(teamId, `${name}@example.com`);
  }
  world.grantTeam(projectId, teamId, ["GROUP_READ_ONLY"]);
  const list = async (query: string) =>
    rowsOf(await client.get(`/groups/${projectId}/users${query}`)).map(({ username, roles }) => [
      username,
      [...(roles as string[])].sort(),
    ]);
  assert.deepEqual(await list(""), [["ann@example.com", ["GROUP_OWNER"]]]);
  assert.deepEqual(await list("?flattenTeams=true"), [
    ["ann@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]],
    ["bob@example.com", ["GROUP_READ_ONLY"]],
  ]);
  assert.deepEqual(await list("?flattenTeams=true&username=bob@example.com"), [
    ["bob@example.com", ["GROUP_READ_ONLY"]],
  ]);
});

test("shows what a colleague did by hand", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
  simulator.world.setRoles(projectId, "ann@example.com", ["GROUP_OWNER"]);
  assert.deepEqual(rowsOf(await client.get(`/groups/${projectId}/users`))[0]?.roles, ["GROUP_OWNER"]);
  simulator.world.removeFromProject(projectId, "ann@example.com");
  assert.deepEqual(usernamesOf(await client.get(`/groups/${projectId}/users`)), []);
});

test("refuses the writes of a key that may only read, without a challenge", async (t) => {
  const { simulator, projectId } = await atlas(t);
  const reader = new TestClient(simulator.url, simulator.readOnlyKeys);
  assert.equal((await reader.get(`/groups/${projectId}/users`)).status, 200);
  const body = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
  const refused = await reader.post(`/groups/${projectId}/users`, body);
  assertRefused(refused, 401, "USER_UNAUTHORIZED");
  assert.equal(refused.headers.get("www-authenticate"), null);
  assert.deepEqual(simulator.log.effects(), []);
});
