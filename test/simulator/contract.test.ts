import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract } from "./contract";
import { handlers } from "./handlers";
import { assertRefused, atlas, atlasWithViolations } from "./testClient";

const unknownId = "0123456789abcdef01234567";

test("has a handler for every operation of the contract but those about tokens", async () => {
  const contract = await Contract.load();
  assert.equal(contract.operationIds.length, 29);
  const ofTokens = ["createAccessToken", "revokeAccessToken"];
  assert.deepEqual([...Object.keys(handlers), ...ofTokens].sort(), contract.operationIds);
});

test("tells paths that end in a verb from those that end in an id", async () => {
  const contract = await Contract.load();
  const find = (method: string, path: string) => {
    const match = contract.find(method, `/api/atlas/v2${path}`);
    return match && { id: match.operation.id, ...match.params };
  };
  assert.deepEqual(find("POST", "/groups/g/users/u:addRole"), {
    id: "addGroupUserRole",
    groupId: "g",
    userId: "u",
  });
  assert.deepEqual(find("POST", "/groups/g/users/u:removeRole"), {
    id: "removeGroupUserRole",
    groupId: "g",
    userId: "u",
  });
  assert.deepEqual(find("GET", "/groups/g/users/u"), { id: "getGroupUser", groupId: "g", userId: "u" });
  assert.deepEqual(find("POST", "/orgs/o/teams/t:addUser"), {
    id: "addOrgTeamUser",
    orgId: "o",
    teamId: "t",
  });
  assert.equal(find("POST", "/groups/g/users/u"), undefined);
  assert.equal(find("POST", "/orgs/o/teams/t:other"), undefined);
});

test("refuses bodies that do not fit, names the code, and reports a violation", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const path = `/groups/${projectId}/users`;
  const good = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
  const cases: [body: unknown, errorCode: string][] = [
    [{ username: "bob@example.com" }, "MISSING_ATTRIBUTE"],
    [{ ...good, roles: [] }, "VALIDATION_ERROR"],
    [{ ...good, roles: "GROUP_READ_ONLY" }, "VALIDATION_ERROR"],
    [{ ...good, roles: ["GROUP_READ_ONLY", "GROUP_READ_ONLY"] }, "VALIDATION_ERROR"],
    [{ ...good, username: "no address" }, "VALIDATION_ERROR"],
    [{ ...good, colour: "red" }, "INVALID_ATTRIBUTE"],
    ['{"username": ', "MALFORMED_JSON"],
    ['"bob"', "VALIDATION_ERROR"],
    [undefined, "MISSING_ATTRIBUTE"],
  ];
  for (const [body, errorCode] of cases) {
    assertRefused(await client.post(path, body), 400, errorCode);
  }
  assert.equal(simulator.violations.length, cases.length);
  assert.match(
    simulator.violations[0] ?? "",
    /^POST \/api\/atlas\/v2\/groups\/\w+\/users: 400 MISSING_ATTRIBUTE: /,
  );
  assert.deepEqual(simulator.world.members(projectId), {});
  assert.equal((await client.post(path, good)).status, 201);
});

test("says in Atlas's words what is wrong with a body, and names no fields", async (t) => {
  const { client, projectId } = await atlasWithViolations(t);
  const { body } = await client.post(`/groups/${projectId}/users`, {
    username: "bob@example.com",
    roles: [],
  });
  const because = "roles must NOT have fewer than 1 items";
  assert.equal(body.detail, `The request content produced the validation error: ${because}.`);
  assert.deepEqual(body.parameters, [because]);
  assert.equal("badRequestDetail" in body, false);
});

test("refuses attributes that are read-only", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const reply = await client.send("PATCH", `/groups/${projectId}/maintenanceWindow`, {
    body: { dayOfWeek: 1, hourOfDay: 1, numberOfDeferrals: 0 },
  });
  assertRefused(reply, 400, "INVALID_ATTRIBUTE");
  assert.deepEqual(reply.body.parameters, ["numberOfDeferrals"]);
  assert.equal(simulator.violations.length, 1);
});

test("refuses a body where there is none in the contract", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  assertRefused(
    await client.post(`/groups/${projectId}/maintenanceWindow/defer`, {}),
    400,
    "VALIDATION_ERROR",
  );
  assert.equal(simulator.violations.length, 1);
});

test("refuses queries that do not fit", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const queries = [
    "itemsPerPage=501",
    "itemsPerPage=0",
    "pageNum=two",
    "includeCount=maybe",
    "orgMembershipStatuses=GONE",
    "orgMembershipStatuses=PENDING,ACTIVE",
    "orgMembershipStatuses[]=PENDING",
    "username=nobody",
    "limit=5",
  ];
  for (const query of queries) {
    const reply = await client.get(`/groups/${projectId}/users?${query}`);
    assert.deepEqual([query, reply.status, reply.body.errorCode], [query, 400, "INVALID_QUERY_PARAMETER"]);
  }
  assert.equal(simulator.violations.length, queries.length);
});

test("refuses both forms of the status filter together", async (t) => {
  const { client, projectId } = await atlas(t);
  const query = "orgMembershipStatus=ACTIVE&orgMembershipStatuses=ACTIVE";
  assertRefused(await client.get(`/groups/${projectId}/users?${query}`), 400, "INVALID_QUERY_PARAMETER");
});

test("refuses ids that are none", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  assertRefused(await client.get("/groups/abc/users"), 400, "PATH_PARAM_PARSE_ERROR");
  const upper = await client.get(`/groups/${projectId}/users/${unknownId.toUpperCase()}`);
  assertRefused(upper, 400, "PATH_PARAM_PARSE_ERROR");
  assert.equal(simulator.violations.length, 2);
});

test("refuses paths and methods that are not in the contract", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const unknown = await client.get(`/groups/${projectId}/clusters`);
  assertRefused(unknown, 404, "RESOURCE_NOT_FOUND");
  assert.deepEqual(unknown.body.parameters, [`/api/atlas/v2/groups/${projectId}/clusters`]);
  assertRefused(await client.send("PUT", `/groups/${projectId}/users`), 405, "METHOD_NOT_ALLOWED");
  assert.equal(simulator.violations.length, 2);
});

test("insists on a version date that the operation has", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const path = `/groups/${projectId}/users`;
  for (const accept of ["application/json", "*/*", "application/vnd.atlas.2023-01-01+json"]) {
    const reply = await client.get(path, { headers: { accept } });
    assertRefused(reply, 406, "INVALID_VERSION_DATE");
  }
  assert.equal(simulator.violations.length, 3);
  const newer = await client.get(path, { version: "2025-03-12" });
  assert.equal(newer.headers.get("content-type"), "application/vnd.atlas.2025-02-19+json;charset=utf-8");
});

test("insists on the same version date for the body", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  for (const type of ["application/json", "application/vnd.atlas.2025-02-19+json"]) {
    const reply = await client.send("POST", `/groups/${projectId}/users`, {
      body: { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] },
      headers: { "content-type": type },
    });
    assertRefused(reply, 415, "UNSUPPORTED_MEDIA_TYPE");
  }
  assert.equal(simulator.violations.length, 2);
});

test("turns an answer of its own that does not fit into a violation and a 500", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const bad: [operationId: string, answer: { status: number; body?: unknown }][] = [
    ["getGroupMaintenanceWindow", { status: 200, body: { dayOfWeek: 8 } }],
    ["getGroupMaintenanceWindow", { status: 200, body: { dayOfWeek: "1" } }],
    ["getGroupMaintenanceWindow", { status: 200 }],
    ["getGroupMaintenanceWindow", { status: 203, body: {} }],
  ];
  for (const [operationId, answer] of bad) {
    simulator.replaceHandler(operationId, () => answer);
    assertRefused(await client.get(`/groups/${projectId}/maintenanceWindow`), 500, "UNEXPECTED_ERROR");
  }
  simulator.replaceHandler("deferGroupMaintenanceWindow", () => ({ status: 200, body: {} }));
  assertRefused(await client.post(`/groups/${projectId}/maintenanceWindow/defer`), 500, "UNEXPECTED_ERROR");
  simulator.replaceHandler("listGroupUsers", () => {
    throw new Error("broken handler");
  });
  assertRefused(await client.get(`/groups/${projectId}/users`), 500, "UNEXPECTED_ERROR");
  assert.equal(simulator.violations.length, bad.length + 2);
  assert.match(
    simulator.violations[0] ?? "",
    /^answer of getGroupMaintenanceWindow: \/dayOfWeek must be <= 7/,
  );
  assert.match(simulator.violations.at(-1) ?? "", /broken handler/);
});

test("finds an answer without the headers that it must have, unless they may be missing", async () => {
  const contract = await Contract.load();
  const list = contract.find("GET", "/api/atlas/v2/groups/g/users")?.operation;
  const answer = { status: 200, body: { links: [], results: [], totalCount: 0 } };
  const faults = (headers: Record<string, string>, mustBeThere: boolean): number =>
    contract.faultsOf(list, answer, headers, mustBeThere).length;
  const headers = { "Ratelimit-Limit": "1200", "Ratelimit-Remaining": "1199" };
  assert.equal(faults(headers, true), 0);
  assert.equal(faults({}, true), 1);
  assert.equal(faults({}, false), 0);
  assert.equal(faults({ ...headers, "Ratelimit-Remaining": "many" }, false), 1);
});

test("refuses an answer in which a user is half active and half pending", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const user = { id: unknownId, username: "a@example.com", roles: [], orgMembershipStatus: "PENDING" };
  simulator.replaceHandler("listGroupUsers", () => ({ status: 200, body: { results: [user] } }));
  assertRefused(await client.get(`/groups/${projectId}/users`), 500, "UNEXPECTED_ERROR");
  assert.match(simulator.violations[0] ?? "", /results\/0/);
});

test("sorts keys, and indents and wraps only where asked to", async (t) => {
  const { client, projectId } = await atlas(t);
  const path = `/groups/${projectId}/maintenanceWindow`;
  const plain = await client.get(path);
  assert.deepEqual(Object.keys(plain.body), Object.keys(plain.body).sort());
  assert.equal(plain.text, JSON.stringify(plain.body));
  assert.equal((await client.get(`${path}?pretty=true`)).text, JSON.stringify(plain.body, null, 2));
  assert.deepEqual((await client.get(`${path}?envelope=true`)).body, { content: plain.body, status: 200 });
  assert.equal((await client.get(`/groups/${projectId}/users?envelope=true`)).body.status, 200);
});
