import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { maintenanceDeferralHandler } from "../../../provider/resources/maintenanceDeferral/handler";
import type { MaintenanceWindow } from "../../simulator/maintenance";
import type { World } from "../../simulator/world";
import { answersThatSayNothing, failureOf, lostAnswers } from "../failures";
import { type Bench, named, startBench } from "../harness";
import { checked, create, seesNoDifference } from "../lifecycle";

let bench: Bench;
let world: World;
let projectId: string;
let window: MaintenanceWindow;
let handler: ReturnType<typeof maintenanceDeferralHandler>;

const nowhere = "0".repeat(24);
const get = "GET /groups/<project>/maintenanceWindow 200";
const post = "POST /groups/<project>/maintenanceWindow/defer";

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  projectId = world.createProject(world.createOrganization());
  world.setMaintenance(projectId, {
    dayOfWeek: 7,
    hourOfDay: 0,
    timeZoneId: "Europe/Berlin",
    scheduled: true,
  });
  window = world.maintenance(projectId);
  handler = maintenanceDeferralHandler(bench);
});

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

const declare = (over: object = {}) => ({ projectId, deferrals: 1, requireScheduled: false, ...over });
const observed = (over: object = {}) => ({
  ...declare(),
  status: "DEFERRED",
  numberOfDeferrals: 1,
  dayOfWeek: 7,
  hourOfDay: 0,
  timeZoneId: "Europe/Berlin",
  ...over,
});
const requests = (): string[] => named(bench.requests(), { project: projectId, nowhere });
const notScheduled = (): string =>
  `No maintenance is scheduled for project ${projectId}, so there is nothing to defer.`;

const created = (over: object = {}) => create(bench, handler, declare(over));

describe("check", () => {
  test("reports every mistake at once, each with its property and what it must be", async () => {
    const { failures } = await handler.check(
      {},
      {
        projectId: "my-project",
        deferrals: 3,
        triggers: "release",
        requireScheduled: "yes",
        weeks: 1,
      },
    );
    assert.deepEqual(failures, [
      {
        property: "projectId",
        reason: "must be the project's id, 24 hexadecimal digits, but got 'my-project'",
      },
      {
        property: "deferrals",
        reason: "must be 1 or 2, as Atlas lets a maintenance be deferred twice, but got 3",
      },
      {
        property: "triggers",
        reason: "must be a list or a map of values whose change asks again, but got 'release'",
      },
      { property: "requireScheduled", reason: "must be true or false, but got 'yes'" },
      {
        property: "weeks",
        reason: "must be left out: the arguments are projectId, deferrals, triggers, requireScheduled",
      },
    ]);
  });

  for (const [deferrals, got] of [
    [0, "0"],
    [3, "3"],
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    ["1", "'1'"],
    [true, "true"],
    [null, "nothing"],
    [[1], "a list"],
  ] as const) {
    test(`refuses ${JSON.stringify(deferrals)} deferrals`, async () => {
      const { failures } = await handler.check({}, declare({ deferrals }));
      assert.deepEqual(failures, [
        {
          property: "deferrals",
          reason: `must be 1 or 2, as Atlas lets a maintenance be deferred twice, but got ${got}`,
        },
      ]);
    });
  }

  test("defers once, and lets nothing scheduled pass, where nothing else is said", async () => {
    assert.deepEqual(await checked(handler, { projectId: projectId.toUpperCase() }), declare());
    assert.deepEqual((await handler.check({}, {})).failures, [
      { property: "projectId", reason: "must be the project's id, 24 hexadecimal digits, but got nothing" },
    ]);
  });

  test("takes triggers as a list or a map", async () => {
    for (const triggers of [[], ["v1", 2], { release: "v1", nested: { freeze: true } }]) {
      assert.deepEqual((await checked(handler, declare({ triggers }))).triggers, triggers);
    }
  });

  test("lets through what is not known yet, also inside triggers", async () => {
    for (const triggers of [unknownMarker, [unknownMarker], { release: { id: unknownMarker } }]) {
      const news = {
        projectId: unknownMarker,
        deferrals: unknownMarker,
        requireScheduled: unknownMarker,
        triggers,
      };
      const { inputs, failures } = await handler.check({}, news);
      assert.deepEqual([inputs, failures], [news, []]);
    }
  });

  test("makes no request, and neither do diff and delete", async () => {
    await handler.check({}, declare());
    await handler.diff(projectId, observed(), declare());
    await handler.delete(projectId, {});
    assert.deepEqual(bench.atlasSimulator.log.lines(), []);
  });
});

describe("diff", () => {
  const diff = (olds: object, news: object) => handler.diff(projectId, observed(olds), declare(news));

  test("sees no difference in what only Atlas fills in, nor in the order of a map", async () => {
    const olds = { status: "NOT_SCHEDULED", numberOfDeferrals: 2, dayOfWeek: 1, triggers: { a: 1, b: [2] } };
    assert.deepEqual(await diff(olds, { triggers: { b: [2], a: 1 } }), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  test("leaves it to the engine to compare other deferrals, triggers and requireScheduled, which change in place", async () => {
    for (const [olds, news] of [
      [{ deferrals: 0 }, {}],
      [{}, { deferrals: 2 }],
      [{ deferrals: 2 }, {}],
      [{}, { triggers: ["v1"] }],
      [{ triggers: ["v1"] }, {}],
      [{ triggers: ["v1"] }, { triggers: ["v2"] }],
      [{}, { requireScheduled: true }],
      [{}, { deferrals: unknownMarker }],
      [{ triggers: ["v1"] }, { triggers: [unknownMarker] }],
      [{}, { requireScheduled: unknownMarker }],
    ] as const) {
      assert.deepEqual(await diff(olds, news), { replaces: [], deleteBeforeReplace: false });
    }
  });

  test("replaces on another project, once it is known", async () => {
    assert.deepEqual((await diff({}, { projectId: nowhere })).replaces, ["projectId"]);
    assert.deepEqual((await diff({}, { projectId: unknownMarker })).replaces, []);
  });
});

describe("create", () => {
  test("defers the maintenance once", async () => {
    const { id, outs } = await handler.create(await checked(handler, declare()));
    assert.equal(id, projectId);
    assert.deepEqual(outs, observed());
    assert.deepEqual(requests(), [get, `${post} 200`, get]);
    assert.equal(window.deferralsGranted, 1);
    assert.deepEqual(bench.reports, []);
    await seesNoDifference(handler, { id: projectId, outs: observed(), inputs: declare() });
  });

  test("defers it twice", async () => {
    const { outs } = await handler.create(declare({ deferrals: 2 }));
    assert.deepEqual(outs, observed({ deferrals: 2, numberOfDeferrals: 2 }));
    assert.deepEqual(requests(), [get, `${post} 200`, get, `${post} 200`, get]);
    await seesNoDifference(handler, {
      id: projectId,
      outs: observed({ deferrals: 2, numberOfDeferrals: 2 }),
      inputs: declare({ deferrals: 2 }),
    });
  });

  for (const [there, deferrals, posts] of [
    [1, 1, 0],
    [2, 1, 0],
    [2, 2, 0],
    [1, 2, 1],
  ] as const) {
    test(`adopts ${there} of ${deferrals} deferrals and adds ${posts}`, async () => {
      world.setMaintenance(projectId, { numberOfDeferrals: there });
      const { outs } = await created({ deferrals });
      assert.deepEqual(outs, observed({ deferrals, numberOfDeferrals: there + posts }));
      assert.equal(window.deferralsGranted, posts);
    });
  }

  test("does nothing a second time", async () => {
    await created({ deferrals: 2 });
    bench.restart();
    await handler.create(declare({ deferrals: 2 }));
    assert.deepEqual(requests(), [get]);
  });

  const deferAnswers = {
    ...lostAnswers,
    "the answer was cut off": { failure: { cut: true }, status: "-" },
  } as const;

  for (const deferrals of [1, 2] as const) {
    for (const [what, { failure, status }] of Object.entries(deferAnswers)) {
      test(`settles by reading that ${what} after the first of ${deferrals} deferrals`, async () => {
        bench.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "after", ...failure });
        const { outs } = await handler.create(declare({ deferrals }));
        assert.deepEqual(outs, observed({ deferrals, numberOfDeferrals: deferrals }));
        assert.equal(window.deferralsGranted, deferrals);
        assert.deepEqual(requests(), [
          get,
          `${post} ${status}`,
          get,
          ...(deferrals === 2 ? [`${post} 200`, get] : []),
        ]);
      });
    }
  }

  for (const [what, { failure, status }] of Object.entries(lostAnswers)) {
    test(`asks again after it has looked four times when ${what} and nothing had happened`, async () => {
      bench.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "before", ...failure });
      const { outs } = await handler.create(declare());
      assert.deepEqual(outs, observed());
      assert.equal(window.deferralsGranted, 1);
      assert.deepEqual(requests(), [get, `${post} ${status}`, get, get, get, get, `${post} 200`, get]);
      assert.deepEqual(bench.clock.sleeps, [2_000, 5_000, 10_000]);
    });
  }

  test("sees the effect of a lost request that shows only a few seconds later", async () => {
    bench.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "after", reset: true });
    bench.atlasSimulator.fail({
      operationId: "getGroupMaintenanceWindow",
      skip: 1,
      mutate: (answer) => ({ ...(answer as object), numberOfDeferrals: 0 }),
    });
    await handler.create(declare());
    assert.equal(window.deferralsGranted, 1);
  });

  test("says what Atlas shows after a request that it took, asks no second time, and leaves the rest to a refresh", async () => {
    bench.atlasSimulator.fail({
      operationId: "getGroupMaintenanceWindow",
      skip: 1,
      times: 10,
      mutate: (answer) => ({ ...(answer as object), numberOfDeferrals: 0 }),
    });
    const { id, outs } = await handler.create(declare());
    assert.equal(outs?.numberOfDeferrals, 0);
    assert.equal(window.deferralsGranted, 1);
    assert.match(bench.reports.join(), /Warning: .* shows 0 of 1 deferrals\. Look at the window in Atlas/);
    bench.atlasSimulator.clearFailures();
    const { props, inputs } = await handler.read(id, outs);
    assert.equal(props?.numberOfDeferrals, 1);
    assert.equal(inputs?.deferrals, 1);
  });

  for (const [what, failure] of Object.entries({
    "answers with 500s": { status: 500 },
    "breaks connections": { reset: true },
  } as const)) {
    test(`never repeats a request that Atlas took, when the look that follows ${what} and then shows old numbers`, async () => {
      bench.atlasSimulator.fail({ operationId: "getGroupMaintenanceWindow", skip: 1, times: 5, ...failure });
      bench.atlasSimulator.fail({
        operationId: "getGroupMaintenanceWindow",
        skip: 1,
        times: 10,
        mutate: (answer) => ({ ...(answer as object), numberOfDeferrals: 0 }),
      });
      await handler.create(declare()).catch((error: unknown) => assert.ok(error instanceof AtlasError));
      assert.equal(window.deferralsGranted, 1);
    });
  }

  test("is healed by the next run when Atlas goes silent after it took the request", async () => {
    bench.atlasSimulator.fail({ operationId: "getGroupMaintenanceWindow", skip: 1, times: 100, status: 503 });
    const error = await failureOf(bench, handler.create(declare()));
    assert.match(
      error.message,
      /^Could not look at the maintenance window of project [0-9a-f]{24}: GET \S+ was answered 503/,
    );
    assert.equal("id" in error, false);
    bench.atlasSimulator.clearFailures();
    bench.restart();
    assert.deepEqual((await handler.create(declare())).outs, observed());
    assert.equal(window.deferralsGranted, 1);
  });

  test("gives up after three requests that were all lost", async () => {
    bench.atlasSimulator.fail({
      operationId: "deferGroupMaintenanceWindow",
      times: 100,
      status: 502,
      errorCode: null,
    });
    const error = await failureOf(bench, handler.create(declare()));
    assert.equal(
      error.message,
      `Could not defer the maintenance of project ${projectId}: POST /api/atlas/v2/groups/${projectId}/maintenanceWindow/defer ` +
        "was answered 502: Unexpected error. Run the command again; if it goes on, look at the status page of MongoDB Atlas.",
    );
    assert.equal(requests().filter((line) => line.startsWith("POST")).length, 3);
  });

  test("is sent again after throttling and another look, because that certainly did nothing", async () => {
    bench.atlasSimulator.fail({
      operationId: "deferGroupMaintenanceWindow",
      status: 429,
      headers: { "Retry-After": "9" },
    });
    await handler.create(declare());
    assert.deepEqual(requests(), [get, `${post} 429`, get, `${post} 200`, get]);
    assert.equal(window.deferralsGranted, 1);
  });

  for (const operationId of ["deferGroupMaintenanceWindow", "getGroupMaintenanceWindow"]) {
    test(`gives up in time while Atlas throttles ${operationId}`, async () => {
      bench.atlasSimulator.fail({ operationId, times: 10_000, status: 429 });
      const start = bench.clock.now();
      await failureOf(bench, handler.create(declare({ __timeouts: { create: "1m" } })));
      assert.ok(bench.clock.now() - start <= 60_000, `${bench.clock.now() - start} ms`);
    });
  }

  test("says that there is no window", async () => {
    world.setMaintenance(projectId, { dayOfWeek: undefined as never });
    const error = await failureOf(bench, handler.create(declare()));
    assert.equal(
      error.message,
      `Could not defer the maintenance of project ${projectId}: POST /api/atlas/v2/groups/${projectId}/maintenanceWindow/defer ` +
        "was answered 400 ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED: No maintenance window is defined. " +
        "Define a maintenance window for the project first, for example with MaintenanceWindow of @pulumi/mongodbatlas.",
    );
  });

  test("says that Atlas does not defer a maintenance a third time", async () => {
    // Somebody else was faster, between the look and the request.
    bench.atlasSimulator.onAnswer(({ operationId, authenticated }) => {
      if (operationId === "getGroupMaintenanceWindow" && authenticated) {
        world.setMaintenance(projectId, { numberOfDeferrals: 2 });
      }
    });
    const error = await failureOf(bench, handler.create(declare()));
    assert.equal(
      error.message,
      `Could not defer the maintenance of project ${projectId}: POST /api/atlas/v2/groups/${projectId}/maintenanceWindow/defer ` +
        "was answered 400 ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED: Maintenance can be deferred at most 2 times. " +
        "Atlas lets one maintenance be deferred twice: it has to take place now, or the window has to be moved.",
    );
    // The next run finds that it is done.
    assert.equal((await handler.create(declare())).outs?.numberOfDeferrals, 2);
  });

  test("says that Atlas allows it only for a limited time before the maintenance", async () => {
    world.deferWindowOpen = false;
    const error = await failureOf(bench, handler.create(declare()));
    assert.equal(
      error.message,
      `Could not defer the maintenance of project ${projectId}: POST /api/atlas/v2/groups/${projectId}/maintenanceWindow/defer ` +
        "was answered 400 ATLAS_MAINTENANCE_DEFERRAL_NOT_ALLOWED: Maintenance can only be deferred within a limited time before it starts. " +
        "Atlas lets a maintenance be deferred only within a limited time before it starts: run `pulumi up` again then.",
    );
    assert.deepEqual(requests(), [get, `${post} 400`]);
  });

  test("names the role that is missing", async () => {
    bench.restart({ credentials: { kind: "apiKey", ...bench.atlasSimulator.readOnlyKeys } });
    const error = await failureOf(bench, handler.create(declare()));
    assert.match(
      error.message,
      /was answered 401 USER_UNAUTHORIZED: .* Give the credentials the role Project Owner \(GROUP_OWNER\), or use others that have it\.$/,
    );
  });

  test("says that there is no such project", async () => {
    const error = await failureOf(bench, handler.create(declare({ projectId: nowhere })));
    assert.match(
      error.message,
      /was answered 404 GROUP_NOT_FOUND: .* Check the project's id, that it has not been deleted, and that /,
    );
  });

  for (const [what, body] of Object.entries({
    "is a list": "[1]",
    "has no field of a window": '{"message":"Please sign in"}',
    "counts in words": '{"numberOfDeferrals":"none","dayOfWeek":7}',
    "counts below zero": '{"numberOfDeferrals":-1,"dayOfWeek":7}',
  })) {
    test(`defers nothing when the window ${what}`, async () => {
      bench.atlasSimulator.fail({
        operationId: "getGroupMaintenanceWindow",
        raw: { status: 200, headers: { "content-type": "application/json" }, body },
      });
      const error = await failureOf(bench, handler.create(declare()));
      assert.match(error.message, /does not have the form that the API describes/);
      assert.equal(window.deferralsGranted, 0);
    });
  }
});

describe("nothing scheduled", () => {
  beforeEach(() => world.setMaintenance(projectId, { scheduled: false }));

  test("settles with a warning, and shows no further difference after a refresh", async () => {
    const { id, outs } = await created();
    assert.deepEqual(outs, observed({ status: "NOT_SCHEDULED", numberOfDeferrals: 0 }));
    assert.deepEqual(bench.reports, [`Warning: ${notScheduled()} Change \`triggers\` to ask again later.`]);
    await seesNoDifference(handler, { id, outs, inputs: declare() });
    await seesNoDifference(handler, { id, outs, inputs: declare() });
  });

  test("settles also where two deferrals are declared and one is there", async () => {
    world.setMaintenance(projectId, { numberOfDeferrals: 1 });
    const { id, outs } = await created({ deferrals: 2 });
    assert.deepEqual(outs, observed({ deferrals: 2, status: "NOT_SCHEDULED", numberOfDeferrals: 1 }));
    await seesNoDifference(handler, { id, outs, inputs: declare({ deferrals: 2 }) });
    await seesNoDifference(handler, { id, outs, inputs: declare({ deferrals: 2 }) });
  });

  test("settles where no window is defined", async () => {
    world.setMaintenance(projectId, { dayOfWeek: undefined as never, hourOfDay: undefined as never });
    const { id, outs } = await created();
    assert.deepEqual(outs, {
      ...declare(),
      status: "NOT_SCHEDULED",
      numberOfDeferrals: 0,
      timeZoneId: "Europe/Berlin",
    });
    await seesNoDifference(handler, { id, outs, inputs: declare() });
  });

  test("sees no difference in a window that was edited meanwhile", async () => {
    const { id, outs } = await created();
    world.editWindow(projectId, { dayOfWeek: 2, hourOfDay: 5 });
    const { props, inputs } = await handler.read(id, outs);
    assert.deepEqual(inputs, declare());
    assert.deepEqual(props, { ...outs, dayOfWeek: 2, hourOfDay: 5 });
  });

  test("is an error with requireScheduled", async () => {
    const error = await failureOf(bench, handler.create(declare({ requireScheduled: true })));
    assert.equal(
      error.message,
      `${notScheduled()} Run \`pulumi up\` again when Atlas has announced one, or leave requireScheduled out.`,
    );
    assert.equal("id" in error, false);
    assert.deepEqual(bench.reports, []);
  });

  test("is asked again when triggers change", async () => {
    const { id, outs } = await created({ triggers: ["v1"] });
    world.setMaintenance(projectId, { scheduled: true });
    const news = declare({ triggers: ["v2"] });
    assert.equal((await handler.diff(id, outs, news)).changes, undefined);
    assert.deepEqual((await handler.update(id, outs, news)).outs, observed({ triggers: ["v2"] }));
    assert.equal(window.deferralsGranted, 1);
  });

  test("becomes an error when requireScheduled is declared later", async () => {
    const { id, outs } = await created();
    await failureOf(bench, handler.update(id, outs, declare({ requireScheduled: true })));
  });
});

describe("read", () => {
  test("takes one request and rebuilds all properties", async () => {
    const { id, outs } = await created({ triggers: { release: "v1" } });
    bench.restart();
    await seesNoDifference(handler, { id, outs, inputs: declare({ triggers: { release: "v1" } }) });
    assert.deepEqual(requests(), [get]);
  });

  test("sees no difference in more deferrals than declared", async () => {
    const { id, outs } = await created();
    world.setMaintenance(projectId, { numberOfDeferrals: 2 });
    const { props, inputs } = await handler.read(id, outs);
    assert.deepEqual(inputs, declare());
    assert.deepEqual(props, { ...outs, numberOfDeferrals: 2 });
  });

  for (const [what, happen] of Object.entries({
    "the window was edited": () => world.editWindow(projectId),
    "the maintenance has run": () => world.runMaintenance(projectId),
  })) {
    test(`shows one changed property after ${what}, and the next update settles it`, async () => {
      const { id, outs } = await created({ deferrals: 2 });
      happen();
      const granted = window.deferralsGranted;
      const read = await handler.read(id, outs);
      assert.deepEqual(read.inputs, declare({ deferrals: 0 }));
      assert.deepEqual(read.props, { ...outs, deferrals: 0, status: "NOT_SCHEDULED", numberOfDeferrals: 0 });
      // A second refresh before the next update shows the same.
      assert.deepEqual(await handler.read(id, read.props), read);
      const news = declare({ deferrals: 2 });
      assert.equal((await handler.diff(id, read.props, news)).changes, undefined);
      bench.requests();
      const { outs: updated } = await handler.update(id, read.props, news);
      if (window.scheduled) {
        assert.deepEqual(updated, outs);
        assert.equal(window.deferralsGranted - granted, 2);
      } else {
        assert.deepEqual(updated, { ...outs, status: "NOT_SCHEDULED", numberOfDeferrals: 0 });
        assert.deepEqual(requests(), [get, `${post} 400`]);
      }
      await seesNoDifference(handler, { id, outs: updated, inputs: news });
    });
  }

  test("shows that one of two deferrals is missing, and the next update defers it once", async () => {
    const { id, outs } = await created({ deferrals: 2 });
    world.editWindow(projectId);
    window.numberOfDeferrals = 1;
    const read = await handler.read(id, outs);
    assert.deepEqual(read.inputs, declare({ deferrals: 1 }));
    assert.equal(read.props?.status, "DEFERRED");
    bench.requests();
    await handler.update(id, read.props, declare({ deferrals: 2 }));
    assert.deepEqual(requests(), [get, `${post} 200`, get]);
  });

  test("defers the same maintenance once after drift, and then does nothing", async () => {
    const { id, outs } = await created();
    world.editWindow(projectId);
    const read = await handler.read(id, outs);
    bench.requests();
    const { outs: updated } = await handler.update(id, read.props, declare());
    assert.deepEqual(requests(), [get, `${post} 200`, get]);
    assert.equal((await handler.diff(id, updated, declare())).changes, false);
    assert.equal(window.deferralsGranted, 2);
  });

  test("rebuilds everything from the id alone, as .get() needs", async () => {
    world.setMaintenance(projectId, { numberOfDeferrals: 2 });
    assert.deepEqual(await handler.read(projectId.toUpperCase()), {
      id: projectId,
      props: observed({ deferrals: 2, numberOfDeferrals: 2 }),
      inputs: declare({ deferrals: 2 }),
    });
    world.editWindow(projectId);
    const none = observed({ deferrals: 0, numberOfDeferrals: 0, status: "NOT_SCHEDULED" });
    assert.deepEqual((await handler.read(projectId)).props, none);
    assert.equal(window.deferralsGranted, 0);
  });

  test("says how an id must look", async () => {
    for (const id of ["my-project", `${nowhere}/1`, ""]) {
      await assert.rejects(handler.read(id), {
        message: `The id of a MaintenanceDeferral must be <projectId>, such as 5f1b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
      });
    }
  });

  for (const [what, failure] of Object.entries({
    ...answersThatSayNothing,
    "a missing project": { status: 404, errorCode: "GROUP_NOT_FOUND" },
    "a 404 without a code": { status: 404, errorCode: null },
    "the JSON of a proxy": { mutate: () => ({ message: "Please sign in" }) },
  } as const)) {
    test(`never takes ${what} for 'gone' or for no deferral`, async () => {
      const { id, outs } = await created();
      bench.atlasSimulator.fail({ operationId: "getGroupMaintenanceWindow", ...failure });
      assert.ok((await failureOf(bench, handler.read(id, outs))) instanceof AtlasError);
    });
  }
});

describe("update", () => {
  test("defers once more when one more is declared", async () => {
    const { id, outs } = await created();
    const { outs: updated } = await handler.update(id, outs, declare({ deferrals: 2 }));
    assert.deepEqual(updated, observed({ deferrals: 2, numberOfDeferrals: 2 }));
    assert.deepEqual(requests(), [get, `${post} 200`, get]);
  });

  test("changes nothing in Atlas when fewer are declared, and shows no further difference", async () => {
    const { id, outs } = await created({ deferrals: 2 });
    const { outs: updated } = await handler.update(id, outs, declare());
    assert.deepEqual(updated, observed({ numberOfDeferrals: 2 }));
    assert.deepEqual(requests(), [get]);
    await seesNoDifference(handler, { id, outs: updated, inputs: declare() });
  });

  test("defers nothing for new triggers while the maintenance has been deferred", async () => {
    const { id, outs } = await created({ triggers: ["v1"] });
    const { outs: updated } = await handler.update(id, outs, declare({ triggers: ["v2"] }));
    assert.deepEqual(updated, observed({ triggers: ["v2"] }));
    assert.deepEqual(requests(), [get]);
  });

  test("settles a lost answer by reading, as create does", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "after", reset: true });
    await handler.update(id, outs, declare({ deferrals: 2 }));
    assert.equal(window.deferralsGranted, 2);
  });
});

describe("delete", () => {
  test("changes nothing in Atlas and says so", async () => {
    const { id, outs } = await created();
    await handler.delete(id, outs);
    assert.deepEqual(requests(), []);
    assert.equal(window.numberOfDeferrals, 1);
    assert.deepEqual(bench.reports, [
      `Deleting the MaintenanceDeferral of project ${id} changes nothing in Atlas: a deferral cannot be taken back.`,
    ]);
  });
});
