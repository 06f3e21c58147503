import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, atlas, atlasWithViolations, rowsOf, TestClient } from "./testClient";

const nowhere = "0123456789abcdef01234567";

test("shows an organization and a project", async (t) => {
  const { client, simulator, organizationId } = await atlas(t, { now: () => Date.UTC(2026, 10, 25) });
  const projectId = simulator.world.createProject(organizationId, { name: "shop" });
  const { body: project } = await client.get(`/groups/${projectId}`);
  assert.deepEqual(
    [project.id, project.name, project.orgId, project.created],
    [projectId, "shop", organizationId, "2026-11-25T00:00:00Z"],
  );
  const { body: organization } = await client.get(`/orgs/${organizationId}`);
  assert.equal(organization.id, organizationId);
  assertRefused(await client.get(`/groups/${nowhere}`), 404, "GROUP_NOT_FOUND");
});

test("lists the limits of one scope, with the operations that count against each", async (t) => {
  const { client, organizationId, projectId } = await atlas(t);
  const ofProject = rowsOf(await client.get(`/rateLimits?groupId=${projectId}`));
  assert.deepEqual([...new Set(ofProject.map(({ scope }) => scope))], ["GROUP"]);
  assert.deepEqual(
    ofProject.find(({ endpointSetName }) => endpointSetName === "Maintenance Windows"),
    {
      capacity: { defaultValue: null, value: 1200 },
      endpointSetId: "maintenanceWindows_group",
      endpointSetName: "Maintenance Windows",
      endpoints: ["GET", "PATCH", "DELETE", "POST"].map((method) => ({
        method,
        path: `/api/atlas/v2/groups/{groupId}/maintenanceWindow${method === "POST" ? "/defer" : ""}`,
      })),
      refillDurationSeconds: { defaultValue: null, value: 60 },
      refillRate: { defaultValue: null, value: 500 },
      scope: "GROUP",
    },
  );
  const ofOrganization = rowsOf(await client.get(`/rateLimits?orgId=${organizationId}`));
  assert.deepEqual(ofOrganization.map(({ endpointSetName }) => endpointSetName).sort(), [
    "Cloud Migration",
    "Events",
    "MongoDB Cloud Users",
    "Organizations",
    "Teams",
  ]);
  const all = rowsOf(await client.get("/rateLimits?itemsPerPage=500"));
  assert.equal(all.length, ofProject.length + ofOrganization.length);
});

test("filters limits by name and by path, and pages", async (t) => {
  const { client, projectId } = await atlas(t);
  const names = async (query: string) =>
    rowsOf(await client.get(`/rateLimits?${query}`)).map(({ endpointSetName }) => endpointSetName);
  assert.deepEqual(await names(`groupId=${projectId}&name=Projects`), ["Projects"]);
  const path = encodeURIComponent("/api/atlas/v2/groups/{groupId}");
  assert.deepEqual(await names(`endpointPath=${path}`), ["Projects"]);
  assert.equal((await names("itemsPerPage=2&pageNum=2")).length, 2);
});

test("shows the limits of a caller to nobody else, and those of what is not seen to nobody", async (t) => {
  const { simulator, client, organizationId, projectId } = await atlas(t);
  const own = await client.get(`/rateLimits?userId=${simulator.keys.publicKey}`);
  assert.deepEqual(own.body.results, []);
  assertRefused(await client.get("/rateLimits?userId=somebody"), 401, "USER_UNAUTHORIZED");
  assertRefused(await client.get(`/rateLimits?groupId=${nowhere}`), 401, "USER_CANNOT_ACCESS_GROUP");
  assertRefused(await client.get(`/rateLimits?orgId=${nowhere}`), 401, "USER_CANNOT_ACCESS_ORG");
  const both = await client.get(`/rateLimits?orgId=${organizationId}&groupId=${projectId}`);
  assertRefused(both, 400, "INVALID_QUERY_PARAMETER");
});

test("refuses parameters that the limits do not have", async (t) => {
  const { simulator, client } = await atlasWithViolations(t);
  assertRefused(await client.get("/rateLimits?groupId=abc"), 400, "INVALID_QUERY_PARAMETER");
  assertRefused(await client.get("/rateLimits?includeCount=true"), 400, "INVALID_QUERY_PARAMETER");
  assert.equal(simulator.violations.length, 2);
});

test("shows invitations to owners only", async (t) => {
  const { simulator, organizationId } = await atlas(t);
  const reader = new TestClient(simulator.url, simulator.readOnlyKeys);
  assertRefused(await reader.get(`/orgs/${organizationId}/invites`), 401, "USER_UNAUTHORIZED");
  assert.equal((await reader.get(`/orgs/${organizationId}/users`)).status, 200);
});

test("shows the limits of an organization to who may read it, and not to every member", async (t) => {
  const { simulator, organizationId, projectId } = await atlas(t);
  const reader = new TestClient(simulator.url, simulator.readOnlyKeys);
  assert.equal((await reader.get(`/rateLimits?orgId=${organizationId}`)).status, 200);
  simulator.world.rolesOfReader = new Set(["ORG_MEMBER", "GROUP_READ_ONLY"]);
  assertRefused(await reader.get(`/rateLimits?orgId=${organizationId}`), 401, "USER_UNAUTHORIZED");
  assert.equal((await reader.get(`/rateLimits?groupId=${projectId}`)).status, 200);
});
