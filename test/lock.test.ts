import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { withLock } from "./lock.mjs";
import { runProcess } from "./process";

describe("a lock", { timeout: 15_000 }, () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "lock-"));
    file = path.join(folder, "some", "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const done = async (): Promise<string> => "done";

  async function leaveBehind(content: string, secondsAgo = 0): Promise<void> {
    await withLock(file, done);
    writeFileSync(file, content);
    const then = new Date(Date.now() - secondsAgo * 1000);
    utimesSync(file, then, then);
  }

  /** Resolves when it is said that somebody else holds the lock; `work` starts when that one has gone. */
  function waiting(): { told: Promise<string>; work: Promise<string> } {
    let tell: (who: string) => void = () => assert.fail("told too early");
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    return { told, work: withLock(file, done, tell) };
  }

  async function idOfDeadProcess(): Promise<string> {
    const { stdout } = await runProcess(process.execPath, ["-p", "process.pid"], { env: {} });
    return stdout.trim();
  }

  test("is there during the work, and gives back what the work gives", async () => {
    const seen = await withLock(file, async () => readFileSync(file, "utf8"));
    assert.equal(seen, `${process.pid} ${hostname()}`);
    assert.deepEqual(readdirSync(path.dirname(file)), []);
  });

  test("is gone after work that failed", async () => {
    const failing = withLock(file, () => Promise.reject(new Error("no disk")));
    await assert.rejects(failing, /no disk/);
    assert.equal(existsSync(file), false);
  });

  test("lets one work after the other, and says to the second who is at work", async () => {
    const events: string[] = [];
    const first = withLock(file, async () => {
      events.push("first starts");
      const { told, work } = waiting();
      events.push(await told);
      events.push("first ends");
      return { work };
    });
    const { work } = await first;
    events.push(`second ${await work}`);
    assert.deepEqual(events, [
      "first starts",
      `Another run (process ${process.pid})`,
      "first ends",
      "second done",
    ]);
  });

  test("says once that it waits, however often it looks", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const said: string[] = [];
    await leaveBehind("");
    const second = withLock(file, done, (who) => said.push(who));
    for (let looks = 0; looks < 5; looks += 1) {
      if (looks === 4) {
        rmSync(file);
      }
      t.mock.timers.tick(300);
      await setImmediate();
    }
    await second;
    assert.deepEqual(said, ["Another run"]);
  });

  test("of a process that no longer exists is taken over at once", async () => {
    await leaveBehind(`${await idOfDeadProcess()} ${hostname()}`);
    const said: string[] = [];
    assert.equal(await withLock(file, done, (who) => said.push(who)), "done");
    assert.deepEqual(said, []);
    assert.deepEqual(readdirSync(path.dirname(file)), []);
  });

  test("of a process on another machine is left alone, whatever processes there are here", async () => {
    const pid = await idOfDeadProcess();
    await leaveBehind(`${pid} elsewhere`);
    const { told, work } = waiting();
    assert.equal(await told, `Another run (process ${pid})`);
    rmSync(file);
    assert.equal(await work, "done");
  });

  test("of a process that lives is left alone for a minute after its last sign of life, and then taken over", async () => {
    await leaveBehind(`${process.pid} ${hostname()}`, 55);
    const { told, work } = waiting();
    await told;
    const then = new Date(Date.now() - 61_000);
    utimesSync(file, then, then);
    assert.equal(await work, "done");
  });

  test("shows every few seconds that its holder lives", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    await withLock(file, async () => {
      utimesSync(file, 0, 0);
      t.mock.timers.tick(5_000);
      assert.ok(Date.now() - statSync(file).mtimeMs < 5_000);
    });
  });

  test("that somebody has removed by hand does not end the work", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const result = await withLock(file, async () => {
      rmSync(file);
      t.mock.timers.tick(5_000);
      return "done";
    });
    assert.equal(result, "done");
  });

  test("that somebody has taken over in the meantime stays theirs", async () => {
    await withLock(file, async () => writeFileSync(file, "1 elsewhere"));
    assert.equal(readFileSync(file, "utf8"), "1 elsewhere");
  });
});
