import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Turns } from "../../../provider/resources/handler/turns";

/** An operation that notes when it starts, and ends when told to. */
function operation(notes: string[], name: string) {
  let end: (outcome?: Error) => void = () => {};
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve(name) : reject(error));
  });
  return {
    run: () => {
      notes.push(name);
      return ended;
    },
    end: (error?: Error) => end(error),
  };
}

describe("operations on the same thing", () => {
  test("run one after the other, in the order in which they come", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    const all = ["first", "second", "third"].map((name) => operation(notes, name));
    const taken = all.map(({ run }) => turns.take("window", run));
    for (const [index, { end }] of all.entries()) {
      await new Promise(setImmediate);
      assert.equal(notes.length, index + 1);
      end();
    }
    assert.deepEqual(await Promise.all(taken), ["first", "second", "third"]);
  });

  test("come in their turn when the one before has failed", async () => {
    const turns = new Turns();
    const notes: string[] = [];
    const [first, second] = [operation(notes, "first"), operation(notes, "second")];
    const failing = turns.take("window", first.run);
    const following = turns.take("window", second.run);
    first.end(new Error("refused"));
    second.end();
    await assert.rejects(failing, /refused/);
    assert.equal(await following, "second");
  });
});

test("operations on different things run side by side", async () => {
  const turns = new Turns();
  const notes: string[] = [];
  const [one, other] = [operation(notes, "one"), operation(notes, "other")];
  const both = [turns.take("a", one.run), turns.take("b", other.run)];
  await new Promise(setImmediate);
  assert.deepEqual(notes, ["one", "other"]);
  one.end();
  other.end();
  await Promise.all(both);
});
