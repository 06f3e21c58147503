import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { PartialFailure } from "../../../provider/resources/handler/partialFailure";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { migrationCutoverHandler } from "../../../provider/resources/migrationCutover/handler";
import type { LiveMigration, MigrationScript, MigrationStep } from "../../simulator/migration";
import type { World } from "../../simulator/world";
import { answersThatSayNothing, failureOf, lostAnswers } from "../failures";
import { type Bench, named, startBench } from "../harness";
import { checked, refreshed } from "../lifecycle";

let bench: Bench;
let world: World;
let projectId: string;
let handler: ReturnType<typeof migrationCutoverHandler>;

const nowhere = "0".repeat(24);
const get = "GET /groups/<project>/liveMigrations/<migration>";
const put = "PUT /groups/<project>/liveMigrations/<migration>/cutover";
const Provider = 'exports.handler = () => require("mongodbatlas-dynamic/handlers").migrationCutover;';

const step = (
  status: MigrationStep["status"],
  readyForCutover = false,
  lagTimeSeconds: number | null = null,
): MigrationStep => ({ status, readyForCutover, lagTimeSeconds });

const fresh = step("NEW");
const copying = (lag: number): MigrationStep => step("WORKING", false, lag);
const statusless = step(null);
const ready = (lag = 0): MigrationStep => step("WORKING", true, lag);
const cuttingOver = step("WORKING");
const complete = step("COMPLETE");
const failed = step("FAILED");
const expired = step("EXPIRED");

beforeEach(() => start());

async function start(options: Parameters<typeof startBench>[0] = {}): Promise<void> {
  bench = await startBench(options);
  world = bench.atlasSimulator.world;
  projectId = world.createProject(world.createOrganization());
  handler = migrationCutoverHandler(bench);
}

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

/** A migration, and what a program declares of it. */
function migrating(script: MigrationScript = {}) {
  const migration = world.addMigration(projectId, script);
  return { migration, declared: { projectId, liveMigrationId: migration.id, __provider: Provider } };
}

const requests = (migration: LiveMigration): string[] =>
  named(bench.requests(), { project: projectId, migration: migration.id });
/** The lines about a migration, without what is the same in all of them and comes last. */
const reports = (migration: LiveMigration): string[] =>
  named(bench.reports, { project: projectId, migration: migration.id }).map((line) =>
    line.replace(/ \(live migration <migration> of project <project>\)\.$/, "."),
  );

/** The partial failure that an operation ends with. */
async function partialFailureOf(operation: Promise<unknown>): Promise<PartialFailure> {
  const error = await failureOf(bench, operation);
  assert.ok(error instanceof PartialFailure, `a partial failure, but got ${error}`);
  assert.deepEqual(error.reasons, [error.message]);
  return error;
}

/** Does something once, after the next answer to an operation. */
function afterNext(operationId: string, act: () => void): void {
  const stop = bench.atlasSimulator.onAnswer((entry) => {
    if (entry.operationId === operationId && entry.authenticated) {
      stop();
      act();
    }
  });
}

describe("check", () => {
  test("reports every mistake at once, each with its property and what it must be", async () => {
    const { failures } = await handler.check(
      {},
      { projectId: "my-project", liveMigrationId: 7, timeout: "1h" },
    );
    assert.deepEqual(failures, [
      {
        property: "projectId",
        reason: "must be the project's id, 24 hexadecimal digits, but got 'my-project'",
      },
      {
        property: "liveMigrationId",
        reason: "must be the live migration's id, 24 hexadecimal digits, but got 7",
      },
      { property: "timeout", reason: "must be left out: the arguments are projectId, liveMigrationId" },
    ]);
  });

  test("says what is missing", async () => {
    assert.deepEqual(
      (await handler.check({}, {})).failures?.map(({ reason }) => reason),
      [
        "must be the project's id, 24 hexadecimal digits, but got nothing",
        "must be the live migration's id, 24 hexadecimal digits, but got nothing",
      ],
    );
  });

  test("writes ids as Atlas does, and lets through what is not known yet and what the engine needs", async () => {
    const declared = { projectId: projectId.toUpperCase(), liveMigrationId: nowhere };
    assert.deepEqual(
      await checked(handler, { ...declared, __provider: Provider, __timeouts: { create: "1h" } }),
      {
        projectId,
        liveMigrationId: nowhere,
        __provider: Provider,
        __timeouts: { create: "1h" },
      },
    );
    const unknown = { projectId: unknownMarker, liveMigrationId: unknownMarker };
    assert.deepEqual(await handler.check({}, unknown), { inputs: unknown, failures: [] });
  });

  test("makes no request, and neither do diff and delete", async () => {
    const { declared } = migrating();
    await handler.check({}, declared);
    const id = `${declared.projectId}/${declared.liveMigrationId}`;
    await handler.diff(id, { ...declared, status: "WORKING" }, declared);
    await handler.delete(id, {});
    assert.deepEqual(bench.atlasSimulator.log.lines(), []);
  });
});

describe("diff", () => {
  const key = { projectId: "1".repeat(24), liveMigrationId: "2".repeat(24) };
  const id = `${key.projectId}/${key.liveMigrationId}`;
  const outs = (status: string | undefined) => ({
    ...key,
    ...(status && { status }),
    readyForCutover: false,
    migrationHosts: ["h"],
  });

  test("sees no difference once the migration is complete", async () => {
    assert.deepEqual(await handler.diff(id, outs("COMPLETE"), key), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  for (const status of ["NEW", "WORKING", "FAILED", "EXPIRED", undefined]) {
    test(`sees a change in place while the status is ${status}`, async () => {
      assert.deepEqual(await handler.diff(id, outs(status), key), {
        changes: true,
        replaces: [],
        deleteBeforeReplace: false,
      });
    });
  }

  test("replaces on another project or migration, once it is known", async () => {
    for (const status of ["COMPLETE", "WORKING"]) {
      const other = { projectId: nowhere, liveMigrationId: nowhere };
      assert.deepEqual(await handler.diff(id, outs(status), other), {
        replaces: ["projectId", "liveMigrationId"],
        deleteBeforeReplace: false,
      });
      const unknown = { projectId: unknownMarker, liveMigrationId: unknownMarker };
      assert.deepEqual(await handler.diff(id, outs(status), unknown), {
        replaces: [],
        deleteBeforeReplace: false,
      });
    }
  });
});

describe("create", () => {
  test("waits until the migration is ready, cuts over once, and waits until it is complete", async () => {
    const { migration, declared } = migrating({
      steps: [fresh, copying(90), copying(12), ready(1)],
      migrationHosts: ["a.example.com", "b.example.com"],
    });
    const { id, outs } = await handler.create(await checked(handler, declared));
    assert.equal(id, `${projectId}/${migration.id}`);
    assert.deepEqual(outs, {
      projectId,
      liveMigrationId: migration.id,
      status: "COMPLETE",
      readyForCutover: false,
      migrationHosts: ["a.example.com", "b.example.com"],
      cutoverRequestedAt: "2026-01-01T00:00:14.250Z",
    });
    assert.deepEqual(requests(migration), [
      ...Array(4).fill(`${get} 200`),
      `${put} 202`,
      `${get} 200`,
      `${get} 200`,
    ]);
    assert.deepEqual(reports(migration), [
      "NEW; waiting for readiness.",
      "WORKING, 90 s behind its source; waiting for readiness.",
      "WORKING, 12 s behind its source; waiting for readiness.",
      "WORKING, 1 s behind its source; waiting for completion.",
      "WORKING; waiting for completion.",
    ]);
    assert.equal((await handler.diff(id as string, outs, declared)).changes, false);
  });

  const beforeThePut: Record<string, MigrationStep[]> = {
    "NEW comes before": [fresh, fresh, ready()],
    "WORKING comes before": [copying(5), ready()],
    "no status comes before": [statusless, statusless, ready()],
    "readiness is lost and found again": [copying(1), step("WORKING", false, 90), ready(3)],
    "it is ready without a status": [step(null, true, 0)],
    "it is ready with the status NEW": [step("NEW", true, 4)],
  };
  for (const [what, steps] of Object.entries(beforeThePut)) {
    test(`sends one request to cut over when ${what}`, async () => {
      const { migration, declared } = migrating({ steps });
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.deepEqual([migration.cutoverRequests, migration.cutovers], [1, 1]);
      assert.equal(requests(migration).indexOf(`${put} 202`), steps.length);
    });
  }

  const afterThePut: Record<string, MigrationStep[]> = {
    "WORKING follows": [cuttingOver, cuttingOver, complete],
    "no status follows": [statusless, complete],
    "NEW follows": [fresh, complete],
    "it is complete at once": [complete],
    "Atlas goes on to say that it is ready": [
      ready(0),
      ready(0),
      ready(0),
      ready(0),
      ready(0),
      ready(0),
      complete,
    ],
    "Atlas goes on to say that it is ready, without a lag": [step("WORKING", true), complete],
    "a lag shows up again": [copying(7), complete],
  };
  for (const [what, afterCutover] of Object.entries(afterThePut)) {
    test(`sends no second request when ${what}`, async () => {
      const { migration, declared } = migrating({ afterCutover });
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.equal(outs?.cutoverRequestedAt, "2026-01-01T00:00:00.000Z");
      assert.equal(migration.cutoverRequests, 1);
    });
  }

  test("adopts a complete migration with one look, and says nothing", async () => {
    const { migration, declared } = migrating({ steps: [complete] });
    const { outs } = await handler.create(declared);
    assert.deepEqual(outs, {
      projectId,
      liveMigrationId: migration.id,
      status: "COMPLETE",
      readyForCutover: false,
      migrationHosts: ["migration.example.com"],
    });
    assert.deepEqual(requests(migration), [`${get} 200`]);
    assert.deepEqual(bench.reports, []);
  });

  for (const [what, first] of Object.entries({
    "readiness is over": cuttingOver,
    "it still counts as ready": step("WORKING", true),
  })) {
    test(`adopts a migration that is being cut over (${what}), without a request`, async () => {
      const { migration, declared } = migrating({ steps: [first, first, complete] });
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.equal(outs?.cutoverRequestedAt, undefined);
      assert.deepEqual(requests(migration), Array(3).fill(`${get} 200`));
    });
  }

  test("tells the user when a migration has failed, and sends nothing", async () => {
    for (const steps of [[failed], [fresh, copying(3), failed]]) {
      const { migration, declared } = migrating({ steps });
      const error = await failureOf(bench, handler.create(declared));
      assert.equal(
        error.message,
        `Live migration ${migration.id} of project ${projectId} has failed, so it cannot be cut over. ` +
          "Look at its log in Atlas, start a new migration, and declare its id as liveMigrationId.",
      );
      assert.equal("id" in error, false);
      assert.equal(migration.cutoverRequests, 0);
    }
  });

  test("tells the user when a migration has expired, and sends nothing", async () => {
    for (const steps of [[expired], [copying(3), expired]]) {
      const { migration, declared } = migrating({ steps });
      const error = await failureOf(bench, handler.create(declared));
      assert.equal(
        error.message,
        `Live migration ${migration.id} of project ${projectId} has expired: it was not cut over within 120 hours of being ready. ` +
          "Start a new migration in Atlas, and declare its id as liveMigrationId.",
      );
      assert.equal("id" in error, false);
      assert.equal(migration.cutoverRequests, 0);
    }
  });

  test("tells the user when the cut-over itself fails", async () => {
    const { migration, declared } = migrating({ afterCutover: [cuttingOver, failed] });
    const error = await failureOf(bench, handler.create(declared));
    assert.equal(
      error.message,
      `Live migration ${migration.id} of project ${projectId} has failed after its cut-over was requested, so it cannot be cut over. ` +
        "Look at its log in Atlas, start a new migration, and declare its id as liveMigrationId.",
    );
    // Nothing is in the state, so the next run looks again, and must say the same and send nothing.
    await failureOf(bench, handler.create(declared));
    assert.equal(migration.cutoverRequests, 1);
  });

  test("tells the user when a migration expires after the request", async () => {
    const { migration, declared } = migrating({ afterCutover: [expired] });
    const error = await failureOf(bench, handler.create(declared));
    assert.match(error.message, /has expired/);
    assert.equal(migration.cutoverRequests, 1);
  });

  test("says where to look for a migration that does not exist, and keeps no state", async () => {
    const declared = { projectId, liveMigrationId: nowhere };
    const error = await failureOf(bench, handler.create(declared));
    assert.equal(
      error.message,
      `Could not look at live migration ${nowhere} of project ${projectId}: GET /api/atlas/v2/groups/${projectId}/liveMigrations/${nowhere} ` +
        `was answered 404 LIVE_MIGRATION_NOT_FOUND: No live migration with ID ${nowhere} exists. ` +
        `Check that live migration ${nowhere} belongs to project ${projectId}.`,
    );
    assert.ok(error instanceof AtlasError);
    assert.equal("id" in error, false);
  });

  test("says the same for a migration of another project", async () => {
    const other = world.createProject(world.createOrganization());
    const migration = world.addMigration(other);
    const error = await failureOf(bench, handler.create({ projectId, liveMigrationId: migration.id }));
    assert.match(
      error.message,
      new RegExp(`Check that live migration ${migration.id} belongs to project ${projectId}\\.$`),
    );
    assert.equal(migration.cutoverRequests, 0);
  });

  test("says that there is no such project", async () => {
    const error = await failureOf(bench, handler.create({ projectId: nowhere, liveMigrationId: nowhere }));
    assert.match(
      error.message,
      /was answered 404 GROUP_NOT_FOUND: .* Check the project's id, that it has not been deleted, and that /,
    );
  });

  test("keeps the state when the migration vanishes before it was cut over", async () => {
    const { migration, declared } = migrating({ steps: [copying(4)] });
    afterNext("getGroupLiveMigration", () => migration.vanish());
    const failure = await partialFailureOf(handler.create(declared));
    assert.match(failure.message, new RegExp(`Check that live migration ${migration.id} belongs to project`));
    assert.equal(migration.cutoverRequests, 0);
  });

  test("keeps the state when the migration vanishes after the request, and says what to do", async () => {
    const { migration, declared } = migrating();
    afterNext("cutoverGroupLiveMigration", () => migration.vanish());
    const failure = await partialFailureOf(handler.create(declared));
    assert.equal(
      failure.message,
      `Could not look at live migration ${migration.id} of project ${projectId}: GET /api/atlas/v2/groups/${projectId}/liveMigrations/${migration.id} ` +
        `was answered 404 LIVE_MIGRATION_NOT_FOUND: No live migration with ID ${migration.id} exists. ` +
        "Its cut-over was requested at 2026-01-01T00:00:00.000Z, and Atlas no longer shows it: check the cluster in Atlas. " +
        "If the cut-over is over, take the resource out of the state with `pulumi state delete`.",
    );
    assert.equal(
      (failure.properties as { cutoverRequestedAt: string }).cutoverRequestedAt,
      "2026-01-01T00:00:00.000Z",
    );
    const again = await failureOf(bench, handler.update(failure.id, failure.properties, declared));
    assert.match(
      again.message,
      /Its cut-over was requested at 2026-01-01T00:00:00\.000Z, and Atlas no longer/,
    );
    assert.equal(migration.cutoverRequests, 1);
  });

  test("keeps the state when the migration vanishes between the look and the request", async () => {
    const { migration, declared } = migrating();
    afterNext("getGroupLiveMigration", () => migration.vanish());
    const failure = await partialFailureOf(handler.create(declared));
    assert.match(
      failure.message,
      /^Could not cut over live migration .* was answered 404 LIVE_MIGRATION_NOT_FOUND/,
    );
    assert.deepEqual(requests(migration), [`${get} 200`, `${put} 404`]);
  });
});

describe("a lost answer to the request", () => {
  const cutOverAnswers = {
    ...lostAnswers,
    "the answer was cut off": { failure: { cut: true }, status: "-" },
  } as const;

  for (const [what, { failure, status }] of Object.entries(cutOverAnswers)) {
    test(`leads to no second one when ${what} after the cut-over began`, async () => {
      const { migration, declared } = migrating({ afterCutover: [cuttingOver, cuttingOver, complete] });
      bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", ...failure });
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      // Atlas did take the request, although its answer did not arrive.
      assert.equal(outs?.cutoverRequestedAt, "2026-01-01T00:00:00.000Z");
      assert.deepEqual(requests(migration), [
        `${get} 200`,
        `${put} ${status}`,
        ...Array(3).fill(`${get} 200`),
      ]);
    });
  }

  for (const [what, { failure, status }] of Object.entries(lostAnswers)) {
    test(`is followed by several looks before a second one when ${what} and nothing had happened`, async () => {
      const { migration, declared } = migrating();
      bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "before", ...failure });
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.deepEqual(requests(migration), [
        `${get} 200`,
        `${put} ${status}`,
        ...Array(4).fill(`${get} 200`),
        `${put} 202`,
        `${get} 200`,
        `${get} 200`,
      ]);
      assert.equal(migration.cutovers, 1);
    });
  }

  test("leads to no second one when a proxy sends HTML in the place of the answer", async () => {
    const { migration, declared } = migrating();
    bench.atlasSimulator.fail({
      operationId: "cutoverGroupLiveMigration",
      when: "after",
      raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
    });
    assert.equal((await handler.create(declared)).outs?.status, "COMPLETE");
    assert.equal(migration.cutoverRequests, 1);
  });

  test("leads to no second one when Atlas shows only on the third look that it has begun", async () => {
    const { migration, declared } = migrating({ afterCutover: [ready(0), ready(0), cuttingOver, complete] });
    bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", reset: true });
    assert.equal((await handler.create(declared)).outs?.status, "COMPLETE");
    assert.equal(migration.cutoverRequests, 1);
  });

  test("is not forgotten when the time is over before the migration is complete", async () => {
    const { migration, declared } = migrating({ afterCutover: [cuttingOver] });
    bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", reset: true });
    const failure = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
    assert.match(failure.message, /\(status WORKING, cut-over requested\)/);
    assert.equal(
      (failure.properties as { cutoverRequestedAt?: string }).cutoverRequestedAt,
      "2026-01-01T00:00:00.000Z",
    );
    assert.deepEqual(reports(migration), [
      "WORKING, 0 s behind its source; waiting for readiness.",
      "WORKING; waiting for completion.",
    ]);
  });

  test("is told with the failure that follows", async () => {
    const { declared } = migrating({ afterCutover: [failed] });
    bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", reset: true });
    const error = await failureOf(bench, handler.create(declared));
    assert.match(error.message, /has failed after its cut-over was requested/);
  });

  test("is remembered in the state when the time is over, and looked for before another request goes out", async () => {
    const { migration, declared } = migrating();
    bench.atlasSimulator.world.lags.migrations = 3;
    bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", reset: true });
    const { id, properties } = await partialFailureOf(
      handler.create({ ...declared, __timeouts: { create: "1s" } }),
    );
    assert.match(
      String((properties as { cutoverRequestedAt?: string }).cutoverRequestedAt),
      /Z, not answered$/,
    );
    const { outs } = await handler.update(id, properties as never, declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.match(String(outs?.cutoverRequestedAt), /Z$/);
    assert.equal(requests(migration).filter((line) => line.startsWith("PUT")).length, 1);
  });

  test("never ends in a flood of requests when every one is lost", async () => {
    const { migration, declared } = migrating();
    bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", times: 1_000, reset: true });
    const failure = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "10m" } }));
    assert.match(failure.message, /\(status WORKING, cut-over requested at 2[\dT:.-]+Z, and not answered\)/);
    const lines = requests(migration);
    const sent = lines.flatMap((line, index) => (line.startsWith("PUT") ? [index] : []));
    assert.ok(sent.length > 1);
    assert.ok(sent.slice(1).every((at, index) => at - (sent[index] ?? 0) === 5));
  });
});

describe("a refused request", () => {
  test("is settled by a look when somebody else was faster", async () => {
    const { migration, declared } = migrating();
    afterNext("getGroupLiveMigration", () => migration.cutOver());
    const { outs } = await handler.create(declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(outs?.cutoverRequestedAt, undefined);
    assert.deepEqual(requests(migration), [`${get} 200`, `${put} 400`, `${get} 200`, `${get} 200`]);
  });

  test("is an error while the migration says that it is ready, and is not sent again", async () => {
    for (const status of [400, 409]) {
      const { migration, declared } = migrating();
      bench.atlasSimulator.fail({
        operationId: "cutoverGroupLiveMigration",
        status,
        errorCode: "CLUSTER_IS_PAUSED",
        detail: "The target cluster is paused.",
      });
      const failure = await partialFailureOf(handler.create(declared));
      assert.equal(
        failure.message,
        `Could not cut over live migration ${migration.id} of project ${projectId}: PUT /api/atlas/v2/groups/${projectId}/liveMigrations/${migration.id}/cutover ` +
          `was answered ${status} CLUSTER_IS_PAUSED: The target cluster is paused.`,
      );
      assert.deepEqual(requests(migration), [
        `${get} 200`,
        `${put} ${status}`,
        ...Array.from({ length: 4 }, () => `${get} 200`),
      ]);
    }
  });

  test("is settled by another look when what Atlas shows lags behind", async () => {
    const { migration, declared } = migrating();
    bench.atlasSimulator.world.lags.migrations = 3;
    afterNext("getGroupLiveMigration", () => migration.cutOver(3));
    const { outs } = await handler.create(declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(requests(migration).filter((line) => line.startsWith("PUT")).length, 1);
  });

  test("names the role that is missing", async () => {
    const { migration, declared } = migrating();
    bench.restart({ credentials: { kind: "apiKey", ...bench.atlasSimulator.readOnlyKeys } });
    const failure = await partialFailureOf(handler.create(declared));
    assert.match(
      failure.message,
      /was answered 401 USER_UNAUTHORIZED: .* Give the credentials the role Organization Owner \(ORG_OWNER\), or use others that have it\.$/,
    );
    assert.deepEqual(requests(migration), [`${get} 200`, `${put} 401`]);
    // The next run, with better credentials, goes on from there.
    bench.restart();
    const { outs } = await handler.update(failure.id, failure.properties, declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(migration.cutovers, 1);
  });

  test("is sent again after throttling and another look, because that certainly did nothing", async () => {
    const { migration, declared } = migrating();
    bench.atlasSimulator.fail({
      operationId: "cutoverGroupLiveMigration",
      status: 429,
      headers: { "Retry-After": "20" },
    });
    const { outs } = await handler.create(declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.deepEqual(requests(migration).slice(0, 4), [
      `${get} 200`,
      `${put} 429`,
      `${get} 200`,
      `${put} 202`,
    ]);
    assert.equal(bench.clock.sleeps[0], 20_000);
  });
});

describe("waiting", () => {
  test("polls after 3 seconds, then ever more slowly, and at the longest every 30 seconds", async () => {
    const { declared } = migrating({ steps: [fresh] });
    await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "5m" } }));
    assert.deepEqual(
      bench.clock.sleeps.slice(0, 8),
      [3_000, 4_500, 6_750, 10_125, 15_188, 22_782, 30_000, 30_000],
    );
    assert.ok(bench.clock.sleeps.every((ms) => ms <= 30_000));
  });

  test("polls quickly again once the cut-over is requested", async () => {
    const { declared } = migrating({ steps: [...Array(10).fill(copying(9)), ready()] });
    await handler.create(declared);
    assert.deepEqual(bench.clock.sleeps.slice(-2), [3_000, 4_500]);
  });

  test("tells of each change of status or lag, and otherwise once a minute at the most", async () => {
    const at: number[] = [];
    await bench.stop();
    await start({ client: { report: (line) => at.push(bench.clock.now()) && bench.report(line) } });
    const { migration, declared } = migrating({
      steps: [...Array(20).fill(copying(9)), copying(8), statusless, ready(8)],
    });
    await handler.create(declared);
    const lines = reports(migration);
    const same = lines.filter((line) => line === "WORKING, 9 s behind its source; waiting for readiness.");
    assert.deepEqual(lines.slice(same.length), [
      "WORKING, 8 s behind its source; waiting for readiness.",
      "No status yet; waiting for readiness.",
      "WORKING, 8 s behind its source; waiting for completion.",
      "WORKING; waiting for completion.",
    ]);
    assert.ok(same.length >= 6);
    for (let index = 1; index < same.length; index += 1) {
      const gap = (at[index] ?? 0) - (at[index - 1] ?? 0);
      assert.ok(gap >= 60_000 && gap <= 90_000, `${gap} ms between two lines`);
    }
  });

  test("lasts for 6 hours where nothing else is said", async () => {
    const { migration, declared } = migrating({ steps: [copying(9)] });
    const start = bench.clock.now();
    const failure = await partialFailureOf(handler.create(declared));
    assert.equal(
      failure.message,
      `Live migration ${migration.id} of project ${projectId} is not complete after 6 h (status WORKING, cut-over not requested yet). ` +
        "Run `pulumi up` again to go on waiting, or allow more time with `customTimeouts`.",
    );
    assert.equal(bench.clock.now() - start, 6 * 3_600_000);
  });

  test("ends when the time of customTimeouts is over, not earlier and not later", async () => {
    for (const [text, ms] of [
      ["1m", 60_000],
      ["1h30m", 5_400_000],
      ["2s", 2_000],
    ] as const) {
      const { declared } = migrating({ steps: [copying(9)] });
      const start = bench.clock.now();
      await partialFailureOf(handler.create({ ...declared, __timeouts: { create: text } }));
      assert.equal(bench.clock.now() - start, ms, text);
    }
  });

  for (const [operationId, steps] of [
    ["getGroupLiveMigration", [copying(9)]],
    ["cutoverGroupLiveMigration", [ready()]],
  ] as const) {
    test(`ends in time also while Atlas throttles ${operationId}`, async () => {
      const { declared } = migrating({ steps });
      bench.atlasSimulator.fail({
        operationId,
        skip: operationId === "getGroupLiveMigration" ? 1 : 0,
        times: 10_000,
        status: 429,
      });
      const start = bench.clock.now();
      await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
      assert.ok(bench.clock.now() - start <= 60_000, `${bench.clock.now() - start} ms`);
    });
  }

  test("gets over a short failure of Atlas while it looks", async () => {
    const { migration, declared } = migrating({ steps: [copying(9), copying(8), ready()] });
    bench.atlasSimulator.fail({ operationId: "getGroupLiveMigration", skip: 1, times: 2, status: 503 });
    bench.atlasSimulator.fail({ operationId: "getGroupLiveMigration", skip: 4, reset: true });
    assert.equal((await handler.create(declared)).outs?.status, "COMPLETE");
    assert.equal(migration.cutoverRequests, 1);
  });

  for (const [what, failure] of Object.entries(answersThatSayNothing)) {
    test(`keeps the request in the state when ${what} comes after it`, async () => {
      const { migration, declared } = migrating();
      bench.atlasSimulator.fail({ operationId: "getGroupLiveMigration", skip: 1, ...failure });
      const partial = await partialFailureOf(handler.create(declared));
      assert.deepEqual(partial.properties, {
        projectId,
        liveMigrationId: migration.id,
        status: "WORKING",
        readyForCutover: true,
        lagTimeSeconds: 0,
        migrationHosts: ["migration.example.com"],
        cutoverRequestedAt: "2026-01-01T00:00:00.000Z",
        __provider: Provider,
      });
      bench.atlasSimulator.clearFailures();
      bench.restart();
      const { outs } = await handler.update(partial.id, partial.properties, declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.equal(outs?.cutoverRequestedAt, "2026-01-01T00:00:00.000Z");
      assert.equal(migration.cutoverRequests, 1);
    });
  }
});

describe("a run that did not get to the end", () => {
  test("leaves a resource that is not finished, with all that is known, and says what to do", async () => {
    const { migration, declared } = migrating({ afterCutover: [cuttingOver] });
    const inputs = { ...declared, __timeouts: { create: "1m" } };
    const failure = await partialFailureOf(handler.create(inputs));
    assert.equal(failure.id, `${projectId}/${migration.id}`);
    assert.deepEqual(failure.properties, {
      projectId,
      liveMigrationId: migration.id,
      status: "WORKING",
      readyForCutover: false,
      migrationHosts: ["migration.example.com"],
      cutoverRequestedAt: "2026-01-01T00:00:00.000Z",
      __provider: Provider,
    });
    assert.deepEqual(failure.reasons, [
      `Live migration ${migration.id} of project ${projectId} is not complete after 1 min (status WORKING, cut-over requested). ` +
        "Run `pulumi up` again to go on waiting, or allow more time with `customTimeouts`.",
    ]);
    assert.equal((await handler.diff(failure.id, failure.properties, declared)).changes, true);
  });

  test("is gone on with by update, which never sends a second request", async () => {
    const { migration, declared } = migrating({ afterCutover: [ready(0)] });
    const first = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
    bench.restart();
    // Atlas still says 'ready', however long it takes.
    const second = await partialFailureOf(
      handler.update(first.id, first.properties, { ...declared, __timeouts: { update: "2h" } }),
    );
    assert.match(second.message, /is not complete after 2 h \(status WORKING, cut-over requested\)/);
    assert.equal((second.properties as { __provider: string }).__provider, Provider);
    migration.afterCutover = [cuttingOver, complete];
    bench.restart();
    const { outs } = await handler.update(second.id, second.properties, declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(outs?.cutoverRequestedAt, "2026-01-01T00:00:00.000Z");
    assert.equal(migration.cutoverRequests, 1);
  });

  test("cuts over in the next run when it was not ready in the first", async () => {
    const { migration, declared } = migrating({ steps: [copying(9)] });
    const first = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
    migration.steps = [ready()];
    bench.restart();
    bench.requests();
    const { outs } = await handler.update(first.id, first.properties, declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.deepEqual(requests(migration), [`${get} 200`, `${put} 202`, `${get} 200`, `${get} 200`]);
  });

  test("still sees a change after a refresh, which takes the engine's mark away", async () => {
    const { migration, declared } = migrating({ afterCutover: [cuttingOver] });
    const first = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
    const { props, inputs } = await handler.read(first.id, first.properties);
    assert.equal(props?.cutoverRequestedAt, "2026-01-01T00:00:00.000Z");
    assert.deepEqual(inputs, { projectId, liveMigrationId: migration.id });
    assert.equal((await handler.diff(first.id, props, inputs)).changes, true);
    migration.afterCutover = [complete];
    const { outs } = await handler.update(first.id, props, declared);
    assert.equal(outs?.status, "COMPLETE");
    assert.equal(migration.cutoverRequests, 1);
  });

  for (const [what, afterCutover] of Object.entries({
    "is still cutting over": [cuttingOver, cuttingOver, complete],
    "is complete by then": [complete],
  })) {
    test(`and was killed after its request sends none in the next run, without any state, when it ${what}`, async () => {
      const { migration, declared } = migrating({ afterCutover: [cuttingOver] });
      await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1s" } }));
      assert.equal(migration.cutoverRequests, 1);
      migration.afterCutover = [...afterCutover];
      bench.restart();
      const { outs } = await handler.create(declared);
      assert.equal(outs?.status, "COMPLETE");
      assert.equal(migration.cutoverRequests, 1);
    });
  }

  test("reports a failed migration with an ordinary error, so that the state stays as it is", async () => {
    const { migration, declared } = migrating({ afterCutover: [cuttingOver] });
    const first = await partialFailureOf(handler.create({ ...declared, __timeouts: { create: "1m" } }));
    migration.afterCutover = [failed];
    const error = await failureOf(bench, handler.update(first.id, first.properties, declared));
    assert.match(error.message, /has failed after its cut-over was requested/);
    assert.equal("id" in error, false);
  });
});

describe("read", () => {
  async function created() {
    const { migration, declared } = migrating();
    const { id, outs } = await handler.create(declared);
    assert.ok(outs);
    bench.requests();
    return { migration, id: id as string, outs };
  }

  test("takes one request and sees no difference", async () => {
    const { migration, id, outs } = await created();
    bench.restart();
    assert.deepEqual(await handler.read(id, outs), {
      id,
      props: outs,
      inputs: { projectId, liveMigrationId: migration.id },
    });
    assert.deepEqual(requests(migration), [`${get} 200`]);
  });

  test("keeps everything of a complete migration whose record Atlas has cleared away", async () => {
    const { migration, id, outs } = await created();
    migration.vanish();
    assert.deepEqual(await handler.read(id, outs), {
      id,
      props: outs,
      inputs: { projectId, liveMigrationId: migration.id },
    });
  });

  test("is an error for a record that vanished before the migration was complete", async () => {
    const { migration, id, outs } = await created();
    migration.vanish();
    for (const props of [{ ...outs, status: "WORKING" }, undefined]) {
      const error = await failureOf(bench, handler.read(id, props));
      assert.ok(error instanceof AtlasError);
      assert.equal(error.status, 404);
    }
  });

  test("is an error when the project of a complete migration is missing, which wrong credentials see too", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.fail({
      operationId: "getGroupLiveMigration",
      status: 404,
      errorCode: "GROUP_NOT_FOUND",
    });
    const error = await failureOf(bench, handler.read(id, outs));
    assert.match(
      error.message,
      /was answered 404 GROUP_NOT_FOUND: .* Check the project's id, that it has not been deleted, and that /,
    );
  });

  for (const [what, failure] of Object.entries(answersThatSayNothing)) {
    test(`never takes ${what} for an answer about the migration`, async () => {
      const { id, outs } = await created();
      bench.atlasSimulator.fail({ operationId: "getGroupLiveMigration", ...failure });
      assert.ok((await failureOf(bench, handler.read(id, outs))) instanceof AtlasError);
    });
  }

  test("shows a status that Atlas does not describe as it is, and a migration that is not complete", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.fail({
      operationId: "getGroupLiveMigration",
      mutate: (answer) => ({ ...(answer as object), status: "PAUSED" }),
    });
    const now = await refreshed(handler, { id, outs });
    assert.equal(now.outs.status, "PAUSED");
    assert.equal(now.changes, true);
  });

  test("rebuilds everything from the id alone, as .get() needs, without cutting over", async () => {
    const { migration } = migrating({ steps: [ready(2)] });
    assert.deepEqual(await handler.read(`${projectId}/${migration.id}`.toUpperCase()), {
      id: `${projectId}/${migration.id}`,
      props: {
        projectId,
        liveMigrationId: migration.id,
        status: "WORKING",
        readyForCutover: true,
        lagTimeSeconds: 2,
        migrationHosts: ["migration.example.com"],
      },
      inputs: { projectId, liveMigrationId: migration.id },
    });
    assert.equal(migration.cutoverRequests, 0);
  });

  test("says how an id must look", async () => {
    for (const id of [nowhere, `${nowhere}/1`, `${nowhere}/${nowhere}/1`, ""]) {
      await assert.rejects(handler.read(id), {
        message:
          "The id of a MigrationCutover must be <projectId>/<liveMigrationId>, such as " +
          `5f1b3c2a9d8e7f6a5b4c3d2e/6a0b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
      });
    }
  });
});

describe("delete", () => {
  test("changes nothing in Atlas and says so", async () => {
    const { migration, declared } = migrating();
    const { id, outs } = await handler.create(declared);
    bench.requests();
    bench.reports.length = 0;
    await handler.delete(id as string, outs);
    assert.deepEqual(requests(migration), []);
    assert.deepEqual(bench.reports, [
      `Deleting the MigrationCutover of ${id} changes nothing in Atlas: a cut-over cannot be undone.`,
    ]);
  });
});
