import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface LockOptions {
  /** Called once when somebody else holds the lock, with the process id where it is known. */
  onWait?: (holder: number | undefined) => void;
  /** @default 500 */
  pollMs?: number;
}

const HEARTBEAT_MS = 5_000;
/** Generous, because a laptop may have slept. */
const SILENT_MS = 60_000;

/**
 * Runs `work` while no other process on this machine that asks for the same `folder` runs its own.
 * The lock of a process that no longer exists is taken over at once, and one without a heartbeat after a minute:
 * in containers that share a cache folder another process may well have the same id.
 */
export async function withLock<T>(
  folder: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  mkdirSync(path.dirname(folder), { recursive: true });
  let waited = false;
  while (!tryLock(folder)) {
    const holder = ownerOf(folder);
    if (isStale(folder, holder)) {
      removeStale(folder, holder);
      continue;
    }
    if (!waited) {
      waited = true;
      options.onWait?.(holder);
    }
    await delay(options.pollMs ?? 500);
  }
  const heartbeat = setInterval(() => touch(folder), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryLock(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  writeFileSync(path.join(folder, "pid"), String(process.pid));
  return true;
}

function ownerOf(folder: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path.join(folder, "pid"), "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isStale(folder: string, holder: number | undefined): boolean {
  if (holder !== undefined && !isAlive(holder)) return true;
  try {
    return Date.now() - statSync(folder).mtimeMs > SILENT_MS;
  } catch {
    // It was given back in the meantime, so it can simply be asked for again.
    return false;
  }
}

function touch(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // Somebody removed the lock by hand; the work goes on, as it may be nearly done.
  }
}

function removeStale(folder: string, holder: number | undefined): void {
  // Renaming is atomic, so of two waiting processes one takes the stale lock away. A look at what was
  // taken tells whether a third one had locked again in between.
  const taken = `${folder}.stale-${process.pid}`;
  try {
    renameSync(folder, taken);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (ownerOf(taken) !== holder) {
    renameSync(taken, folder);
    return;
  }
  rmSync(taken, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
