import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Deadline } from "../../provider/atlas/clock";
import { addMember, changeMember } from "../../provider/atlas/members/changes";
import { MemberCache } from "../../provider/atlas/members/memberCache";
import type { MemberSource } from "../../provider/atlas/members/memberSource";
import { neutralWording } from "../../provider/atlas/wording";
import { FakeClock } from "../fakeClock";

interface Member {
  name: string;
}

/** A source over a list of names that counts how it is asked. */
function source(names: string[], pageSize = 500) {
  const asked: string[] = [];
  const state = { names: [...names] };
  const sourceOf: MemberSource<Member> = {
    of: "project 5f1b3c2a9d8e7f6a5b4c3d2e",
    operation: "listGroupUsers",
    wording: neutralWording,
    async list() {
      asked.push("list");
      const items: Member[] = [];
      let page = 0;
      for (; ; page += 1) {
        await onPage(page);
        const part = state.names.slice(page * pageSize, (page + 1) * pageSize);
        items.push(...part.map((name) => ({ name })));
        if (part.length < pageSize) {
          return { items, atomic: page === 0 };
        }
      }
    },
    async find(name) {
      asked.push(`find ${name}`);
      return {
        items: state.names.filter((other) => other === name).map((found) => ({ name: found })),
        atomic: true,
      };
    },
    namesOf: (member) => [member.name],
  };
  let onPage: (page: number) => Promise<void> = async () => {};
  return {
    cache: new MemberCache(sourceOf, new FakeClock()),
    sourceOf,
    asked,
    state,
    onPage: (f: typeof onPage) => (onPage = f),
  };
}

describe("MemberCache", () => {
  test("asks for the one member when there is a single read", async () => {
    const { cache, asked } = source(["ada@example.com", "bob@example.com"]);
    assert.deepEqual(await cache.get("ada@example.com"), { name: "ada@example.com" });
    assert.deepEqual(asked, ["find ada@example.com"]);
  });

  test("answers all further reads from one listing", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `user${index}@example.com`);
    const { cache, asked } = source(names);
    const found = await Promise.all(names.map((name) => cache.get(name)));
    assert.deepEqual(
      found.map((member) => member?.name),
      names,
    );
    assert.deepEqual(asked, ["find user0@example.com", "list"]);
  });

  test("believes an absence only of a complete listing, as the filter may mind case", async () => {
    const { cache, asked } = source(["Ada@Example.com"]);
    assert.deepEqual(await cache.get("ada@example.com"), { name: "Ada@Example.com" });
    assert.equal(await cache.get("nobody@example.com"), undefined);
    assert.deepEqual(asked, ["find ada@example.com", "list"]);
  });

  test("is never answered from before a write", async () => {
    const { cache, state } = source(["ada@example.com"]);
    await Promise.all([cache.get("ada@example.com"), cache.get("bob@example.com")]);
    await changeMember(cache, [], async () => {
      state.names = ["bob@example.com"];
    });
    assert.equal((await cache.get("bob@example.com"))?.name, "bob@example.com");
    assert.equal(await cache.get("ada@example.com"), undefined);
  });

  test("does not take a listing that started during a write for one from after it", async () => {
    const { cache, state } = source(["ada@example.com"]);
    let finish: (() => void) | undefined;
    const write = changeMember(cache, [], async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      state.names = [];
    });
    await Promise.all([cache.get("ada@example.com"), cache.get("ada@example.com")]);
    finish?.();
    await write;
    assert.equal(await cache.get("ada@example.com"), undefined);
  });

  test("asks again after a listing that failed", async () => {
    let fail = true;
    const cache = new MemberCache<Member>(
      {
        of: "project 5f1b3c2a9d8e7f6a5b4c3d2e",
        operation: "listGroupUsers",
        wording: neutralWording,
        find: async () => ({ items: [], atomic: true }),
        list: async () => {
          if (fail) {
            throw new Error("no answer");
          }
          return { items: [{ name: "ada@example.com" }], atomic: true };
        },
        namesOf: (member) => [member.name],
      },
      new FakeClock(),
    );
    await assert.rejects(cache.get("ada@example.com"), /no answer/);
    fail = false;
    assert.deepEqual(await cache.get("ada@example.com"), { name: "ada@example.com" });
  });

  test("says which operation it waited for, when the time of a read is over first", async () => {
    const { sourceOf } = source(["ada@example.com"]);
    const clock = new FakeClock();
    const cache = new MemberCache<Member>({ ...sourceOf, list: () => new Promise(() => {}) }, clock);
    await cache.get("ada@example.com");
    const deadline = new Deadline(clock, 1_000);
    clock.advance(1_000);
    await assert.rejects(cache.get("ada@example.com", { deadline }), {
      name: "AtlasError",
      operation: "listGroupUsers",
    });
  });

  test("misses nobody who is there throughout, however the listing shifts between its pages", async () => {
    const name = fc.integer({ min: 0, max: 40 }).map((n) => `user${String(n).padStart(2, "0")}@example.com`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
        fc.array(fc.record({ page: fc.nat(6), remove: fc.boolean(), name }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (names, changes, pageSize) => {
          const { cache, state, onPage } = source([...names].sort(), pageSize);
          onPage(async (page) => {
            for (const change of changes.filter((each) => each.page === page)) {
              const others = state.names.filter((other) => other !== change.name);
              state.names = change.remove ? others : [...others, change.name].sort();
            }
          });
          const stayed = names.filter((each) => !changes.some((change) => change.name === each));
          const found = await Promise.all(stayed.map((each) => cache.get(each)));
          assert.deepEqual(
            found.map((member) => member?.name),
            stayed,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  describe("adding", () => {
    /** A source in which people are added as Atlas does it: refused for who is there. */
    function adding(names: string[]) {
      const made = source(names);
      const posts: string[] = [];
      const clock = new FakeClock();
      const cache = new MemberCache<Member>(made.sourceOf, clock);
      const add = (name: string) =>
        addMember(cache, {
          name,
          add: async () => {
            posts.push(name);
            if (made.state.names.includes(name)) {
              throw new Error("there");
            }
            made.state.names.push(name);
            return { name };
          },
          isAlreadyMember: (error) => error instanceof Error && error.message === "there",
        });
      return { ...made, cache, posts, add, pass: (ms: number) => clock.advance(ms) };
    }
    const people = Array.from({ length: 40 }, (_, index) => `user${index}@example.com`);

    test("looks nobody up while all are new", async () => {
      const { add, asked, posts } = adding([]);
      await Promise.all(people.map(add));
      assert.deepEqual([posts.length, asked], [40, []]);
    });

    test("lists once when all are there, after a single refusal", async () => {
      const { add, asked, posts } = adding(people);
      assert.deepEqual(
        (await Promise.all(people.map(add))).map(({ name }) => name),
        people,
      );
      assert.deepEqual([posts, asked], [["user0@example.com"], ["list"]]);
    });

    test("lists once when some are there", async () => {
      const { add, asked, posts } = adding(people.filter((_, index) => index % 2 === 1));
      for (const name of people) {
        await add(name);
      }
      assert.deepEqual([posts.length, asked], [21, ["list"]]);
    });

    test("does not answer from a listing that is older than a removal", async () => {
      const { add, cache, state, posts } = adding(people);
      await Promise.all(people.map(add));
      await changeMember(cache, ["User1@example.com"], async () => {
        state.names = state.names.filter((name) => name !== "user1@example.com");
      });
      await add("user1@example.com");
      assert.deepEqual(posts, ["user0@example.com", "user1@example.com"]);
    });

    test("lists anew when the listing is ten seconds old, and adds nobody who is in it", async () => {
      const { add, state, asked, posts, pass } = adding(people);
      await add("user0@example.com");
      state.names = state.names.filter((name) => name !== "user2@example.com");
      pass(9_999);
      await add("user1@example.com");
      assert.deepEqual(asked, ["list"]);
      pass(1);
      await Promise.all([add("user2@example.com"), add("user3@example.com")]);
      assert.deepEqual(asked, ["list", "list"]);
      assert.deepEqual(posts, ["user0@example.com", "user2@example.com"]);
    });

    test("finds who was added by somebody else after the listing, and is the refusal where nobody is found", async () => {
      const { add, state, asked, posts } = adding(["user0@example.com"]);
      await add("user0@example.com");
      state.names.push("user1@example.com");
      assert.deepEqual(await add("user1@example.com"), { name: "user1@example.com" });
      assert.deepEqual(asked, ["list", "find user1@example.com"]);
      assert.deepEqual(posts, ["user0@example.com", "user1@example.com"]);
      const invisible = adding([]);
      const refusal = new Error("there");
      await assert.rejects(
        addMember(invisible.cache, {
          name: "legacy@example.com",
          add: () => Promise.reject(refusal),
          isAlreadyMember: () => true,
        }),
        refusal,
      );
    });
  });
});
