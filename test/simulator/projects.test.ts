import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas, atlasWithViolations, rowsOf } from "./testClient";

const unknownId = "0123456789abcdef01234567";

test("shows a project by its name and its organization", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const projectId = simulator.world.createProject(organizationId, { name: "shop" });
  const { status, body } = await client.get(`/groups/${projectId}`);
  assert.deepEqual([status, body.id, body.name, body.orgId], [200, projectId, "shop", organizationId]);
  assert.match(String(body.created), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assertRefused(await client.get(`/groups/${unknownId}`), 404, "GROUP_NOT_FOUND");
});

test("lists the teams of an organization and of a project, in pages", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const { world } = simulator;
  const other = world.createTeam(world.createOrganization(), "other");
  const teams = ["blue", "green", "red"].map((name) => ({
    id: world.createTeam(organizationId, name),
    name,
  }));
  const listed = await client.get(`/orgs/${organizationId}/teams`);
  assert.deepEqual(
    rowsOf(listed).map(({ id, name }) => ({ id, name })),
    teams,
  );
  assert.ok(!rowsOf(listed).some(({ id }) => id === other));
  const second = await client.get(`/orgs/${organizationId}/teams?itemsPerPage=2&pageNum=2`);
  assert.deepEqual([rowsOf(second).map(({ name }) => name), second.body.totalCount], [["red"], 3]);
  assert.deepEqual(rowsOf(await client.get(`/groups/${projectId}/teams`)), []);
  world.grantTeam(projectId, teams[1]?.id ?? "", ["GROUP_READ_ONLY"]);
  assert.deepEqual(rowsOf(await client.get(`/groups/${projectId}/teams`)), [
    { roleNames: ["GROUP_READ_ONLY"], teamId: teams[1]?.id },
  ]);
  assertRefused(await client.get(`/orgs/${unknownId}/teams`), 404, "ORG_NOT_FOUND");
});

test("refuses queries about projects and teams that do not fit", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlasWithViolations(t);
  const paths = [
    `/groups/${projectId}?name=shop`,
    `/groups/${projectId}/teams?itemsPerPage=501`,
    `/orgs/${organizationId}/teams?flattenTeams=true`,
    `/groups/${projectId}/users?flattenTeams=yes`,
    `/groups/${projectId}/users?includeOrgUsers=1`,
  ];
  for (const path of paths) {
    assertRefused(await client.get(path), 400, "INVALID_QUERY_PARAMETER");
  }
  assert.equal(simulator.violations.length, paths.length);
});

test("shows who has access in every way, once, with what the switches say of their roles", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const { world } = simulator;
  const teamId = world.createTeam(organizationId);
  world.addActiveUser(organizationId, "all@example.com", { orgRoles: ["ORG_OWNER"] });
  world.addActiveUser(organizationId, "reader@example.com", { orgRoles: ["ORG_READ_ONLY"] });
  world.addActiveUser(organizationId, "billing@example.com", { orgRoles: ["ORG_BILLING_ADMIN"] });
  world.addActiveUser(organizationId, "tess@example.com");
  world.grant(projectId, "all@example.com", ["GROUP_READ_ONLY"]);
  world.invite(projectId, "zoe@example.com", ["GROUP_READ_ONLY"]);
  for (const name of ["all", "tess", "zoe"]) {
    world.addToTeam(teamId, `${name}@example.com`);
  }
  world.grantTeam(projectId, teamId, ["GROUP_CLUSTER_MANAGER"]);
  const list = async () => {
    const rows = rowsOf(
      await client.get(`/groups/${projectId}/users?flattenTeams=true&includeOrgUsers=true`),
    );
    return rows.map(({ username, roles }) => [username, [...(roles as string[])].sort().join(" ")]);
  };
  assert.deepEqual(await list(), [
    ["all@example.com", "GROUP_CLUSTER_MANAGER GROUP_READ_ONLY"],
    ["reader@example.com", ""],
    ["tess@example.com", "GROUP_CLUSTER_MANAGER"],
    ["zoe@example.com", "GROUP_CLUSTER_MANAGER GROUP_READ_ONLY"],
  ]);
  world.flattenedList = { showsRolesOfTeams: false, showsImpliedRoles: true };
  assert.deepEqual(await list(), [
    ["all@example.com", "GROUP_OWNER GROUP_READ_ONLY"],
    ["reader@example.com", "GROUP_READ_ONLY"],
    ["tess@example.com", ""],
    ["zoe@example.com", "GROUP_READ_ONLY"],
  ]);
});

test("shows when accounts were made and when people last signed in, which some never did", async (t) => {
  const { simulator, client, organizationId } = await atlas(t);
  const { world } = simulator;
  for (const name of ["ada", "never"]) {
    world.addActiveUser(organizationId, `${name}@example.com`);
  }
  world.setAccountTimes("ada@example.com", {
    createdAt: new Date("2024-03-02T08:00:00Z"),
    lastAuth: new Date("2026-11-22T08:00:00.9Z"),
  });
  world.setAccountTimes("never@example.com", { lastAuth: null });
  const rows = rowsOf(await client.get(`/orgs/${organizationId}/users`));
  assert.deepEqual(
    [rows[0]?.createdAt, rows[0]?.lastAuth, rows[1]?.lastAuth],
    ["2024-03-02T08:00:00Z", "2026-11-22T08:00:00Z", null],
  );
});
