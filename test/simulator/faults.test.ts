import assert from "node:assert/strict";
import { test } from "node:test";
import { AtlasSimulator } from "./simulator";
import { assertRefused, atlas, type Setting, TestClient, usernamesOf } from "./testClient";

const userBody = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };

const add = ({ client, projectId }: Setting) => client.post(`/groups/${projectId}/users`, userBody);
const list = ({ client, projectId }: Setting) => client.get(`/groups/${projectId}/users`);
const members = ({ simulator, projectId }: Setting) => Object.keys(simulator.world.members(projectId));

function gateOf(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("answers with an error before the effect, once", async (t) => {
  const setting = await atlas(t);
  const planned = setting.simulator.fail({
    operationId: "addGroupUsers",
    status: 503,
    errorCode: "SERVICE_DOWN",
    detail: "Down.",
    headers: { "Retry-After": "7" },
  });
  assert.equal(planned.remaining(), 1);
  const failed = await add(setting);
  assertRefused(failed, 503, "SERVICE_DOWN");
  assert.deepEqual([failed.body.detail, failed.headers.get("retry-after")], ["Down.", "7"]);
  assert.deepEqual([planned.remaining(), members(setting)], [0, []]);
  assert.equal((await add(setting)).status, 201);
});

test("answers with an error after the effect", async (t) => {
  const setting = await atlas(t);
  setting.simulator.fail({ operationId: "addGroupUsers", when: "after", status: 500, errorCode: null });
  assertRefused(await add(setting), 500, null);
  assert.deepEqual(members(setting), ["bob@example.com"]);
  assert.deepEqual(
    setting.simulator.log.effects().map((entry) => [entry.operationId, entry.status]),
    [["addGroupUsers", 500]],
  );
});

test("resets the connection before or after the effect", async (t) => {
  const setting = await atlas(t);
  await list(setting);
  setting.simulator.fail({ operationId: "addGroupUsers", reset: true });
  await assert.rejects(add(setting), TypeError);
  assert.deepEqual(members(setting), []);
  setting.simulator.fail({ operationId: "addGroupUsers", when: "after", reset: true });
  await assert.rejects(add(setting), TypeError);
  assert.deepEqual(members(setting), ["bob@example.com"]);
  const path = `POST /groups/${setting.projectId}/users`;
  assert.deepEqual(setting.simulator.log.lines("addGroupUsers"), [`${path} -`, `${path} -`]);
});

test("passes some requests first, and fails several", async (t) => {
  const setting = await atlas(t);
  setting.simulator.fail({ operationId: "listGroupUsers", skip: 1, times: 2, status: 500 });
  const statuses: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    statuses.push((await list(setting)).status);
  }
  assert.deepEqual(statuses, [200, 500, 500, 200]);
});

test("fails only what a predicate picks, until cancelled", async (t) => {
  const setting = await atlas(t);
  const planned = setting.simulator.fail({
    matching: (entry) => entry.query.pageNum === "2",
    times: Number.POSITIVE_INFINITY,
    status: 500,
  });
  const second = () => setting.client.get(`/groups/${setting.projectId}/users?pageNum=2`);
  assert.deepEqual([(await list(setting)).status, (await second()).status], [200, 500]);
  planned.cancel();
  assert.deepEqual([(await second()).status, planned.remaining()], [200, 0]);
});

test("leaves the challenge alone, unless told to fail even that", async (t) => {
  const setting = await atlas(t);
  setting.simulator.fail({ operationId: "listGroupUsers", status: 502, evenUnauthenticated: true });
  const first = await list(setting);
  assert.deepEqual([first.status, setting.simulator.log.count()], [502, 1]);
  setting.simulator.fail({ operationId: "listGroupUsers", status: 503 });
  assert.equal((await list(setting)).status, 503);
  assert.deepEqual(
    setting.simulator.log.entries.map((entry) => entry.status),
    [502, 401, 503],
  );
});

test("fails token requests in the form of OAuth", async (t) => {
  const { simulator, client } = await atlas(t);
  simulator.fail({
    operationId: "createAccessToken",
    status: 429,
    errorCode: "slow_down",
    detail: "Too many.",
  });
  const reply = await client.token();
  assert.equal(reply.status, 429);
  assert.deepEqual(reply.body, { error: "slow_down", error_description: "Too many." });
});

test("answers with anything at all", async (t) => {
  const setting = await atlas(t);
  const body = "<html>Bad gateway</html>";
  setting.simulator.fail({
    operationId: "listGroupUsers",
    raw: { status: 200, headers: { "Content-Type": "text/html" }, body },
  });
  const reply = await list(setting);
  assert.deepEqual([reply.status, reply.text, reply.headers.get("content-type")], [200, body, "text/html"]);
});

test("cuts the answer off in the middle", async (t) => {
  const setting = await atlas(t);
  setting.simulator.fail({ operationId: "addGroupUsers", cut: true });
  await assert.rejects(add(setting), /terminated|other side closed|aborted/);
  assert.deepEqual(members(setting), ["bob@example.com"]);
});

test("changes a good answer, which need not fit the contract any more", async (t) => {
  const setting = await atlas(t);
  setting.simulator.fail({
    operationId: "listGroupUsers",
    mutate: (answer) => ({ ...(answer as object), results: "none" }),
  });
  const reply = await list(setting);
  assert.deepEqual([reply.status, reply.body.results], [200, "none"]);
  assert.deepEqual(usernamesOf(await list(setting)), []);
});

test("waits at a gate before or after the effect", async (t) => {
  const setting = await atlas(t);
  for (const when of ["before", "after"] as const) {
    const gate = gateOf();
    setting.simulator.fail({ operationId: "addGroupUsers", when, delayUntil: gate.opened, status: 500 });
    const arrived = setting.simulator.arrival("addGroupUsers");
    const reply = add(setting);
    assert.equal((await arrived).authenticated, true);
    assert.deepEqual(members(setting), []);
    gate.open();
    assert.equal((await reply).status, 500);
    assert.deepEqual(members(setting), when === "before" ? [] : ["bob@example.com"]);
  }
});

test("lets other requests pass while one waits", async (t) => {
  const setting = await atlas(t);
  const gate = gateOf();
  setting.simulator.fail({ operationId: "listGroupUsers", delayUntil: gate.opened });
  const arrived = setting.simulator.arrival("listGroupUsers");
  const slow = list(setting);
  await arrived;
  assert.equal(
    (await add({ ...setting, client: new TestClient(setting.simulator.url, setting.simulator.keys) })).status,
    201,
  );
  gate.open();
  assert.deepEqual(usernamesOf(await slow), ["bob@example.com"]);
});

test("never answers, and stops all the same", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const projectId = simulator.world.createProject(simulator.world.createOrganization());
  const client = new TestClient(simulator.url, simulator.keys);
  simulator.fail({ operationId: "listGroupUsers", hang: true });
  const arrived = simulator.arrival("listGroupUsers");
  const reply = assert.rejects(client.get(`/groups/${projectId}/users`), TypeError);
  await arrived;
  await simulator.stop();
  await reply;
  assert.deepEqual(simulator.log.lines("listGroupUsers").at(-1), `GET /groups/${projectId}/users -`);
});

test("shows arrivals with and without credentials to a predicate", async (t) => {
  const setting = await atlas(t);
  const first = setting.simulator.arrival((entry) => entry.method === "GET");
  const second = setting.simulator.arrival("listGroupUsers");
  await list(setting);
  assert.deepEqual([(await first).authenticated, (await second).authenticated], [false, true]);
});

test("refuses rules that could never do what they say", async (t) => {
  const { simulator } = await atlas(t);
  assert.throws(() => simulator.fail({ reset: true }), /needs an operationId or a predicate/);
  assert.throws(() => simulator.fail({ operationId: "x", when: "before", cut: true }), /after the effect/);
});

test("keeps a log that can be marked, counted and cleared", async (t) => {
  const setting = await atlas(t);
  await list(setting);
  const { log } = setting.simulator;
  const mark = log.mark();
  await add(setting);
  assert.deepEqual(
    log.since(mark).map(({ method, operationId, status, body, effect }) => ({
      method,
      operationId,
      status,
      body,
      effect,
    })),
    [{ method: "POST", operationId: "addGroupUsers", status: 201, body: userBody, effect: true }],
  );
  assert.deepEqual(log.lines(), [
    `GET /groups/${setting.projectId}/users 401`,
    `GET /groups/${setting.projectId}/users 200`,
    `POST /groups/${setting.projectId}/users 201`,
  ]);
  assert.deepEqual([log.count(), log.count("listGroupUsers"), log.count((entry) => entry.effect)], [3, 2, 1]);
  log.clear();
  assert.equal(log.count(), 0);
});

test("answers many clients at once", async (t) => {
  const { simulator, organizationId, projectId } = await atlas(t);
  const clients = Array.from({ length: 16 }, () => new TestClient(simulator.url, simulator.keys));
  const replies = await Promise.all(
    clients.map(async (client, index) => {
      const username = `user${index}@example.com`;
      simulator.world.addActiveUser(organizationId, username);
      return client.post(`/groups/${projectId}/users`, { username, roles: ["GROUP_READ_ONLY"] });
    }),
  );
  assert.deepEqual(new Set(replies.map((reply) => reply.status)), new Set([201]));
  assert.equal(Object.keys(simulator.world.members(projectId)).length, 16);
});
