import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ProcessOptions, type ProcessResult, runProcess } from "./process";

describe("a process", { timeout: 15_000 }, () => {
  const node = (script: string, options: Partial<ProcessOptions> = {}): Promise<ProcessResult> =>
    runProcess(process.execPath, ["-e", script], { env: {}, ...options });

  test("gives both outputs as they are, and the exit code", async () => {
    const result = await node("console.log('out'); console.error('err'); process.exitCode = 3");
    assert.deepEqual(result, { code: 3, stdout: "out\n", stderr: "err\n" });
  });

  test("inherits nothing of the environment", async () => {
    assert.ok(process.env["PATH"]);
    assert.equal((await node("console.log(process.env.PATH)")).stdout, "undefined\n");
  });

  test("that cannot be started says why, as a result", async () => {
    const result = await runProcess("no-such-program", [], { env: {} });
    assert.deepEqual(result, { code: null, stdout: "", stderr: "spawn no-such-program ENOENT" });
  });

  test("is heard line by line on standard error", async () => {
    const lines: string[] = [];
    const { stderr } = await node("console.error('one\\ntwo')", { onErrorLine: (line) => lines.push(line) });
    assert.deepEqual([lines, stderr], [["one", "two"], "one\ntwo\n"]);
  });

  test("that takes too long is killed with what it has started", async () => {
    // Both hold the output open, so the result comes only after both have ended.
    const forever = "setInterval(() => {}, 1000)";
    const script = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(forever)}], { stdio: "inherit" }); ${forever}`;
    const { code, stderr } = await node(script, { limitMs: 1_000 });
    assert.deepEqual([code, stderr], [null, "not finished after 1 s"]);
  });
});
