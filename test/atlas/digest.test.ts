import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DIGEST } from "http-auth-utils";
import {
  type Exchange,
  ProofTooLate,
  SharedFailure,
} from "../../provider/atlas/authentication/authentication";
import { DigestAuthentication } from "../../provider/atlas/authentication/digest";
import { parseChallenge } from "../../provider/atlas/authentication/digestChallenge";
import { Deadline } from "../../provider/atlas/clock";
import { FakeClock } from "../fakeClock";

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

/** What a request goes out with, when its time has come. */
async function proof(exchange: Exchange): Promise<string | undefined> {
  await exchange.ready();
  return exchange.header();
}

describe("DigestAuthentication", () => {
  const uri = "/api/atlas/v2/groups/5f1b3c2a9d8e7f6a5b4c3d2e/users?pageNum=1";

  test("answers a challenge and uses its nonce again, counting up from 1", async () => {
    const authentication = new DigestAuthentication(key);
    const one = authentication.begin({ method: "GET", url: uri });
    assert.equal(await proof(one), undefined);
    assert.deepEqual(one.challenged(challenge("n+1/==")), { again: true });
    assert.deepEqual(verify(await proof(one), "GET", uri), { nonce: "n+1/==", nc: "00000001" });
    one.accepted();

    const two = authentication.begin({ method: "POST", url: uri });
    assert.deepEqual(verify(await proof(two), "POST", uri), { nonce: "n+1/==", nc: "00000002" });
  });

  test("lets the first request fetch the challenge while the others wait", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin({ method: "GET", url: uri });
    assert.equal(await proof(first), undefined);
    const waiting = Array.from({ length: 15 }, () =>
      proof(authentication.begin({ method: "GET", url: uri })),
    );
    first.challenged(challenge("shared"));
    await proof(first);
    first.accepted();
    const counts = (await Promise.all(waiting)).map((header) => verify(header, "GET", uri).nc);
    assert.deepEqual(
      counts,
      Array.from({ length: 15 }, (_, index) => (index + 2).toString(16).padStart(8, "0")),
    );
  });

  test("lets one of the requests that start together fetch the challenge", async () => {
    const authentication = new DigestAuthentication(key);
    const exchanges = Array.from({ length: 3 }, () => authentication.begin({ method: "GET", url: uri }));
    const proofs = exchanges.map(proof);
    const [first] = exchanges;
    assert.ok(first !== undefined);
    assert.equal(await proofs[0], undefined);
    first.challenged(challenge("shared"));
    await proof(first);
    first.accepted();
    const counts = (await Promise.all(proofs.slice(1))).map((header) => verify(header, "GET", uri).nc);
    assert.deepEqual(counts, ["00000002", "00000003"]);
  });

  test("passes the first turn on when the first request ends for a reason of its own", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin({ method: "GET", url: uri });
    await proof(first);
    const second = authentication.begin({ method: "GET", url: uri });
    const header = proof(second);
    first.abandoned();
    first.ended();
    assert.equal(await header, undefined);
  });

  test("answers the refusal of a kept nonce with a nonce of its own, which nobody else uses before it is accepted", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin({ method: "GET", url: uri });
    await proof(first);
    first.challenged(challenge("old"));
    await proof(first);
    first.accepted();

    const [a, b] = [
      authentication.begin({ method: "GET", url: uri }),
      authentication.begin({ method: "GET", url: uri }),
    ];
    await proof(a);
    await proof(b);
    assert.ok(a.challenged(challenge("for-a")).again);
    assert.ok(b.challenged(challenge("for-b")).again);
    assert.deepEqual(verify(await proof(a), "GET", uri), { nonce: "for-a", nc: "00000001" });
    assert.deepEqual(verify(await proof(b), "GET", uri), { nonce: "for-b", nc: "00000001" });
    a.accepted();
    b.accepted();
    assert.deepEqual(verify(await proof(authentication.begin({ method: "GET", url: uri })), "GET", uri), {
      nonce: "for-a",
      nc: "00000002",
    });
  });

  test("takes a second challenge to the same request for wrong keys", async () => {
    const exchange = new DigestAuthentication(key).begin({ method: "GET", url: uri });
    await proof(exchange);
    assert.ok(exchange.challenged(challenge("one")).again);
    await proof(exchange);
    assert.deepEqual(exchange.challenged(challenge("two")), { again: false, problem: { kind: "wrong" } });
  });

  test("keeps the others waiting while the first request tries again, and shares its failure with them", async () => {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin({ method: "GET", url: uri });
    await proof(first);
    const waiting = Array.from({ length: 15 }, () =>
      proof(authentication.begin({ method: "GET", url: uri })),
    );
    first.abandoned();
    assert.equal(await proof(first), undefined);
    first.abandoned();
    first.ended({ happened: "got no answer within 60 s", advice: "Check the network." });
    for (const each of await Promise.allSettled(waiting)) {
      assert.ok(each.status === "rejected" && each.reason instanceof SharedFailure);
      assert.deepEqual(each.reason.problem, {
        happened: "got no answer within 60 s",
        advice: "Check the network.",
      });
    }
    assert.equal(await proof(authentication.begin({ method: "GET", url: uri })), undefined);
  });

  test("does not wait for the first challenge longer than its own time", async () => {
    const authentication = new DigestAuthentication(key);
    await proof(authentication.begin({ method: "GET", url: uri }));
    const deadline = new Deadline(new FakeClock(), 0);
    await assert.rejects(proof(authentication.begin({ method: "GET", url: uri, deadline })), ProofTooLate);
  });

  /** An exchange of a process in which the key has been accepted, whose nonce is about to be refused. */
  async function withKnownKey() {
    const authentication = new DigestAuthentication(key);
    const first = authentication.begin({ method: "GET", url: uri });
    await proof(first);
    first.challenged(challenge("first"));
    await proof(first);
    first.accepted();
    return authentication.begin({ method: "GET", url: uri });
  }

  test("calls a key that it has seen accepted not wrong, however many nonces the server drops, up to ten", async () => {
    const exchange = await withKnownKey();
    for (let dropped = 1; dropped <= 10; dropped += 1) {
      await proof(exchange);
      assert.deepEqual(exchange.challenged(challenge(`nonce-${dropped}`)), { again: true });
    }
    await proof(exchange);
    assert.deepEqual(exchange.challenged(challenge("nonce-11")), {
      again: false,
      problem: { kind: "no longer accepted" },
    });
  });

  test("answers one more challenge after an answer that was lost, as the nonce may be used up", async () => {
    const exchange = new DigestAuthentication(key).begin({ method: "GET", url: uri });
    await proof(exchange);
    exchange.challenged(challenge("one"));
    await proof(exchange);
    exchange.abandoned();
    await proof(exchange);
    assert.ok(exchange.challenged(challenge("two")).again);
    await proof(exchange);
    assert.equal(exchange.challenged(challenge("three")).again, false);
  });

  test("takes stale=true for the server's word that the key is right", async () => {
    const exchange = new DigestAuthentication(key).begin({ method: "GET", url: uri });
    await proof(exchange);
    exchange.challenged(challenge("one"));
    await proof(exchange);
    const stale = challenge("two").replace("stale=false", "stale=true");
    assert.ok(exchange.challenged(stale).again);
    await proof(exchange);
    assert.ok(exchange.challenged(challenge("three")).again);
  });

  test("gives up on a challenge that it cannot answer", async () => {
    const exchange = new DigestAuthentication(key).begin({ method: "GET", url: uri });
    await proof(exchange);
    assert.deepEqual(exchange.challenged('Basic realm="x"'), {
      again: false,
      problem: { kind: "unsupported", asked: 'Basic realm="x"' },
    });
  });
});

describe("parseChallenge", () => {
  test("reads Atlas's challenge, quoted and unquoted", () => {
    assert.deepEqual(parseChallenge(challenge("abc")), {
      realm: "MMS Public API",
      nonce: "abc",
      opaque: undefined,
      stale: false,
    });
  });

  test("reads a list of qualities and an opaque value", () => {
    assert.deepEqual(parseChallenge('digest realm="r", nonce="n", qop="auth,auth-int", opaque="o"'), {
      realm: "r",
      nonce: "n",
      opaque: "o",
      stale: false,
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
