import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { PartialFailure } from "../../provider/resources/handler/partialFailure";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import type { LiveMigration, MigrationStep } from "../simulator/migration";
import type { World } from "../simulator/world";
import { failureOf } from "./failures";
import { type Bench, startBench } from "./harness";

/*
 * Requests that must happen once, and not after their time: right before each there is a look at Atlas.
 */

const defer = "deferGroupMaintenanceWindow";
const cutOver = "cutoverGroupLiveMigration";
const hourMs = 3_600_000;
let bench: Bench;
let world: World;
let projectId: string;

beforeEach(() => start());

async function start(options: Parameters<typeof startBench>[0] = {}): Promise<void> {
  bench = await startBench(options);
  world = bench.atlasSimulator.world;
  projectId = world.createProject(world.createOrganization());
  world.setMaintenance(projectId, { dayOfWeek: 7, hourOfDay: 0, timeZoneId: "UTC", scheduled: true });
}

afterEach(() => bench.stop());

/** Operations in the order in which they reached Atlas: `deferGroupMaintenanceWindow 429`. */
const operations = (): string[] =>
  bench.atlasSimulator.log
    .matching(({ authenticated }) => authenticated)
    .map(({ operationId, status }) => `${operationId} ${status}`);

/** Does something once, right after the first answer to an operation. */
function afterFirst(operationId: string, act: () => void): void {
  const stop = bench.atlasSimulator.onAnswer((entry) => {
    if (entry.operationId === operationId && entry.authenticated) {
      stop();
      act();
    }
  });
}

/** A sleep of the given length, among those to come, that ends as late as said, as when the machine sleeps. */
function oversleep(sleepMs: number, lateMs: number): void {
  const { clock } = bench;
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (ms) => {
    await sleep(ms);
    if (ms === sleepMs) {
      clock.advance(lateMs);
    }
  };
}

describe("a deferral", () => {
  const create = (deferrals = 1, timeouts = {}) =>
    maintenanceDeferralHandler(bench).create({
      projectId,
      deferrals,
      requireScheduled: false,
      __timeouts: timeouts,
    });
  const granted = (): number => world.maintenance(projectId).deferralsGranted;

  test("happens once when two resources declare it at the same time", async () => {
    const both = await Promise.all([create(), create()]);
    assert.equal(granted(), 1);
    assert.deepEqual(
      both.map(({ outs }) => outs?.numberOfDeferrals),
      [1, 1],
    );
  });

  test("happens in one project while another's is going on", async () => {
    const other = world.createProject(world.createOrganization());
    world.setMaintenance(other, { dayOfWeek: 7, hourOfDay: 0, timeZoneId: "UTC", scheduled: true });
    let release = (): void => {};
    const delayUntil = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.atlasSimulator.fail({ operationId: defer, delayUntil });
    let isFirstOver = false;
    const first = create().finally(() => {
      isFirstOver = true;
    });
    const declared = { projectId: other, deferrals: 1, requireScheduled: false };
    await maintenanceDeferralHandler(bench).create(declared);
    assert.equal(isFirstOver, false);
    release();
    await first;
    assert.deepEqual([granted(), world.maintenance(other).deferralsGranted], [1, 1]);
  });

  test("comes in the turn of the next when the first has failed", async () => {
    bench.atlasSimulator.fail({
      operationId: "getGroupMaintenanceWindow",
      status: 404,
      errorCode: "GROUP_NOT_FOUND",
    });
    const [first, second] = await Promise.allSettled([create(), create()]);
    assert.deepEqual([first?.status, second?.status], ["rejected", "fulfilled"]);
    assert.equal(granted(), 1);
  });

  test("is remembered when its answer is lost and the time is over, and looked for by the next update", async () => {
    world.lags.windows = 4;
    bench.atlasSimulator.fail({ operationId: defer, when: "after", reset: true });
    const declared = { projectId, deferrals: 1, requireScheduled: false };
    const handler = maintenanceDeferralHandler(bench);
    const failure = await handler
      .create({ ...declared, __timeouts: { create: "3s" } })
      .catch((error: unknown) => error);
    assert.ok(failure instanceof PartialFailure);
    assert.match(failure.message, /^Could not defer the maintenance of project \w+: POST \S+ got no answer/);
    const kept = failure.properties as { status: string };
    assert.equal(kept.status, "UNCONFIRMED");
    const { props } = await handler.read(failure.id, kept as never);
    assert.equal((await handler.diff(failure.id, props as never, declared)).changes, true);
    const { outs } = await handler.update(failure.id, props as never, declared);
    assert.equal(outs?.status, "DEFERRED");
    assert.equal(granted(), 1);
  });

  test("is left to a colleague who does it while the request is rate limited", async () => {
    bench.atlasSimulator.fail({ operationId: defer, status: 429, headers: { "Retry-After": "600" } });
    afterFirst(defer, () => world.maintenance(projectId).defer());
    const { outs } = await create();
    assert.equal(world.maintenance(projectId).numberOfDeferrals, 1);
    assert.equal(outs?.numberOfDeferrals, 1);
    assert.deepEqual(operations(), [
      "getGroupMaintenanceWindow 200",
      `${defer} 429`,
      "getGroupMaintenanceWindow 200",
    ]);
  });

  test("shows in the state as Atlas has it when the window is edited between the look and the request", async () => {
    world.setMaintenance(projectId, { numberOfDeferrals: 1 });
    afterFirst("getGroupMaintenanceWindow", () => world.editWindow(projectId));
    const { id = "", outs } = await create(2);
    assert.equal(world.maintenance(projectId).numberOfDeferrals, 1);
    assert.equal(outs?.numberOfDeferrals, 1);
    assert.equal(granted(), 1);
    // The refresh finds a deferral missing, and the next update asks for it.
    const read = await maintenanceDeferralHandler(bench).read(id, outs);
    assert.equal(read.inputs?.deferrals, 1);
    await create(2);
    assert.equal(granted(), 2);
  });

  test("waits a few seconds for a window that lags behind", async () => {
    bench.atlasSimulator.fail({
      operationId: "getGroupMaintenanceWindow",
      skip: 1,
      mutate: (answer) => ({ ...(answer as object), numberOfDeferrals: 0 }),
    });
    const { outs } = await create();
    assert.equal(outs?.numberOfDeferrals, 1);
    assert.deepEqual(bench.clock.sleeps, [2_000]);
    assert.deepEqual(bench.reports, []);
  });

  for (const [what, timeouts, ms] of [
    ["15 minutes where nothing else is said", {}, 15 * 60_000],
    ["the time of customTimeouts", { create: "1m" }, 60_000],
  ] as const) {
    test(`asks for nothing after ${what}`, async () => {
      bench.atlasSimulator.fail({ operationId: defer, times: 10_000, status: 429 });
      const before = bench.clock.now();
      await failureOf(bench, create(1, timeouts));
      assert.ok(bench.clock.now() - before <= ms);
      assert.equal(granted(), 0);
    });
  }

  test("is not asked for any more when the answer to the look comes too late", async () => {
    bench.atlasSimulator.fail({ operationId: "getGroupMaintenanceWindow", status: 503, errorCode: null });
    const { clock } = bench;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms) => {
      await sleep(ms);
      clock.advance(9 * hourMs);
    };
    await failureOf(bench, create(1, { create: "1h" }));
    assert.equal(granted(), 0);
    assert.ok(!operations().some((line) => line.startsWith(defer)));
  });
});

describe("a cut-over", () => {
  const copying: MigrationStep = { status: "WORKING", readyForCutover: false, lagTimeSeconds: 9 };
  const ready: MigrationStep = { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 };
  const complete: MigrationStep = { status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null };
  const create = (migration: LiveMigration, timeout = "1h") =>
    migrationCutoverHandler(bench).create({
      projectId,
      liveMigrationId: migration.id,
      __timeouts: { create: timeout },
    });

  test("is not requested when the machine wakes up after its time, though the migration is ready then", async () => {
    const migration = world.addMigration(projectId, { steps: [copying, ready] });
    oversleep(3_000, 9 * hourMs);
    const error = await failureOf(bench, create(migration));
    assert.ok(error instanceof PartialFailure);
    assert.match(error.message, /is not complete after 1 h \(status WORKING, cut-over not requested yet\)/);
    assert.equal(migration.cutoverRequests, 0);
  });

  test("counts as complete when the machine wakes up after its time and it is", async () => {
    const migration = world.addMigration(projectId, { steps: [copying, complete] });
    oversleep(3_000, 9 * hourMs);
    assert.equal((await create(migration)).outs?.status, "COMPLETE");
  });

  test("is left to a colleague who does it while the request is rate limited", async () => {
    const migration = world.addMigration(projectId, { steps: [ready] });
    bench.atlasSimulator.fail({ operationId: cutOver, status: 429, headers: { "Retry-After": "600" } });
    afterFirst(cutOver, () => migration.cutOver());
    const { outs } = await create(migration);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(migration.cutovers, 1);
    assert.equal(operations().filter((line) => line.startsWith(cutOver)).length, 1);
  });

  test("is requested as soon as the rate limit lets it through, and not at the next poll only", async () => {
    const migration = world.addMigration(projectId, { steps: [ready] });
    bench.atlasSimulator.fail({ operationId: cutOver, status: 429, headers: { "Retry-After": "1" } });
    const before = bench.clock.now();
    const { outs } = await create(migration);
    assert.ok(Date.parse(outs?.cutoverRequestedAt ?? "") - before < 3_000);
  });

  test("looks last shortly when its time is over, and not for as long as Atlas is rate limiting", async () => {
    const migration = world.addMigration(projectId, { steps: [copying] });
    bench.atlasSimulator.fail({ operationId: "getGroupLiveMigration", skip: 1, times: 10_000, status: 429 });
    oversleep(3_000, 9 * hourMs);
    const before = bench.clock.now();
    await failureOf(bench, create(migration));
    assert.ok(bench.clock.now() - before <= 9 * hourMs + 20_000);
  });

  test("is not requested when the access token comes only after its time", async () => {
    await bench.stop();
    await start({ credentials: "serviceAccount" });
    const migration = world.addMigration(projectId, { steps: [ready] });
    bench.atlasSimulator.fail({ operationId: "createAccessToken", times: 30, status: 429 });
    await failureOf(bench, create(migration, "1m"));
    assert.equal(migration.cutoverRequests, 0);
  });
});
