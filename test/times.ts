import { glob } from "node:fs/promises";
import { runProcess } from "./process";

/**
 * `npm run test:times -- [globs]`: runs each test file alone and prints what it takes, the dearest first. Processor
 * time is of the whole tree of processes, and does not grow with what else the machine does. Not on Windows, whose
 * shell has no `times`.
 */
async function main(patterns: string[]): Promise<void> {
  const rows: { file: string; wall: number; processor: number; failed: boolean }[] = [];
  for await (const file of glob(patterns.length > 0 ? patterns : ["test/**/*.test.ts"])) {
    const start = performance.now();
    const script =
      '"$0" --env-file=test/unit.env --import ./test/tsx.mjs --test "$1" >/dev/null 2>&1; code=$?; times; exit $code';
    const { code, stdout } = await runProcess("sh", ["-c", script, process.execPath, file], {
      env: process.env,
    });
    const row = {
      file,
      wall: (performance.now() - start) / 1_000,
      processor: secondsOfChildren(stdout),
      failed: code !== 0,
    };
    rows.push(row);
    console.error(line(row));
  }
  console.log(`${"CPU s".padStart(8)}${"wall s".padStart(8)}`);
  for (const row of rows.sort((a, b) => b.processor - a.processor)) {
    console.log(line(row));
  }
  const total = rows.reduce((sum, { processor }) => sum + processor, 0);
  console.log(`${(total / 60).toFixed(1)} minutes of processor time in ${rows.length} files`);
  if (rows.some(({ failed }) => failed)) {
    process.exitCode = 1;
  }
}

/** The second line of `times`, user and system time of all that the shell has waited for: `0m1.230s 0m0.100s`. */
function secondsOfChildren(times: string): number {
  const found = [...(times.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  if (found.length !== 2) {
    throw new Error(`'times' of the shell must print two times, but got ${times}`);
  }
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

function line(row: { file: string; wall: number; processor: number; failed: boolean }): string {
  const { file, wall, processor, failed } = row;
  return `${processor.toFixed(1).padStart(8)}${wall.toFixed(1).padStart(8)}  ${file}${failed ? "  FAILED" : ""}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
