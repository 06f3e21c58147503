import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DIGEST } from "http-auth-utils";
import { DigestAuthentication, parseChallenge } from "../../provider/atlas/digest";

const key = { kind: "apiKey", publicKey: "abcdefgh", privateKey: "a:private:key" } as const;
const challenge = (nonce: string): string =>
  `Digest realm="MMS Public API", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=false`;

/** Checks a header with a library of its own, and returns its nonce and count. */
function verify(header: string | undefined, method: string, uri: string): { nonce: string; nc: string } {
  assert.ok(header?.startsWith("Digest "), header);
  const data = DIGEST.parseAuthorizationRest((header ?? "").slice("Digest ".length));
  const expected = DIGEST.computeHash({
    ...data,
    password: key.privateKey,
    method,
    algorithm: "md5",
  } as Parameters<typeof DIGEST.computeHash>[0]);
  assert.equal(data.response, expected);
  assert.equal(data.uri, uri);
  assert.equal(data.username, key.publicKey);
  return { nonce: data.nonce as string, nc: data.nc as string };
}

describe("DigestAuthentication", () => {
  const uri = "/api/atlas/v2/groups/5f1b3c2a9d8e7f6a5b4c3d2e/users?pageNum=1";

  test("answers a challenge and uses its nonce again, counting up from 1", async () => {
    const authentication = new DigestAuthentication(key);
    const one = authentication.begin("GET", uri);
    assert.equal(await one.header(), undefined);
    assert.ok(one.challenged(challenge("n+1/==")));
    assert.deepEqual(verify(await one.header(), "GET", uri), { nonce: "n+1/==", nc: "00000001" });
    one.accepted();

    const two = authentication.begin("POST", uri);
    assert.deepEqual(verify(await two.header(), "POST", uri), { nonce: "n+1/==", nc: "00000002" });
  });

  test("lets the first request fetch the challenge while the others wait", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin("GET", uri);
    assert.equal(await first.header(), undefined);
    const waiting = Array.from({ length: 15 }, () => authentication.begin("GET", uri).header());
    first.challenged(challenge("shared"));
    await first.header();
    first.accepted();
    const counts = (await Promise.all(waiting)).map((header) => verify(header, "GET", uri).nc);
    assert.deepEqual(
      counts,
      Array.from({ length: 15 }, (_, index) => (index + 2).toString(16).padStart(8, "0")),
    );
  });

  test("passes the first turn on when the first request ends without an answer", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin("GET", uri);
    await first.header();
    const second = authentication.begin("GET", uri);
    const header = second.header();
    first.abandoned();
    assert.equal(await header, undefined);
  });

  test("answers the refusal of a kept nonce with a nonce of its own, which nobody else uses before it is accepted", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin("GET", uri);
    await first.header();
    first.challenged(challenge("old"));
    await first.header();
    first.accepted();

    const [a, b] = [authentication.begin("GET", uri), authentication.begin("GET", uri)];
    await a.header();
    await b.header();
    assert.ok(a.challenged(challenge("for-a")));
    assert.ok(b.challenged(challenge("for-b")));
    assert.deepEqual(verify(await a.header(), "GET", uri), { nonce: "for-a", nc: "00000001" });
    assert.deepEqual(verify(await b.header(), "GET", uri), { nonce: "for-b", nc: "00000001" });
    a.accepted();
    b.accepted();
    assert.deepEqual(verify(await authentication.begin("GET", uri).header(), "GET", uri), {
      nonce: "for-a",
      nc: "00000002",
    });
  });

  test("takes a second challenge to the same request for wrong keys", async () => {
    const exchange = new DigestAuthentication(key).begin("GET", uri);
    await exchange.header();
    assert.ok(exchange.challenged(challenge("one")));
    await exchange.header();
    assert.equal(exchange.challenged(challenge("two")), false);
  });

  test("gives up on a challenge that it cannot answer", async () => {
    const exchange = new DigestAuthentication(key).begin("GET", uri);
    await exchange.header();
    assert.equal(exchange.challenged('Basic realm="x"'), false);
  });
});

describe("parseChallenge", () => {
  test("reads Atlas's challenge, quoted and unquoted", () => {
    assert.deepEqual(parseChallenge(challenge("abc")), {
      realm: "MMS Public API",
      nonce: "abc",
      opaque: undefined,
    });
  });

  test("reads a list of qualities and an opaque value", () => {
    assert.deepEqual(parseChallenge('digest realm="r", nonce="n", qop="auth,auth-int", opaque="o"'), {
      realm: "r",
      nonce: "n",
      opaque: "o",
    });
  });

  for (const [what, header] of Object.entries({
    "another scheme": 'Bearer error="invalid_token"',
    "no nonce": 'Digest realm="r", qop="auth"',
    "another algorithm": 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256',
    "no quality that it knows": 'Digest realm="r", nonce="n", qop="auth-int"',
  })) {
    test(`refuses ${what}`, () => assert.equal(parseChallenge(header), undefined));
  }
});
