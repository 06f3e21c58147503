import { cpus, totalmem } from "node:os";
import { providePulumi } from "../engine/pulumiCli";
import { type BucketUse, measureBucket } from "./bucket";
import { type BenchOptions, Measured, type Measurement, type Operation, operations } from "./measure";
import type { SelfTimes } from "./providerProbe";
import { readSettings, type Settings, usage } from "./settings";
import { BenchSimulator } from "./simulator";
import { isMeasured, type Subject } from "./subjects";
import { measurementTable, profileTable, verdictTable } from "./table";
import { judge } from "./targets";

/*
 * `npm run bench`: what stacks of users cost, under the real engine and against the Atlas simulator, beside what they
 * cost with a naive provider, with one that does nothing, and with none at all.
 *
 * subjects.ts says what is compared, measure.ts how, targets.ts what is expected.
 */

async function main(settings: Settings): Promise<void> {
  const { sizes, projects, latencyMs, parallel, only, profile } = settings;
  const cli = await providePulumi({ log: progress });
  const simulator = await BenchSimulator.start({ latencyMs });
  const runs: Run[] = [];
  try {
    for (const users of sizes) {
      runs.push(...(await measureSize(users, settings, { simulator, cli, projects, parallel, profile })));
    }
  } finally {
    await simulator.stop();
  }
  const buckets: BucketUse[] = [];
  if (only.includes("up") && settings.stacks.some(({ name }) => name === "ours")) {
    progress("1000 users under a limit of 100 requests per second");
    for (const refill of ["continuous", "once a second"] as const) {
      buckets.push(await measureBucket({ perSecond: 100, refill, users: 1_000, parallel, latencyMs }));
    }
  }

  const measurements = runs.map(({ selfTimes, ...measurement }): Measurement => measurement);
  const verdicts = judge(measurements, buckets);
  const machine = {
    date: new Date().toISOString(),
    cpus: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    node: process.version,
    engine: cli.version,
    projects,
    latencyMs,
    parallel,
  };
  if (settings.json) {
    console.log(JSON.stringify({ machine, verdicts, measurements, buckets }, null, 2));
    return;
  }
  const title = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  const profiles = runs.flatMap((run) => (run.selfTimes.size > 0 ? [describeProfile(run)] : []));
  const parts = [title.join(", "), verdictTable(verdicts), measurementTable(measurements), ...profiles];
  console.log(parts.join("\n\n"));
}

type Run = Measurement & { selfTimes: SelfTimes };

/**
 * Goes through the operations side by side, so that what else the machine is doing at the time falls on all stacks
 * alike: a ratio is steadier than what it is made of.
 */
async function measureSize(users: number, { stacks, only }: Settings, options: BenchOptions): Promise<Run[]> {
  const results: Run[] = [];
  const measured: Measured[] = [];
  try {
    for (const subject of stacks) {
      if (only.some((operation) => isMeasured(subject, operation, users))) {
        const each = await Measured.create(subject, users, options);
        measured.push(each);
        open.add(each);
      }
    }
    for (const operation of operations) {
      // Without an up, the others have nothing to work on.
      if (operation !== "up" && !only.includes(operation)) {
        continue;
      }
      const runs = new Map<Measured, Run[]>(measured.map((each) => [each, []]));
      for (let round = 1; round <= mostRounds; round += 1) {
        for (const each of measured) {
          const { subject } = each;
          if (operation !== "up" && !isMeasured(subject, operation, users)) {
            continue;
          }
          if (round > roundsOf(operation, subject, users)) {
            continue;
          }
          const what = `${users} users, ${operation}, ${subject.name}`;
          const run = await each.run(operation, lifeSigns(what, users));
          runs.get(each)?.push(run);
          progress(`${what}: ${(run.wallMs / 1_000).toFixed(2)} s`);
        }
      }
      if (only.includes(operation)) {
        results.push(...[...runs.values()].flatMap(medianOf));
      }
    }
    return results;
  } finally {
    for (const each of measured) {
      await each.close();
    }
    open.clear();
  }
}

/** What has to be cleared away when somebody loses patience. */
const open = new Set<Measured>();

process.once("SIGINT", () => {
  void Promise.allSettled([...open].map((each) => each.close())).finally(() => process.exit(130));
});

const mostRounds = 5;

/** What is over soon is measured more than once. */
function roundsOf(operation: Operation, subject: Subject, users: number): number {
  const isRepeatable = operation === "preview" || operation === "refresh";
  if (isRepeatable && (users <= 10 || subject.name === "empty")) {
    return mostRounds;
  }
  return operation === "refresh" ? 3 : 1;
}

/** One of them, or none if there are none. */
function medianOf(runs: Run[]): Run[] {
  const middle = Math.floor((runs.length - 1) / 2);
  return runs.toSorted((a, b) => a.wallMs - b.wallMs).slice(middle, middle + 1);
}

function describeProfile({ users, operation, subject, selfTimes }: Run): string {
  return profileTable(`${users} users, ${operation}, ${subject}`, selfTimes, 20);
}

const startedAt = performance.now();

/** On standard error, so that the result can be redirected. */
function progress(line: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
}

/** Tells now and then how far something is that takes long. */
function lifeSigns(what: string, users: number): (done: number) => void {
  let next = performance.now() + lifeSignMs;
  return (done) => {
    if (performance.now() < next) {
      return;
    }
    next = performance.now() + lifeSignMs;
    progress(`${what}: ${done} of ${users}`);
  };
}

const lifeSignMs = 20_000;

function start(): void {
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  main(settings).catch((error: Error) => {
    console.error(`The bench failed: ${error.message}`);
    process.exitCode = 1;
  });
}

start();
