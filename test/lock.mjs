// Made of Node alone: setup.mjs needs a lock before there is any package, and one kind of lock is enough.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 300;
const heartbeatMs = 5_000;
/** Generous, because a laptop may have slept. */
const silentMs = 60_000;

/**
 * Runs `work` while nobody else who asks for the same `file` runs theirs. The lock of a process of this machine that
 * no longer exists is taken over at once, and any other after a minute without a heartbeat: among containers that share
 * a folder, an id says nothing of the others' processes.
 */
export async function withLock(file, work, onWait) {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${process.pid} ${hostname()}`;
  let waits = false;
  while (!take(file, mine)) {
    const holder = contentOf(file);
    if (isLeftBehind(file, holder)) {
      takeAway(file, holder);
      continue;
    }
    if (!waits) {
      onWait?.(`Another run${holder && ` (process ${holder.split(" ")[0]})`}`);
    }
    waits = true;
    await delay(pollMs);
  }
  // Where somebody has removed the lock by hand, the work goes on, as it may be nearly done.
  const beat = () => unless("ENOENT", () => utimesSync(file, new Date(), new Date()));
  const heartbeat = setInterval(beat, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (contentOf(file) === mine) {
      rmSync(file, { force: true });
    }
  }
}

function take(file, mine) {
  return unless("EEXIST", () => {
    writeFileSync(file, mine, { flag: "wx" });
    return true;
  });
}

/** Empty where the lock is free again, or its holder has not written yet. */
function contentOf(file) {
  return unless("ENOENT", () => readFileSync(file, "utf8")) ?? "";
}

function isLeftBehind(file, holder) {
  const [pid, host] = holder.split(" ");
  if (host === hostname() && !isAlive(Number(pid))) {
    return true;
  }
  const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs > silentMs;
}

function isAlive(pid) {
  // EPERM: it lives, but belongs to somebody else.
  return unless("ESRCH", () => unless("EPERM", () => process.kill(pid, 0)) ?? true) ?? false;
}

/** By renaming, which is atomic: of two that wait, one takes it. Somebody may have locked again in between, as it then shows. */
function takeAway(file, holder) {
  const taken = `${file}.${process.pid}`;
  unless("ENOENT", () => {
    renameSync(file, taken);
    if (contentOf(taken) === holder) {
      rmSync(taken);
    } else {
      renameSync(taken, file);
    }
  });
}

function unless(code, action) {
  try {
    return action();
  } catch (error) {
    if (error.code !== code) {
      throw error;
    }
    return undefined;
  }
}
