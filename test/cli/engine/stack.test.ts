import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { oldestCli } from "../../../provider/cli/engine/cliVersion";
import type { ProcessResult } from "../../process";
import { runCommand } from "../command";

/** Runs the command beside a CLI that says that it has this version. */
async function driftWithCli(version: string): Promise<ProcessResult> {
  const bin = await mkdtemp(path.join(tmpdir(), "old-engine-"));
  try {
    await writeFile(path.join(bin, "pulumi"), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}${path.delimiter}${path.dirname(process.execPath)}` };
    return await runCommand({ workDir: bin, env }, ["drift", "--stack", "test"]);
  } finally {
    await rm(bin, { recursive: true });
  }
}

test("says in a sentence that the engine is too old for the SDK", async () => {
  const result = await driftWithCli("2.0.0");
  assert.deepEqual([result.code, result.stdout], [1, ""]);
  assert.match(result.stderr, /^The Pulumi CLI on the PATH cannot be used: [^\n]*\n$/);
});

test("says which engine it needs, and which it has found", async () => {
  const [major, minor] = oldestCli;
  assert.deepEqual(await driftWithCli(`${major}.${minor - 1}.1`), {
    code: 1,
    stdout: "",
    stderr: `mongodbatlas-dynamic needs the Pulumi CLI ${major}.${minor} or newer, and the one on the PATH is ${major}.${minor - 1}.1: upgrade it.\n`,
  });
  assert.doesNotMatch((await driftWithCli(`${major}.${minor}.0`)).stderr, /needs the Pulumi CLI/);
});
