import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FakeClock } from "../fakeClock";
import { idOfKey } from "./events";
import { assertRefused, atlas, atlasWithViolations, type Reply, rowsOf } from "./testClient";

/** Types and targets, one line an event. */
const told = (reply: Reply): string[] =>
  rowsOf(reply).map(({ eventTypeName, targetUsername = "-" }) => `${eventTypeName} ${targetUsername}`);

/** A simulator on a clock that moves when it is told to, and the feeds of its project and organization. */
async function feeds(t: TestContext) {
  const clock = new FakeClock(Date.parse("2026-11-24T14:02:00Z"));
  const setting = await atlas(t, { now: clock.now });
  const { client, projectId, organizationId } = setting;
  return {
    ...setting,
    clock,
    ofProject: (query = "") => client.get(`/groups/${projectId}/events${query}`),
    ofOrganization: (query = "") => client.get(`/orgs/${organizationId}/events${query}`),
  };
}

test("keeps every write of a client, newest first, by the key and from the address that it came from", async (t) => {
  const { simulator, client, projectId, organizationId, ofProject, ofOrganization } = await feeds(t);
  const { world } = simulator;
  const teamId = world.createTeam(organizationId);
  const annId = world.addActiveUser(organizationId, "ann@example.com");
  const users = `/groups/${projectId}/users`;
  const team = `/orgs/${organizationId}/teams/${teamId}`;
  const window = `/groups/${projectId}/maintenanceWindow`;
  await client.post(users, { username: "ann@example.com", roles: ["GROUP_READ_ONLY"] });
  await client.post(`${users}/${annId}:addRole`, { groupRole: "GROUP_OWNER" });
  await client.post(`${users}/${annId}:removeRole`, { groupRole: "GROUP_OWNER" });
  await client.send("DELETE", `${users}/${annId}`);
  const bob = await client.post(users, { username: "Bob@example.com", roles: ["GROUP_READ_ONLY"] });
  await client.post(`${team}:addUser`, { id: bob.body.id });
  await client.post(`${team}:removeUser`, { id: bob.body.id });
  await client.send("DELETE", `${users}/${bob.body.id}`);
  await client.send("PATCH", window, { body: { dayOfWeek: 1, hourOfDay: 1 } });
  world.setMaintenance(projectId, { scheduled: true });
  await client.post(`${window}/defer`);
  await client.send("PATCH", window, { body: { dayOfWeek: 2, hourOfDay: 2 } });
  await client.send("DELETE", window);
  const migration = world.addMigration(projectId);
  await client.send("PUT", `/groups/${projectId}/liveMigrations/${migration.id}/cutover`);

  const reply = await ofProject();

  assert.deepEqual(told(reply), [
    "CLUSTER_IMPORT_CUTOVER -",
    "ATLAS_MAINTENANCE_WINDOW_REMOVED -",
    "ATLAS_MAINTENANCE_WINDOW_MODIFIED -",
    "ATLAS_MAINTENANCE_DEFERRED -",
    "ATLAS_MAINTENANCE_WINDOW_ADDED -",
    "GROUP_INVITATION_DELETED bob@example.com",
    "INVITED_TO_GROUP bob@example.com",
    "REMOVED_FROM_GROUP ann@example.com",
    "USER_ROLES_CHANGED_AUDIT ann@example.com",
    "USER_ROLES_CHANGED_AUDIT ann@example.com",
    "JOINED_GROUP ann@example.com",
  ]);
  assert.deepEqual(told(await ofOrganization()), [
    "REMOVED_FROM_TEAM bob@example.com",
    "INVITED_TO_TEAM bob@example.com",
  ]);
  const { publicKey } = simulator.keys;
  const { id, ...rest } = rowsOf(reply).at(-1) ?? {};
  assert.match(String(id), /^[0-9a-f]{24}$/);
  assert.deepEqual(rest, {
    apiKeyId: idOfKey(publicKey),
    created: "2026-11-24T14:02:00Z",
    eventTypeName: "JOINED_GROUP",
    groupId: projectId,
    isGlobalAdmin: false,
    links: [],
    orgId: organizationId,
    publicKey,
    remoteAddress: "127.0.0.1",
    targetUsername: "ann@example.com",
  });
});

test("keeps no request that is refused, and no read", async (t) => {
  const { simulator, client, projectId, ofProject } = await feeds(t);
  simulator.fail({ operationId: "addGroupUsers", when: "before", status: 500 });
  await client.post(`/groups/${projectId}/users`, { username: "ann@example.com", roles: ["GROUP_OWNER"] });
  await client.get(`/groups/${projectId}/users`);
  assert.deepEqual(told(await ofProject()), []);
});

test("keeps what people do by hand where they are named, and nothing where they are not", async (t) => {
  const { simulator, projectId, organizationId, ofProject, ofOrganization } = await feeds(t);
  const { world } = simulator;
  const teamId = world.createTeam(organizationId);
  world.invite(projectId, "eve@example.com", ["GROUP_OWNER"]);
  world.setRoles(projectId, "eve@example.com", ["GROUP_READ_ONLY"]);
  assert.deepEqual(told(await ofProject()), []);
  world.acting("olivia@example.com", () => {
    world.setRoles(projectId, "eve@example.com", ["GROUP_OWNER"]);
    world.addToTeam(teamId, "eve@example.com");
    world.removeFromProject(projectId, "eve@example.com");
  });
  world.invite(projectId, "mallory@example.com", ["GROUP_OWNER"], "pat@example.com");
  world.acceptInvitation("mallory@example.com");
  world.acting("olivia@example.com", () => {
    world.removeFromOrganization(organizationId, "mallory@example.com");
    world.removeFromOrganization(organizationId, "eve@example.com");
  });
  const by = (reply: Reply) =>
    rowsOf(reply).map(({ eventTypeName, username }) => `${eventTypeName} by ${username}`);
  assert.deepEqual(by(await ofProject()), [
    "JOINED_GROUP by mallory@example.com",
    "INVITED_TO_GROUP by pat@example.com",
    "GROUP_INVITATION_DELETED by olivia@example.com",
    "USER_ROLES_CHANGED_AUDIT by olivia@example.com",
  ]);
  assert.deepEqual(by(await ofOrganization()), [
    "ORG_INVITATION_DELETED by olivia@example.com",
    "REMOVED_FROM_ORG by olivia@example.com",
    "JOINED_ORG by mallory@example.com",
    "INVITED_TO_TEAM by olivia@example.com",
  ]);
});

test("tells of a user, an API key, a service account and a MongoDB employee what tells them apart", async (t) => {
  const { simulator, projectId, organizationId, ofProject } = await feeds(t);
  const { world } = simulator;
  const olivia = world.addActiveUser(organizationId, "olivia@example.com");
  world.grant(projectId, "eve@example.com", ["GROUP_OWNER"]);
  const { publicKey, clientId } = simulator.keys;
  for (const actor of [
    { kind: "user", name: "olivia@example.com", from: "203.0.113.7" },
    { kind: "apiKey", name: publicKey },
    { kind: "serviceAccount", name: clientId },
    { kind: "employee", name: "support@mongodb.com" },
  ] as const) {
    world.acting(actor, () => world.setRoles(projectId, "eve@example.com", ["GROUP_OWNER"]));
  }
  const who = rowsOf(await ofProject()).map(
    ({ username, userId, publicKey, apiKeyId, isGlobalAdmin, remoteAddress }) =>
      Object.fromEntries(
        Object.entries({ username, userId, publicKey, apiKeyId, isGlobalAdmin, remoteAddress }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
  );
  assert.deepEqual(who, [
    { username: "support@mongodb.com", isGlobalAdmin: true },
    { publicKey: clientId, isGlobalAdmin: false },
    { publicKey, apiKeyId: idOfKey(publicKey), isGlobalAdmin: false },
    { username: "olivia@example.com", userId: olivia, isGlobalAdmin: false, remoteAddress: "203.0.113.7" },
  ]);
});

test("names the service account whose token a write came with", async (t) => {
  const { simulator, client, projectId, ofProject } = await feeds(t);
  const { access_token: token } = (await client.token()).body;
  await client.sendAs(`Bearer ${token}`, "POST", `/groups/${projectId}/users`, {
    body: { username: "ann@example.com", roles: ["GROUP_OWNER"] },
  });
  assert.deepEqual(
    rowsOf(await ofProject()).map(({ publicKey }) => publicKey),
    [simulator.keys.clientId],
  );
});

/** Four changes, a minute between them. */
async function fourChanges(t: TestContext) {
  const setting = await feeds(t);
  const { simulator, projectId, clock } = setting;
  const { world } = simulator;
  world.acting("olivia@example.com", () => {
    world.grant(projectId, "ann@example.com", ["GROUP_OWNER"]);
    clock.advance(60_000);
    world.setRoles(projectId, "ann@example.com", ["GROUP_READ_ONLY"]);
    clock.advance(60_000);
    world.editWindow(projectId, { dayOfWeek: 1 });
    clock.advance(60_000);
    world.removeFromProject(projectId, "ann@example.com");
  });
  return setting;
}

for (const [query, types] of [
  ["eventType=REMOVED_FROM_GROUP", ["REMOVED_FROM_GROUP"]],
  ["eventType=REMOVED_FROM_GROUP&eventType=JOINED_GROUP", ["REMOVED_FROM_GROUP", "JOINED_GROUP"]],
  [
    "excludedEventType=REMOVED_FROM_GROUP&excludedEventType=JOINED_GROUP",
    ["ATLAS_MAINTENANCE_WINDOW_ADDED", "USER_ROLES_CHANGED_AUDIT"],
  ],
  ["minDate=2026-11-24T14:04:00Z", ["REMOVED_FROM_GROUP", "ATLAS_MAINTENANCE_WINDOW_ADDED"]],
  ["minDate=2026-11-24T14:04:01Z", ["REMOVED_FROM_GROUP"]],
  ["maxDate=2026-11-24T14:03:00Z", ["USER_ROLES_CHANGED_AUDIT", "JOINED_GROUP"]],
  ["maxDate=2026-11-24T14:02:59Z", ["JOINED_GROUP"]],
  ["minDate=2026-11-24T14:02:30Z&maxDate=2026-11-24T14:03:30Z", ["USER_ROLES_CHANGED_AUDIT"]],
] as const) {
  test(`filters by ${query}`, async (t) => {
    const { ofProject } = await fourChanges(t);
    assert.deepEqual(
      rowsOf(await ofProject(`?${query}`)).map(({ eventTypeName }) => eventTypeName),
      types,
    );
  });
}

test("walks through pages with links that keep the filters, and counts what the filters leave", async (t) => {
  const { simulator, projectId, ofProject } = await fourChanges(t);
  const filter = "excludedEventType=JOINED_GROUP&minDate=2026-11-24T14%3A00%3A00Z";
  const first = await ofProject(`?${filter}&itemsPerPage=2`);
  const base = `${simulator.url}/api/atlas/v2/groups/${projectId}/events`;
  assert.deepEqual((first.body.links as unknown[]).at(-1), {
    href: `${base}?excludedEventType=JOINED_GROUP&includeCount=true&includeRaw=false&minDate=2026-11-24T14%3A00%3A00Z&itemsPerPage=2&pageNum=2`,
    rel: "next",
  });
  assert.equal(first.body.totalCount, 3);
  const second = await ofProject(`?${filter}&itemsPerPage=2&pageNum=2`);
  assert.deepEqual(told(second), ["USER_ROLES_CHANGED_AUDIT ann@example.com"]);
  assert.equal((second.body.links as unknown[]).length, 1);
});

test("shows what an event is made of only on request", async (t) => {
  const { ofProject } = await fourChanges(t);
  const rawOf = async (query: string) => rowsOf(await ofProject(query))[0]?.raw;
  assert.equal(await rawOf(""), undefined);
  assert.deepEqual(Object.keys((await rawOf("?includeRaw=true")) as object), [
    "cre",
    "id",
    "orgId",
    "orgName",
  ]);
});

test("keeps the feeds of two projects and two organizations apart", async (t) => {
  const { simulator, client, organizationId, projectId, ofProject, ofOrganization } = await feeds(t);
  const { world } = simulator;
  const sibling = world.createProject(organizationId);
  const elsewhere = world.createOrganization();
  world.acting("olivia@example.com", () => {
    world.grant(projectId, "ann@example.com", ["GROUP_OWNER"]);
    world.inviteToOrganization(elsewhere, "ann@example.com");
  });
  assert.deepEqual(told(await ofProject()), ["JOINED_GROUP ann@example.com"]);
  assert.deepEqual(told(await ofOrganization()), []);
  assert.deepEqual(told(await client.get(`/groups/${sibling}/events`)), []);
  assert.deepEqual(told(await client.get(`/orgs/${elsewhere}/events`)), ["INVITED_TO_ORG ann@example.com"]);
});

test("is read with the roles of a reader, and refused without one", async (t) => {
  const { simulator, projectId, organizationId, ofProject, ofOrganization } = await feeds(t);
  const { events } = simulator.world;
  events.unreadable.add(projectId);
  assertRefused(await ofProject(), 401, "USER_UNAUTHORIZED");
  assert.equal((await ofOrganization()).status, 200);
  events.unreadable.add(organizationId);
  assertRefused(await ofOrganization(), 401, "USER_UNAUTHORIZED");
});

test("refuses types that the feed does not have, and filters that no event can fit", async (t) => {
  const { client, projectId, organizationId } = await atlasWithViolations(t);
  const [project, organization] = [`/groups/${projectId}/events`, `/orgs/${organizationId}/events`];
  assertRefused(await client.get(`${project}?eventType=JOINED_TEAM`), 400, "INVALID_ENUM_VALUE");
  assertRefused(await client.get(`${organization}?eventType=JOINED_GROUP`), 400, "INVALID_ENUM_VALUE");
  assertRefused(await client.get(`${project}?minDate=yesterday`), 400, "INVALID_QUERY_PARAMETER");
  assertRefused(
    await client.get(`${organization}?excludedEventType=JOINED_ORG`),
    400,
    "INVALID_QUERY_PARAMETER",
  );
});

test("forgets after a time", async (t) => {
  const { simulator, ofProject } = await fourChanges(t);
  simulator.world.events.forgetAll();
  assert.deepEqual(told(await ofProject()), []);
});

test("tells of a project which organization it belongs to, and since when", async (t) => {
  const { client, projectId, organizationId } = await feeds(t);
  const { body } = await client.get(`/groups/${projectId}`);
  assert.deepEqual([body.orgId, body.created], [organizationId, "2026-11-24T14:02:00Z"]);
});
