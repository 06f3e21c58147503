import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listGroupUsers } from "../../provider/atlas/operations/index";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { type Bench, startBench } from "../resources/harness";

/** Runs as the engine does: `width` at a time. */
async function inParallel(
  width: number,
  count: number,
  task: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        next += 1;
        await task(next - 1);
      }
    }),
  );
}

async function withBench(options: Parameters<typeof startBench>[0], use: (bench: Bench) => Promise<void>) {
  const bench = await startBench(options);
  try {
    await use(bench);
  } finally {
    await bench.stop();
  }
}

describe("under a bucket of 100 requests a second", () => {
  // The fake clock moves only when everything waits, so this is the time that the waits take, and no more.
  for (const width of [16, 64]) {
    test(`600 requests, ${width} at a time, end within the ideal time and a tenth, without a failure`, () =>
      withBench({ rateLimit: { capacity: 100, refill: 100, everyMs: 1_000 } }, async (bench) => {
        const projectId = bench.atlasSimulator.world.createProject(
          bench.atlasSimulator.world.createOrganization(),
        );
        const { client } = bench.atlas();
        const start = bench.clock.now();
        await inParallel(width, 600, (index) =>
          listGroupUsers(client, { projectId, username: `user${index}@example.com` }),
        );
        const idealMs = 5_000;
        const tookMs = bench.clock.now() - start;
        assert.ok(tookMs <= idealMs * 1.1, `${tookMs} ms`);
        const refused = bench.atlasSimulator.log.count(({ status }) => status === 429);
        assert.ok(refused <= 6 * width, `${refused} requests refused`);
      }));
  }
});

describe("under Atlas's limit of ten invitations a minute", () => {
  for (const code of ["RATE_LIMITED_IP", "INVITATIONS_RATE_LIMITED_IP"] as const) {
    test(`30 invitations with ${code} are slow and never fail, and the user is told why`, () =>
      withBench({}, async (bench) => {
        const { world } = bench.atlasSimulator;
        world.invitationThrottleCode = code;
        const projectId = world.createProject(world.createOrganization());
        const handler = projectUserHandler(bench);
        const start = bench.clock.now();
        await inParallel(16, 30, (index) =>
          handler.create({ projectId, username: `user${index}@example.com`, roles: ["GROUP_READ_ONLY"] }),
        );
        assert.equal(world.invitationsSent.length, 30);
        const tookMs = bench.clock.now() - start;
        assert.ok(tookMs <= 180_000, `${tookMs} ms, where two full minutes are the ideal`);
        assert.match(
          bench.reports[0] ?? "",
          /^Rate limited by Atlas \(invitations\): retrying in \d+ s; \d+ requests? waits?\.$/,
        );
        assert.ok(bench.reports.length <= 4, `${bench.reports.length} lines`);
      }));
  }
});
