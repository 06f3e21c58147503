import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { runCommand } from "./commands";
import { introduction, populate } from "./demonstration";
import { lineOf } from "./requestLog";
import { AtlasSimulator } from "./simulator";

const usage = "Usage: npm run atlas -- [--port NUMBER] [--latency MILLISECONDS]";

/** `npm run atlas`: an Atlas on this machine, for people without an account. */
async function main(): Promise<void> {
  const { port, latencyMs } = options();
  const simulator = await AtlasSimulator.start({ port, latencyMs });
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  let reported = 0;
  simulator.onAnswer((entry) => {
    print(lineOf(entry));
    for (const violation of simulator.violations.slice(reported)) {
      print(`  not as the API describes it: ${violation}`);
    }
    reported = simulator.violations.length;
  });

  const typed = createInterface({ input: process.stdin });
  const stop = (): void => {
    typed.close();
    // Nothing else keeps the process alive once the server is down.
    process.stdin.destroy();
    void simulator.stop();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  typed.on("line", (line) => {
    const answer = runCommand(simulator.world, line);
    if (answer === undefined) {
      stop();
    } else if (answer !== "") {
      print(answer);
    }
  });
  print(introduction(simulator, populate(simulator)));
}

function options(): { port: number; latencyMs: number } {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "0" }, latency: { type: "string", default: "0" } },
  });
  return {
    port: wholeNumber("--port", values.port, 65_535),
    latencyMs: wholeNumber("--latency", values.latency, 60_000),
  };
}

function wholeNumber(name: string, value: string, most: number): number {
  if (/^\d+$/.test(value) && Number(value) <= most) {
    return Number(value);
  }
  throw new Error(`${name} must be a whole number up to ${most}, but got '${value}'`);
}

main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  const isUsage = error.code?.startsWith("ERR_PARSE_ARGS") || error.message.startsWith("--");
  const inUse = `Port ${error.port} is in use by another program; choose another one with --port.`;
  process.stderr.write(
    `${error.code === "EADDRINUSE" ? inUse : error.message}${isUsage ? `\n${usage}` : ""}\n`,
  );
  process.exitCode = 1;
});
