import { AtlasSession } from "../../provider/atlas/session";
import { readSettings } from "../../provider/configuration";
import { Run } from "../../provider/resources/handler/run";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { BenchSimulator } from "./simulator";

/** How well a limit of Atlas is used. */
export interface BucketUse {
  /** Requests that the limit allows at once, and as many more in every second. */
  perSecond: number;
  /** How often tokens come back: one by one, or all of a second together. */
  refill: "continuous" | "once a second";
  users: number;
  /** From the first accepted request to the last. */
  elapsedMs: number;
  /** What no client could beat: until the last token is there. */
  idealMs: number;
  throttled: number;
  failures: number;
}

/**
 * Creates users under a limit that is reached. It calls the handler itself, because the engine's checkpoints keep an
 * `up` below any limit that is worth measuring.
 */
export async function measureBucket(options: {
  perSecond: number;
  refill: BucketUse["refill"];
  users: number;
  parallel: number;
  latencyMs: number;
}): Promise<BucketUse> {
  const { perSecond, refill, users, parallel, latencyMs } = options;
  const simulator = await BenchSimulator.start({
    latencyMs,
    rateLimit:
      refill === "continuous"
        ? { capacity: perSecond, refill: 1, everyMs: 1_000 / perSecond }
        : { capacity: perSecond, refill: perSecond, everyMs: 1_000 },
  });
  // Atlas counts for each project.
  const { projectIds, usernames } = await simulator.createOrganization(users, 1);
  const projectId = projectIds[0] as string;
  const config = new Map([
    ["mongodbatlas:baseUrl", simulator.url],
    ["mongodbatlas:publicKey", simulator.keys.publicKey],
    ["mongodbatlas:privateKey", simulator.keys.privateKey],
  ]);
  const session = new AtlasSession(readSettings((key) => config.get(key), {}));
  const handler = projectUserHandler({
    run: new Run(),
    problem: () => undefined,
    atlas: () => session,
    report: () => {},
  });

  let failures = 0;
  const waiting = usernames.values();
  const worker = async (): Promise<void> => {
    for (const username of waiting) {
      try {
        await handler.create({ projectId, username, roles: ["GROUP_READ_ONLY"] });
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));

  const requests = await simulator.takeRequests();
  await simulator.stop();
  const accepted = requests.filter(({ status }) => status === 201).map(({ at }) => at);
  return {
    perSecond,
    refill,
    users,
    elapsedMs: Math.max(...accepted) - Math.min(...accepted),
    idealMs: Math.ceil((users - perSecond) / perSecond) * 1_000,
    throttled: requests.filter(({ status }) => status === 429).length,
    failures,
  };
}
