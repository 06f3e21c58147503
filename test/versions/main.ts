import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { runProcess } from "../process";
import { type Feature, features, isPromised, type Pair, pairs } from "./pairs";
import { installProject, pack } from "./project";
import { tableOfPairs } from "./table";
import { type Outcome, tryPair } from "./trial";

/*
 * `npm run test:versions`: tries pairs of an SDK and a CLI, each in a process of its own, and prints the table of
 * provider/docs/versions.md. `--sdk` and `--cli` choose among them. It fails where something that the package promises
 * does not work, and where something works that it does not promise.
 */

const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sdk: { type: "string" }, cli: { type: "string" }, alone: { type: "boolean" } },
  });
  const chosen = pairs.filter(({ sdk, cli }) => (values.sdk ?? sdk) === sdk && (values.cli ?? cli) === cli);
  if (chosen[0] === undefined) {
    throw new Error(
      `No such pair: --sdk and --cli must be of one of ${pairs.map(({ sdk, cli }) => `${sdk} with ${cli}`).join(", ")}.`,
    );
  }
  if (values.alone === true) {
    process.stdout.write(JSON.stringify(await tryAlone(chosen[0])));
    return;
  }
  const outcomes = new Map<Pair, Outcome>();
  for (const pair of chosen) {
    log(`SDK ${pair.sdk} with CLI ${pair.cli}…`);
    outcomes.set(pair, await tryInProcess(pair));
  }
  process.stdout.write(`${tableOfPairs(chosen, (feature, pair) => worksWith(outcomes, feature, pair))}\n`);
  for (const [pair, outcome] of outcomes) {
    compareWithPromise(pair, outcome);
  }
}

function worksWith(outcomes: Map<Pair, Outcome>, feature: Feature, pair: Pair): boolean {
  return outcomes.get(pair)?.[feature] === null;
}

/** Under `node --import tsx`, as this process. */
async function tryInProcess({ sdk, cli }: Pair): Promise<Outcome> {
  const args = [...process.execArgv, __filename, "--alone", "--sdk", sdk, "--cli", cli];
  const { code, stdout, stderr } = await runProcess(process.execPath, args, {
    env: process.env,
    onErrorLine: log,
  });
  if (code !== 0) {
    throw new Error(`SDK ${sdk} with CLI ${cli} could not be tried: ${stderr.trim()}`);
  }
  return JSON.parse(stdout) as Outcome;
}

async function tryAlone(pair: Pair): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), "versions-"));
  try {
    return await tryPair(pair, await installProject(folder, await pack(folder), pair), log);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function compareWithPromise(pair: Pair, outcome: Outcome): void {
  for (const feature of Object.keys(features) as Feature[]) {
    const failure = outcome[feature];
    if ((failure === null) !== isPromised(feature, pair)) {
      process.exitCode = 1;
      log(
        `SDK ${pair.sdk} with CLI ${pair.cli}, ${features[feature].title}: ${failure ?? "works, and is not promised"}`,
      );
    } else if (failure !== null) {
      log(`SDK ${pair.sdk} with CLI ${pair.cli}, ${features[feature].title}, as expected: ${failure}`);
    }
  }
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
