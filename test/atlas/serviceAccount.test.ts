import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProofTooLate } from "../../provider/atlas/authentication/authentication";
import { ServiceAccountAuthentication } from "../../provider/atlas/authentication/serviceAccount";
import { Deadline } from "../../provider/atlas/clock";
import { FakeClock } from "../fakeClock";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function account(expiresInSeconds = 3_600) {
  const clock = new FakeClock();
  let fetched = 0;
  const revoked: string[] = [];
  const authentication = new ServiceAccountAuthentication(
    "the-secret",
    {
      fetch: async () => {
        fetched += 1;
        return { value: `token-${fetched}`, expiresInSeconds };
      },
      revoke: async (token) => void revoked.push(token),
    },
    clock,
  );
  return { authentication, clock, fetched: () => fetched, revoked };
}

describe("ServiceAccountAuthentication", () => {
  test("fetches one token however many requests start together", async () => {
    const { authentication, fetched } = account();
    const headers = await Promise.all(Array.from({ length: 16 }, () => authentication.begin().header()));
    assert.deepEqual(new Set(headers), new Set(["Bearer token-1"]));
    assert.equal(fetched(), 1);
  });

  for (const [life, renewedAfter] of [
    [3_600, 3_300],
    [60, 48],
  ] as const) {
    test(`renews a token of ${life} s after ${renewedAfter} s, once`, async () => {
      const { authentication, clock } = account(life);
      await authentication.begin().header();
      clock.advance(renewedAfter * 1_000 - 1);
      assert.equal(await authentication.begin().header(), "Bearer token-1");
      clock.advance(1);
      const headers = await Promise.all([authentication.begin().header(), authentication.begin().header()]);
      assert.deepEqual(headers, ["Bearer token-2", "Bearer token-2"]);
    });
  }

  test("fetches another token when Atlas refuses the kept one, once for all who used it", async () => {
    const { authentication, fetched } = account();
    const [a, b] = [authentication.begin(), authentication.begin()];
    await Promise.all([a.header(), b.header()]);
    assert.ok(a.challenged("Bearer").again);
    assert.equal(await a.header(), "Bearer token-2");
    assert.ok(b.challenged("Bearer").again);
    assert.equal(await b.header(), "Bearer token-2");
    assert.equal(fetched(), 2);
  });

  test("takes a second refusal of the same request for wrong credentials", async () => {
    const { authentication } = account();
    const exchange = authentication.begin();
    await exchange.header();
    assert.ok(exchange.challenged("Bearer").again);
    await exchange.header();
    assert.deepEqual(exchange.challenged("Bearer"), { again: false, problem: { kind: "wrong" } });
  });

  test("forgets a failure, so that the next request tries again", async () => {
    const clock = new FakeClock();
    let calls = 0;
    const authentication = new ServiceAccountAuthentication(
      "the-secret",
      {
        fetch: async () => {
          calls += 1;
          if (calls === 1) {
            throw new Error("no token");
          }
          return { value: "token", expiresInSeconds: 60 };
        },
        revoke: async () => {},
      },
      clock,
    );
    await assert.rejects(authentication.begin().header(), /no token/);
    assert.equal(await authentication.begin().header(), "Bearer token");
  });

  test("names its secret and its tokens as what must not be printed", async () => {
    const { authentication } = account();
    await authentication.begin().header();
    assert.deepEqual(authentication.secrets(), ["the-secret", "token-1"]);
  });

  test("replaces a token that is refused without a challenge once, and takes the next refusal for a missing role", async () => {
    const { authentication, fetched } = account();
    const exchange = authentication.begin();
    await exchange.header();
    assert.equal(exchange.refused(), true);
    assert.equal(await exchange.header(), "Bearer token-2");
    assert.equal(exchange.refused(), false);
    const other = authentication.begin();
    await other.header();
    assert.equal(other.refused(), false);
    assert.equal(fetched(), 2);
  });

  test("gives a token back when the process ends, and one that was replaced as soon as nobody uses it", async () => {
    const { authentication, revoked } = account();
    const [a, b] = [authentication.begin(), authentication.begin()];
    await Promise.all([a.header(), b.header()]);
    a.challenged("Bearer");
    assert.equal(await a.header(), "Bearer token-2");
    assert.deepEqual(revoked, []);
    b.accepted();
    await settled();
    assert.deepEqual(revoked, ["token-1"]);
    a.accepted();
    await authentication.close();
    assert.deepEqual(revoked, ["token-1", "token-2"]);
  });

  test("does not wait for a token longer than a request has time", async () => {
    const clock = new FakeClock();
    const source = { fetch: () => new Promise<never>(() => {}), revoke: async () => {} };
    const authentication = new ServiceAccountAuthentication("the-secret", source, clock);
    await assert.rejects(authentication.begin({ deadline: new Deadline(clock, 0) }).header(), ProofTooLate);
  });
});
