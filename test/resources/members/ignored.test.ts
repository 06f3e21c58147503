import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ignoring } from "../../../provider/resources/members/ignored";

for (const [pattern, names, others] of [
  ["*@example.com", ["ada@example.com", "@EXAMPLE.com"], ["ada@example.com.evil", "ada@example_com"]],
  ["ada@*", ["ada@x.y"], ["dada@x.y"]],
  ["a.a@example.com", ["A.A@example.com"], ["aba@example.com"]],
  ["ada*ada@x.y", ["ada-ada@x.y", "adaada@x.y"], ["ada@x.y"]],
  ["*+ci@*.example.com", ["x+ci@a.example.com"], ["x+ci@example.com"]],
] as const) {
  test(`${pattern} matches what it says, and nothing else`, () => {
    const isIgnored = ignoring([pattern]);
    assert.deepEqual(
      names.filter((name) => !isIgnored(name)),
      [],
    );
    assert.deepEqual(others.filter(isIgnored), []);
  });
}

test("matches like a regular expression in which a star is any text", () => {
  const text = (maxLength: number) =>
    fc.array(fc.constantFrom("a", "b", "@", "."), { maxLength }).map((letters) => letters.join(""));
  const pattern = fc
    .array(fc.constantFrom("a", "b", "@", ".", "*"), { maxLength: 6 })
    .map((each) => each.join(""));
  fc.assert(
    fc.property(pattern, text(8), (wanted, name) => {
      const expected = new RegExp(`^${wanted.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(name);
      assert.equal(ignoring([wanted])(name), expected);
    }),
    { numRuns: 2_000 },
  );
});

test("takes no time for a pattern with many stars", () => {
  const start = performance.now();
  assert.equal(ignoring([`${"*a".repeat(30)}@x.com`])(`${"a".repeat(200)}@y.com`), false);
  assert.ok(performance.now() - start < 1_000);
});
