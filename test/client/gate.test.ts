import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Gate } from "../../provider/atlas/gate";
import { FakeClock } from "../fakeClock";

/** Enters in the background and reports whether it is through. */
function enter(gate: Gate, name = "limit"): { through: boolean } {
  const state = { through: false };
  void gate.enter(name).then(() => {
    state.through = true;
  });
  return state;
}

const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe("Gate", () => {
  test("lets everything through as long as nothing is throttled", async () => {
    const gate = new Gate(new FakeClock());
    const many = Array.from({ length: 16 }, () => enter(gate));
    await settled();
    assert.ok(many.every(({ through }) => through));
  });

  test("closes for all when one is throttled, and sends one ahead afterwards", async () => {
    const clock = new FakeClock();
    const gate = new Gate(clock);
    await gate.enter("limit");
    assert.equal(gate.close("limit", 1_000), true);
    const [first, second, other] = [enter(gate), enter(gate), enter(gate, "another limit")];
    await settled();
    assert.deepEqual(clock.sleeps, [1_000]);
    assert.deepEqual([first.through, second.through, other.through], [true, false, true]);
    gate.leave("limit");
    await settled();
    assert.ok(second.through);
  });

  test("says whether it was open before", async () => {
    const gate = new Gate({ now: () => 0, sleep: () => new Promise(() => {}) });
    await gate.enter("limit");
    await gate.enter("limit");
    assert.equal(gate.close("limit", 1_000), true);
    assert.equal(gate.close("limit", 500), false);
  });

  test("sends no more than Atlas says there is room for", async () => {
    const gate = new Gate(new FakeClock());
    await gate.enter("limit");
    gate.leave("limit", 2);
    const states = Array.from({ length: 5 }, () => enter(gate));
    await settled();
    assert.equal(states.filter(({ through }) => through).length, 2);
    assert.equal(gate.waiting("limit"), 3);
    gate.leave("limit", 1);
    gate.leave("limit", 0);
    await settled();
    assert.equal(states.filter(({ through }) => through).length, 3, "one goes ahead with no room left");
  });

  test("keeps the order of arrival", async () => {
    const gate = new Gate(new FakeClock());
    const order: number[] = [];
    await gate.enter("limit");
    gate.leave("limit", 0);
    const all = [0, 1, 2, 3].map(async (index) => {
      await gate.enter("limit");
      order.push(index);
      gate.leave("limit", 0);
    });
    await Promise.all(all);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });
});
