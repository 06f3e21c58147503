import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas, rowsOf, usernamesOf } from "./testClient";

const inviteKeys = [
  "createdAt",
  "expiresAt",
  "groupRoleAssignments",
  "id",
  "inviterUsername",
  "orgId",
  "orgName",
  "roles",
  "teamIds",
  "username",
];

test("walks through pages with the links of Atlas", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  for (let index = 0; index < 5; index += 1) {
    simulator.world.grant(projectId, `user${index}@example.com`, ["GROUP_READ_ONLY"]);
  }
  const base = `${simulator.url}/api/atlas/v2/groups/${projectId}/users`;
  const flags = "flattenTeams=false&includeCount=true&includeOrgUsers=false";
  const first = await client.get(`/groups/${projectId}/users?itemsPerPage=2`);
  assert.deepEqual(first.body.links, [
    { href: `${base}?${flags}&pageNum=1&itemsPerPage=2`, rel: "self" },
    { href: `${base}?${flags}&itemsPerPage=2&pageNum=2`, rel: "next" },
  ]);
  const last = await client.get(`/groups/${projectId}/users?itemsPerPage=2&pageNum=3`);
  assert.deepEqual(usernamesOf(last), ["user4@example.com"]);
  assert.equal((last.body.links as unknown[]).length, 1);
  assert.equal(last.body.totalCount, 5);
  const beyond = await client.get(`/groups/${projectId}/users?itemsPerPage=2&pageNum=4`);
  assert.deepEqual(usernamesOf(beyond), []);
});

test("has a hundred rows on a page unless asked for others, and counts unless told not to", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  for (let index = 0; index < 101; index += 1) {
    simulator.world.addActiveUser(organizationId, `user${index}@example.com`);
  }
  const page = await client.get(`/orgs/${organizationId}/users`);
  assert.equal(rowsOf(page).length, 100);
  assert.deepEqual(
    (page.body.links as { href: string }[])[0]?.href.split("?")[1],
    "includeCount=true&pageNum=1&itemsPerPage=100",
  );
  const all = await client.get(`/orgs/${organizationId}/users?itemsPerPage=500&includeCount=false`);
  assert.equal(rowsOf(all).length, 101);
  assert.equal("totalCount" in all.body, false);
});

test("lists the people of an organization with their roles everywhere", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  simulator.world.grant(projectId, "ann@example.com", ["GROUP_OWNER"]);
  const [row] = rowsOf(await client.get(`/orgs/${organizationId}/users?username=Ann@example.com`));
  assert.deepEqual(row?.roles, {
    groupRoleAssignments: [{ groupId: projectId, groupRoles: ["GROUP_OWNER"] }],
    orgRoles: ["ORG_MEMBER"],
  });
});

test("lists invitations as a bare list in the order of creation, under ids of their own", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const add = (username: string) =>
    client.post(`/groups/${projectId}/users`, { username, roles: ["GROUP_READ_ONLY"] });
  const zoe = await add("zoe@example.com");
  simulator.world.inviteInvisibly(projectId, "mia@example.com");
  await add("ann@example.com");
  const reply = await client.get(`/orgs/${organizationId}/invites`);
  const rows = rowsOf(reply);
  assert.ok(Array.isArray(reply.body));
  assert.deepEqual(usernamesOf(reply), ["zoe@example.com", "mia@example.com", "ann@example.com"]);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row), inviteKeys);
  }
  assert.notEqual(rows[0]?.id, zoe.body.id);
  assert.deepEqual(rows[0]?.groupRoleAssignments, [{ groupId: projectId, groupRole: "GROUP_READ_ONLY" }]);
  assert.deepEqual(
    usernamesOf(await client.get(`/orgs/${organizationId}/invites?username=MIA@example.com`)),
    ["mia@example.com"],
  );
  assert.deepEqual(usernamesOf(await client.get(`/orgs/${organizationId}/users`)), [
    "ann@example.com",
    "zoe@example.com",
  ]);
});

test("shows who was invited to the organization as a pending user, by every list", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const id = simulator.world.inviteToOrganization(organizationId, "Mia@example.com", {
    orgRoles: ["ORG_READ_ONLY"],
  });
  const [user] = rowsOf(await client.get(`/orgs/${organizationId}/users`));
  assert.deepEqual([user?.id, user?.orgMembershipStatus], [id, "PENDING"]);
  assert.deepEqual(user?.roles, { groupRoleAssignments: [], orgRoles: ["ORG_READ_ONLY"] });
  const [invitation] = rowsOf(await client.get(`/orgs/${organizationId}/invites`));
  assert.deepEqual([invitation?.username, invitation?.roles], ["mia@example.com", ["ORG_READ_ONLY"]]);
  assert.notEqual(invitation?.id, id);
  assert.throws(
    () => simulator.world.inviteToOrganization(organizationId, "mia@example.com"),
    /belongs to it/,
  );
});

test("names an organization whose name has spaces", async (t) => {
  const { simulator, client } = await atlas(t);
  const organizationId = simulator.world.createOrganization("Example & Sons (EU)");
  simulator.world.inviteToOrganization(organizationId, "mia@example.com");
  const [invitation] = rowsOf(await client.get(`/orgs/${organizationId}/invites`));
  assert.equal(invitation?.orgName, "Example & Sons (EU)");
});

test("lists people by username, the pending among the others, and ended invitations only where asked", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  for (const name of ["ann", "zoe"]) {
    simulator.world.addActiveUser(organizationId, `${name}@example.com`);
  }
  for (const name of ["bob", "eve", "mia"]) {
    simulator.world.inviteToOrganization(organizationId, `${name}@example.com`);
  }
  simulator.world.expireInvitation("eve@example.com");
  simulator.world.rejectInvitation("mia@example.com");
  const list = async (query = "") => usernamesOf(await client.get(`/orgs/${organizationId}/users${query}`));
  assert.deepEqual(await list(), ["ann@example.com", "bob@example.com", "zoe@example.com"]);
  assert.deepEqual(await list("?username=eve@example.com"), []);
  const ended = "?orgMembershipStatuses=INVITATION_EXPIRED&orgMembershipStatuses=INVITATION_REJECTED";
  assert.deepEqual(await list(ended), ["eve@example.com", "mia@example.com"]);
});

test("forgets an invitation that was accepted, rejected or has expired", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const { simulator, client, organizationId, projectId } = await atlas(t, { now: () => now });
  for (const name of ["a", "b", "c"]) {
    await client.post(`/groups/${projectId}/users`, {
      username: `${name}@example.com`,
      roles: ["GROUP_READ_ONLY"],
    });
  }
  simulator.world.inviteLegacy(organizationId, "d@example.com");
  simulator.world.acceptInvitation("a@example.com");
  simulator.world.rejectInvitation("b@example.com");
  const list = async () => usernamesOf(await client.get(`/orgs/${organizationId}/invites`));
  assert.deepEqual(await list(), ["c@example.com", "d@example.com"]);
  now += 30 * 24 * 60 * 60 * 1000;
  assert.deepEqual(await list(), []);
});

test("announces the end of the invitations with dates as Atlas writes them", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const dates = async (query = "") => {
    const { headers } = await client.get(`/orgs/${organizationId}/invites${query}`);
    return [headers.get("deprecation"), headers.get("sunset")];
  };
  const deprecation = "Wed, 19 Feb 2025 00:00:00 GMT";
  assert.deepEqual(await dates(), [deprecation, "Thu, 1 Jul 2027 00:00:00 GMT"]);
  simulator.world.sunset.invites = new Date("2026-09-15T00:00:00Z");
  assert.deepEqual(await dates(), [deprecation, "Tue, 15 Sep 2026 00:00:00 GMT"]);
  simulator.world.sunset.invites = null;
  assert.deepEqual(await dates(), [deprecation, null]);
  const users = await client.get(`/orgs/${organizationId}/users`);
  assert.equal(users.headers.get("deprecation"), null);
});

test("removes the invitations with a 410 or a 404, and brings them back", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const path = `/orgs/${organizationId}/invites`;
  simulator.world.removeEndpoint("invites", 410);
  const gone = await client.get(path);
  assertRefused(gone, 410, "VERSION_GONE");
  const fullPath = `/api/atlas/v2${path}`;
  assert.equal(gone.body.detail, `Version 2023-01-01 of ${fullPath} is no longer available.`);
  assert.deepEqual(gone.body.parameters, ["2023-01-01", fullPath]);
  assert.equal(gone.headers.get("sunset"), null);
  simulator.world.removeEndpoint("invites", 404);
  assertRefused(await client.get(path), 404, "RESOURCE_NOT_FOUND");
  simulator.world.restoreEndpoint("invites");
  assert.equal((await client.get(path)).status, 200);
});
