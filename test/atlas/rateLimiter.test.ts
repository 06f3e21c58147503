import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Clock, Deadline } from "../../provider/atlas/clock";
import { RateLimited } from "../../provider/atlas/limit";
import { RateLimiter } from "../../provider/atlas/rateLimiter";
import { FakeClock } from "../fakeClock";
import { UnrulyClock } from "../unrulyClock";

interface Waiting {
  through: boolean;
  refused: RateLimited | undefined;
}

/** Waits for its turn in the background, and reports what has become of it. */
function acquire(
  limiter: RateLimiter,
  { name = "limit", deadline }: { name?: string; deadline?: Deadline } = {},
) {
  const state: Waiting = { through: false, refused: undefined };
  void limiter.acquire(name, limiter.newTicket(), deadline).then(
    () => {
      state.through = true;
    },
    (error: RateLimited) => {
      state.refused = error;
    },
  );
  return state;
}

const throughOf = (states: Waiting[]): boolean[] => states.map(({ through }) => through);

/** What may happen to one sleep. */
const whim = fc.record({
  late: fc.integer({ min: -60_000, max: 60_000 }),
  wallStep: fc.integer({ min: -100_000, max: 100_000 }),
  machineSleep: fc.integer({ min: 0, max: 100_000 }),
});

const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** A limiter with nothing left under its limit, and one request in flight. */
async function tight(clock: Clock, ticket?: number): Promise<RateLimiter> {
  const limiter = new RateLimiter(clock);
  await limiter.acquire("limit", limiter.newTicket());
  limiter.release("limit", 0);
  await limiter.acquire("limit", ticket ?? limiter.newTicket());
  return limiter;
}

/** A clock that stands still. */
const still: Clock = { date: () => 0, monotonic: () => 0, sleep: () => new Promise(() => {}) };

describe("RateLimiter", () => {
  test("lets everything through as long as nothing is refused", async () => {
    const limiter = new RateLimiter(new FakeClock());
    const many = Array.from({ length: 16 }, () => acquire(limiter));
    await settled();
    assert.ok(throughOf(many).every(Boolean));
  });

  test("closes for all when one is refused, and sends one ahead afterwards", async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock);
    await limiter.acquire("limit", 1);
    limiter.backOff("limit", 1_000);
    const states = [acquire(limiter), acquire(limiter), acquire(limiter, { name: "another limit" })];
    await settled();
    assert.deepEqual(clock.sleeps, [1_000]);
    assert.deepEqual(throughOf(states), [true, false, true]);
    limiter.release("limit");
    await settled();
    assert.ok(states[1]?.through);
  });

  test("stays closed for the longest that any refusal has asked for", async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock);
    await Promise.all([limiter.acquire("limit", 1), limiter.acquire("limit", 2)]);
    limiter.backOff("limit", 5_000);
    limiter.backOff("limit", 1_000);
    await limiter.acquire("limit", 3);
    assert.equal(clock.date() - Date.parse("2026-01-01T00:00:00Z"), 5_000);
  });

  test("sends no more than Atlas says there is room for", async () => {
    const limiter = new RateLimiter(new FakeClock());
    await limiter.acquire("limit", 1);
    limiter.release("limit", 2);
    const states = Array.from({ length: 5 }, () => acquire(limiter));
    await settled();
    assert.equal(throughOf(states).filter(Boolean).length, 2);
    assert.equal(limiter.waiting("limit"), 3);
    limiter.release("limit", 1);
    limiter.release("limit", 0);
    await settled();
    assert.equal(throughOf(states).filter(Boolean).length, 3, "one goes ahead with no room left");
  });

  test("goes carefully after a refusal where Atlas does not say how much room there is", async () => {
    const limiter = new RateLimiter(new FakeClock());
    await limiter.acquire("limit", 1);
    limiter.backOff("limit", 1_000);
    const states = Array.from({ length: 60 }, () => acquire(limiter));
    await settled();
    const inFlight: number[] = [];
    for (let round = 1; round <= 4; round += 1) {
      const through = throughOf(states).filter(Boolean).length;
      inFlight.push(through - inFlight.reduce((sum, each) => sum + each, 0));
      for (let answered = inFlight.at(-1) ?? 0; answered > 0; answered -= 1) {
        limiter.release("limit");
      }
      await settled();
    }
    assert.deepEqual(inFlight, [1, 2, 4, 8]);
  });

  test("keeps the order of arrival, also for a request that was refused in between", async () => {
    const limiter = await tight(new FakeClock(), 0);
    const order: number[] = [];
    const others = [1, 2, 3].map(async (ticket) => {
      await limiter.acquire("limit", ticket);
      order.push(ticket);
      limiter.release("limit", 0);
    });
    limiter.backOff("limit", 1_000);
    await limiter.acquire("limit", 0);
    order.push(0);
    limiter.release("limit", 0);
    await Promise.all(others);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  test("dismisses at once whoever cannot get through before their deadline, and stays closed", async () => {
    const limiter = await tight(still);
    const early = acquire(limiter, { deadline: new Deadline(still, 30_000) });
    const late = acquire(limiter, { deadline: new Deadline(still, 60_000) });
    limiter.backOff("limit", 45_000);
    const after = acquire(limiter, { deadline: new Deadline(still, 44_999) });
    await settled();
    assert.equal(early.refused?.retryAfterMs, 45_000);
    assert.equal(after.refused?.retryAfterMs, 45_000);
    assert.deepEqual([late.through, late.refused], [false, undefined]);
    assert.equal(limiter.tryAcquire("limit"), false);
  });

  test("dismisses all who wait when Atlas asks for more than a quarter of an hour", async () => {
    const limiter = await tight(still);
    const states = Array.from({ length: 200 }, () => acquire(limiter));
    limiter.backOff("limit", 3_600_000);
    await settled();
    assert.ok(states.every(({ refused }) => refused?.retryAfterMs === 3_600_000));
  });

  test("lets wait as long as the queue moves, however long that is in all", async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock);
    const minutes = 60;
    const states = Array.from({ length: 5 * minutes }, () => acquire(limiter));
    for (let minute = 0; minute < minutes; minute += 1) {
      await settled();
      limiter.release("limit", 0);
      await settled();
      limiter.backOff("limit", 60_000);
      await settled();
    }
    assert.ok(clock.date() - Date.parse("2026-01-01T00:00:00Z") > 15 * 60_000);
    assert.deepEqual(
      states.filter(({ refused }) => refused !== undefined),
      [],
    );
  });

  test("tells of a wait at once and about once a minute, with how many wait", async () => {
    const lines: string[] = [];
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, ({ limit, forMs, waiting }) =>
      lines.push(`${limit} ${forMs} ${waiting}`),
    );
    await Promise.all([limiter.acquire("limit", 1), limiter.acquire("limit", 2)]);
    limiter.backOff("limit", 150_000);
    limiter.backOff("limit", 100_000);
    await Promise.all([limiter.acquire("limit", 3)]);
    assert.deepEqual(lines, ["limit 150000 1", "limit 90000 1", "limit 30000 1"]);
  });

  test("lets everybody through in the end, however early or late sleepers wake and whatever the date does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(whim, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        async (whims, closures, requests) => {
          const clock = new UnrulyClock();
          clock.whims = [...whims];
          const limiter = new RateLimiter(clock);
          const refusals = [...closures];
          const all = Promise.all(
            Array.from({ length: requests }, async () => {
              const ticket = limiter.newTicket();
              for (;;) {
                await limiter.acquire("limit", ticket);
                const forMs = refusals.shift();
                if (forMs === undefined) {
                  limiter.release("limit");
                  return;
                }
                limiter.backOff("limit", forMs);
              }
            }),
          );
          await all.catch((error: unknown) => {
            // By its clocks nothing has got through for a quarter of an hour: that is as long as anybody waits.
            const strays = whims.map(
              ({ late, wallStep, machineSleep }) => Math.max(0, late) + Math.max(0, wallStep) + machineSleep,
            );
            const longestMs = [...closures, ...strays].reduce((sum, each) => sum + each, 0);
            assert.ok(error instanceof RateLimited && longestMs > 15 * 60_000, String(error));
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
