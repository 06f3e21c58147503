import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BASIC, buildAuthorizationHeader } from "http-auth-utils";
import type { Keys } from "./credentials";
import type { SimulatorOptions } from "./simulator";
import {
  assertRefused,
  atlas,
  atlasWithViolations,
  digestHeader,
  type Reply,
  TestClient,
} from "./test-client";

const CHALLENGE =
  /^Digest realm="MMS Public API", domain="", nonce="([A-Za-z0-9+/]{32})", algorithm=MD5, qop="auth", stale=false$/;

function nonceOf(reply: Reply): string {
  const nonce = CHALLENGE.exec(reply.headers.get("www-authenticate") ?? "")?.[1];
  assert.ok(nonce, `no challenge in ${JSON.stringify([...reply.headers])}`);
  return nonce;
}

async function challenged(t: TestContext, options: SimulatorOptions = {}) {
  const setting = await atlas(t, options);
  const path = `/groups/${setting.projectId}/users`;
  const uri = `/api/atlas/v2${path}`;
  const nonce = nonceOf(await setting.client.sendAs(undefined, "GET", path));
  const { keys } = setting.simulator;
  const proof = { keys, nonce, nc: "00000001", method: "GET", uri };
  const tryWith = (changes: Partial<typeof proof> & { hashedUri?: string }): Promise<Reply> =>
    setting.client.sendAs(digestHeader({ ...proof, ...changes }), "GET", path);
  return { ...setting, path, uri, nonce, keys, tryWith };
}

test("challenges a request without credentials, in the words of Atlas", async (t) => {
  const { client, projectId } = await atlas(t);
  const reply = await client.sendAs(undefined, "GET", `/groups/${projectId}/users`);
  assert.equal(reply.status, 401);
  assert.match(reply.headers.get("www-authenticate") ?? "", CHALLENGE);
  assert.equal(reply.headers.get("content-type"), "application/json");
  assert.equal(reply.headers.get("x-error-code"), null);
  assert.equal(reply.headers.get("ratelimit-limit"), null);
  assert.deepEqual(Object.keys(reply.body), ["error", "reason", "detail", "errorCode"]);
  assert.equal(reply.text, JSON.stringify(reply.body, null, 2));
});

test("accepts a proof, and counters in any order on the same nonce", async (t) => {
  const { simulator, tryWith } = await challenged(t);
  for (const nc of ["00000001", "00000003", "00000002", "0000000a"]) {
    assert.equal((await tryWith({ nc })).status, 200, nc);
  }
  assert.deepEqual(
    simulator.log.entries.map((entry) => entry.authenticated),
    [false, true, true, true, true],
  );
});

const stranger: Pick<Keys, "publicKey"> = { publicKey: "nobodyxx" };

test("refuses an unknown user with a new challenge", async (t) => {
  const { keys, nonce, tryWith } = await challenged(t);
  assert.notEqual(nonceOf(await tryWith({ keys: { ...keys, ...stranger } })), nonce);
});

test("refuses a wrong private key, without using up the counter", async (t) => {
  const { keys, tryWith } = await challenged(t);
  nonceOf(await tryWith({ keys: { ...keys, privateKey: "wrong" } }));
  assert.equal((await tryWith({})).status, 200);
});

test("refuses a proof for another uri, or one without the query", async (t) => {
  const { client, path, uri, keys, nonce, tryWith } = await challenged(t);
  nonceOf(await tryWith({ uri: "/api/atlas/v2/groups" }));
  nonceOf(await tryWith({ hashedUri: "/api/atlas/v2/groups" }));
  nonceOf(await tryWith({ uri: "/api/atlas/v2/groups", hashedUri: uri }));
  const proof = { keys, nonce, nc: "00000001", method: "GET" };
  const query = "?pageNum=1";
  nonceOf(await client.sendAs(digestHeader({ ...proof, uri }), "GET", path + query));
  assert.equal(
    (await client.sendAs(digestHeader({ ...proof, uri: uri + query }), "GET", path + query)).status,
    200,
  );
});

test("refuses a proof that was made for another method", async (t) => {
  const { tryWith } = await challenged(t);
  nonceOf(await tryWith({ method: "DELETE" }));
});

test("refuses a counter of zero, a malformed one, and one that was used", async (t) => {
  const { tryWith } = await challenged(t);
  nonceOf(await tryWith({ nc: "00000000" }));
  nonceOf(await tryWith({ nc: "1" }));
  assert.equal((await tryWith({})).status, 200);
  nonceOf(await tryWith({}));
  assert.equal((await tryWith({ nc: "00000002" })).status, 200);
});

test("refuses a nonce that it never gave", async (t) => {
  const { tryWith } = await challenged(t);
  nonceOf(await tryWith({ nonce: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }));
});

test("refuses a nonce whose time is over", async (t) => {
  let now = 0;
  const { tryWith } = await challenged(t, { now: () => now, nonceLifetimeMs: 1000 });
  now = 999;
  assert.equal((await tryWith({})).status, 200);
  now = 1000;
  nonceOf(await tryWith({ nc: "00000002" }));
});

test("refuses a nonce that is used up", async (t) => {
  const { tryWith } = await challenged(t, { nonceUses: 1 });
  assert.equal((await tryWith({})).status, 200);
  nonceOf(await tryWith({ nc: "00000002" }));
});

test("refuses every earlier nonce once told to", async (t) => {
  const { simulator, tryWith } = await challenged(t);
  simulator.expireNonces();
  nonceOf(await tryWith({}));
});

test("refuses the old private key and the old secret after a rotation", async (t) => {
  const { simulator, client, path, tryWith } = await challenged(t);
  simulator.rotateKeys();
  nonceOf(await tryWith({}));
  assert.equal((await client.token()).status, 401);
  const renewed = new TestClient(simulator.url, simulator.keys);
  assert.equal((await renewed.get(path)).status, 200);
  assert.equal((await renewed.token()).status, 200);
});

test("refuses Basic, and proofs that are no proofs", async (t) => {
  const { client, path, keys } = await challenged(t);
  const basic = buildAuthorizationHeader(BASIC, { username: keys.publicKey, password: keys.privateKey });
  nonceOf(await client.sendAs(basic, "GET", path));
  nonceOf(await client.sendAs("Digest nonsense", "GET", path));
});

test("does nothing for a request that it challenges", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const body = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
  await client.sendAs(undefined, "POST", `/groups/${projectId}/users`, { body });
  assert.deepEqual(simulator.world.members(projectId), {});
  assert.deepEqual(simulator.log.lines(), [`POST /groups/${projectId}/users 401`]);
});

test("issues a token for client credentials and accepts it until it expires", async (t) => {
  let now = 0;
  const { client, projectId } = await atlas(t, { now: () => now, tokenLifetimeSeconds: 60 });
  const { status, body } = await client.token();
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in", "token_type"]);
  assert.deepEqual([body.expires_in, body.token_type], [60, "Bearer"]);
  assert.ok(String(body.access_token).length > 100);
  const use = () => client.sendAs(`Bearer ${body.access_token}`, "GET", `/groups/${projectId}/users`);
  now = 59_999;
  assert.equal((await use()).status, 200);
  now = 60_000;
  const refused = await use();
  assertRefused(refused, 401, "UNAUTHORIZED");
  assert.equal(refused.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
});

test("refuses a token that it revoked, and one that it never issued", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const token = (await client.token()).body.access_token;
  const use = (value: unknown) => client.sendAs(`Bearer ${value}`, "GET", `/groups/${projectId}/users`);
  assert.equal((await use(token)).status, 200);
  simulator.revokeTokens();
  assertRefused(await use(token), 401, "UNAUTHORIZED");
  assertRefused(await use("made-up"), 401, "UNAUTHORIZED");
});

test("signs the invitations of a service account with its client id", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const token = (await client.token()).body.access_token;
  const body = { username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
  const reply = await client.sendAs(`Bearer ${token}`, "POST", `/groups/${projectId}/users`, { body });
  assert.equal(reply.body.inviterUsername, simulator.keys.clientId);
});

test("answers wrong client credentials in the form of OAuth", async (t) => {
  const { simulator, client } = await atlas(t);
  const expected = { error: "invalid_client", error_description: "Invalid credentials provided." };
  const wrongSecret = await client.token({ secret: "wrong" });
  assert.deepEqual([wrongSecret.status, wrongSecret.body], [401, expected]);
  const noBasic = await client.token({ authorization: "Bearer x" });
  assert.deepEqual([noBasic.status, noBasic.body], [401, expected]);
  assert.equal(
    simulator.log.count((entry) => entry.authenticated),
    0,
  );
});

test("refuses a token request that is not the form it must be", async (t) => {
  const { simulator, client } = await atlasWithViolations(t);
  const code = (reply: Reply) => [reply.status, reply.body.error];
  assert.deepEqual(code(await client.token({ form: "grant_type=password" })), [
    400,
    "unsupported_grant_type",
  ]);
  assert.deepEqual(code(await client.token({ form: "scope=all" })), [400, "invalid_request"]);
  assert.deepEqual(code(await client.token({ type: "application/json" })), [400, "invalid_request"]);
  assert.equal(simulator.violations.length, 3);
});

test("refuses the hundred and first live token, until one has expired", async (t) => {
  let now = 0;
  const { client } = await atlas(t, { now: () => now, tokenLifetimeSeconds: 60 });
  await Promise.all(Array.from({ length: 100 }, () => client.token()));
  const refused = await client.token();
  assert.deepEqual([refused.status, refused.body.error], [403, "access_denied"]);
  now = 60_000;
  assert.equal((await client.token()).status, 200);
});

test("refuses a strange address everywhere but at the token endpoint", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.accessListOpen = false;
  assertRefused(await client.get(`/groups/${projectId}/users`), 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
  assert.equal((await client.token()).status, 200);
  simulator.world.accessListOpen = true;
  assert.equal((await client.get(`/groups/${projectId}/users`)).status, 200);
});
