import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { runCommand } from "../command";

test("says in a sentence that the engine is too old", async () => {
  const bin = await mkdtemp(path.join(tmpdir(), "old-engine-"));
  try {
    await writeFile(path.join(bin, "pulumi"), "#!/bin/sh\necho v2.0.0\n", { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}${path.delimiter}${path.dirname(process.execPath)}` };
    const result = await runCommand({ workDir: bin, env }, ["drift", "--stack", "test"]);
    assert.deepEqual([result.code, result.stdout], [1, ""]);
    assert.match(result.stderr, /^The Pulumi CLI on the PATH cannot be used: [^\n]*\n$/);
  } finally {
    await rm(bin, { recursive: true });
  }
});
