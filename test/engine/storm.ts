import { parseArgs } from "node:util";
import { ProjectUser } from "mongodbatlas-dynamic";
import { AtlasSimulator } from "../simulator/simulator";
import { connectionTo } from "./connection";
import { createStack } from "./stack";

/*
 * `npm run test:soak:storm -- --users 1500 --runs 3`: updates of many users on the real engine, 32 at a time, while Atlas
 * refuses most requests for coming too often. Prints a line each, and exits with 1 when one did not come to its end.
 */

const usersOfProject = 500;

/** The longest that a run may take before it is taken for one that stands still, in milliseconds. */
const patienceMs = 15 * 60_000;

async function run(
  users: number,
): Promise<{ ok: boolean; refused: number; seconds: number; members: number }> {
  const simulator = await AtlasSimulator.start({
    invitationsPerMinute: Number.POSITIVE_INFINITY,
    rateLimit: { capacity: 20, refill: 20, everyMs: 1_000 },
  });
  // Like the buckets of new projects: come back at once, and be refused again.
  simulator.limiter.retryAfter = "zero";
  simulator.limiter.tellsRoom = false;
  const { world } = simulator;
  const orgId = world.createOrganization();
  world.limits.usersPerOrganization = users + 10;
  const projects = Array.from({ length: Math.ceil(users / usersOfProject) }, () =>
    world.createProject(orgId),
  );
  const stack = await createStack({
    config: connectionTo(simulator),
    // The state of 1,500 users is written once, and not after each step.
    env: { PULUMI_SKIP_CHECKPOINTS: "true" },
    program: async () => {
      for (let index = 0; index < users; index += 1) {
        const projectId = projects[Math.floor(index / usersOfProject)] ?? "";
        new ProjectUser(`user-${index}`, {
          projectId,
          username: `user${index}@example.com`,
          roles: ["GROUP_READ_ONLY"],
        });
      }
    },
  });
  const started = performance.now();
  const { ok } = await stack.up({ parallel: 32, signal: AbortSignal.timeout(patienceMs) });
  const seconds = Math.round((performance.now() - started) / 1_000);
  const refused = simulator.log.count(({ status }) => status === 429);
  const members = projects.reduce((sum, each) => sum + Object.keys(world.members(each)).length, 0);
  await stack.dispose();
  await simulator.stop();
  return { ok, refused, seconds, members };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { users: { type: "string", default: "1500" }, runs: { type: "string", default: "3" } },
  });
  const users = Number(values.users);
  for (let index = 1; index <= Number(values.runs); index += 1) {
    const { ok, refused, seconds, members } = await run(users);
    const ended = ok && members >= users;
    console.log(
      `${index}. ${users} users: ${ended ? "all there" : `${members} members`} after ${seconds} s, ${refused} requests refused`,
    );
    process.exitCode = ended ? process.exitCode : 1;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
