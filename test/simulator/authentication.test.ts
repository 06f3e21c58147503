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
} from "./testClient";

const challengePattern =
  /^Digest realm="MMS Public API", domain="", nonce="([A-Za-z0-9+/]{32})", algorithm=MD5, qop="auth", stale=false$/;

function nonceOf(reply: Reply): string {
  const nonce = challengePattern.exec(reply.headers.get("www-authenticate") ?? "")?.[1];
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
  assert.match(reply.headers.get("www-authenticate") ?? "", challengePattern);
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

test("forgets nonces at moments that the seed decides", async (t) => {
  const accepted = async (seed: number): Promise<string> => {
    const { simulator, client, projectId } = await atlas(t, { nonceDrops: { seed, chance: 0.3 } });
    const statuses: number[] = [];
    // Each refusal brings a new nonce, with which the client goes on.
    for (let turn = 0; turn < 30; turn += 1) {
      await client.get(`/groups/${projectId}/users`);
    }
    for (const { status } of simulator.log.entries) {
      statuses.push(status ?? 0);
    }
    return statuses.join();
  };
  const once = await accepted(1);
  assert.ok((once.match(/401/g) ?? []).length > 3, once);
  assert.ok((once.match(/200/g) ?? []).length > 15, once);
  assert.equal(await accepted(1), once);
  assert.notEqual(await accepted(2), once);
});

test("says 'stale' only of a right proof with a nonce that is over, and only if told to", async (t) => {
  const { simulator, keys, tryWith } = await challenged(t, { nonceUses: 1 });
  const isStale = async (proof: Parameters<typeof tryWith>[0]): Promise<boolean> => {
    const reply = await tryWith(proof);
    assert.equal(reply.status, 401);
    return /stale=true/.test(reply.headers.get("www-authenticate") ?? "");
  };
  assert.equal((await tryWith({})).status, 200);
  assert.equal(await isStale({ nc: "00000002" }), false);
  simulator.digest.saysStale = true;
  assert.equal(await isStale({ nc: "00000002" }), true);
  assert.equal(await isStale({ nonce: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }), true);
  assert.equal(await isStale({ nc: "00000002", keys: { ...keys, privateKey: "wrong" } }), false);
  assert.equal(await isStale({ nc: "00000002", keys: { ...keys, ...stranger } }), false);
});

test("asks for other proofs than Atlas does, alone or first", async (t) => {
  const { simulator, client, path } = await challenged(t);
  const challenge = async (): Promise<string> =>
    (await client.sendAs(undefined, "GET", path)).headers.get("www-authenticate") ?? "";
  simulator.digest.schemes = ["Basic"];
  assert.equal(await challenge(), 'Basic realm="MMS Public API"');
  simulator.digest.schemes = ["SHA-256"];
  assert.match(await challenge(), /^Digest realm=.*, algorithm=SHA-256, qop="auth", stale=false$/);
  simulator.digest.schemes = ["Negotiate", "SHA-256", "MD5"];
  assert.match(
    await challenge(),
    /^Negotiate, Digest .*SHA-256.*, Digest .*algorithm=MD5, qop="auth", stale=false$/,
  );
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

test("refuses a bad token without a challenge where it is told so", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.oauth.challengesBadTokens = false;
  const refused = await client.sendAs("Bearer made-up", "GET", `/groups/${projectId}/users`);
  assertRefused(refused, 401, "UNAUTHORIZED");
  assert.equal(refused.headers.get("www-authenticate"), null);
});

test("takes a token back, with an answer of no body, and refuses it from then on", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  const [first, second] = [(await client.token()).body, (await client.token()).body];
  assert.equal(simulator.oauth.live, 2);
  const reply = await client.revoke(String(first?.access_token));
  assert.deepEqual([reply.status, reply.text], [200, ""]);
  assert.deepEqual([simulator.oauth.live, simulator.oauth.issued, simulator.oauth.revoked], [1, 2, 1]);
  const use = (value: unknown) => client.sendAs(`Bearer ${value}`, "GET", `/groups/${projectId}/users`);
  assertRefused(await use(first?.access_token), 401, "UNAUTHORIZED");
  assert.equal((await use(second?.access_token)).status, 200);
  assert.deepEqual(simulator.log.lines("revokeAccessToken"), ["POST /api/oauth/revoke 200"]);
});

test("takes back only what it gave this service account, and an unknown token without a word", async (t) => {
  const { simulator, client } = await atlas(t);
  const { access_token: token } = (await client.token()).body;
  assert.equal((await client.revoke("made-up")).status, 200);
  assert.equal(
    (await new TestClient(simulator.url, simulator.readOnlyKeys).revoke(String(token))).status,
    200,
  );
  const wrong = await client.revoke(String(token), { secret: "wrong" });
  assert.deepEqual([wrong.status, wrong.body.error], [401, "invalid_client"]);
  assert.deepEqual([simulator.oauth.live, simulator.oauth.revoked], [1, 0]);
});

test("refuses a revocation that is not the form it must be", async (t) => {
  const { simulator, client } = await atlasWithViolations(t);
  const reply = await client.revoke("", { form: "access_token=x" });
  assert.deepEqual([reply.status, reply.body.error], [400, "invalid_request"]);
  assert.equal(simulator.violations.length, 1);
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

test("hands out so many tokens a minute where it is told so", async (t) => {
  let now = 0;
  const { client } = await atlas(t, { now: () => now, tokensPerMinute: 2 });
  assert.deepEqual([(await client.token()).status, (await client.token()).status], [200, 200]);
  const refused = await client.token();
  assert.deepEqual([refused.status, refused.body.error], [429, "too_many_requests"]);
  now = 60_000;
  assert.equal((await client.token()).status, 200);
});

test("hands out another token in the place of one that was taken back", async (t) => {
  const { simulator, client } = await atlas(t);
  simulator.oauth.maxLiveTokens = 1;
  const { access_token: token } = (await client.token()).body;
  assert.equal((await client.token()).status, 403);
  await client.revoke(String(token));
  assert.equal((await client.token()).status, 200);
});

test("refuses the hundred and first live token, until one has expired", async (t) => {
  let now = 0;
  const { simulator, client } = await atlas(t, { now: () => now, tokenLifetimeSeconds: 60 });
  await Promise.all(Array.from({ length: 100 }, () => client.token()));
  const refused = await client.token();
  assert.deepEqual([refused.status, refused.body.error], [403, "access_denied"]);
  assert.equal(simulator.oauth.live, 100);
  now = 60_000;
  assert.equal(simulator.oauth.live, 0);
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
