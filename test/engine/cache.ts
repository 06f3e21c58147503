import { constants, existsSync } from "node:fs";
import { access, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { withLock } from "../lock.mjs";

/** Where engines, Nodes and Node's compile cache are kept between runs. */
export function userCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME || homedir();
  const ofPlatform: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, "Library", "Caches"),
    win32: env.LOCALAPPDATA || path.join(home, "AppData", "Local"),
  };
  const base = env.XDG_CACHE_HOME || (ofPlatform[process.platform] ?? path.join(home, ".cache"));
  return path.join(base, "mongodbatlas-dynamic");
}

/** A home folder may be shared by machines of different kinds. */
export const platform = `${process.platform}-${process.arch}`;

export function executable(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/**
 * Fills a folder of the cache once, also when several processes ask for it at the same time.
 *
 * @param what is kept in it, for the message that it cannot be kept
 * @param file that it holds, whose path is returned
 * @param make fills the empty folder `attempt`. That gets its name by one rename, so what is there is complete.
 */
export async function provideFolder(
  folder: string,
  { what, file, make, onWait }: CachedFolder,
): Promise<string> {
  const wanted = path.join(folder, file);
  if (existsSync(wanted)) {
    return wanted;
  }
  await makeWritable(path.dirname(folder), what);
  const makeOnce = async (): Promise<void> => {
    if (existsSync(wanted)) {
      return;
    }
    // Whoever holds the lock is the only one at work, so what is there is left from a run that was killed.
    const attempt = `${folder}.new`;
    await rm(attempt, { recursive: true, force: true });
    try {
      await mkdir(attempt);
      await make(attempt);
      await rm(folder, { recursive: true, force: true });
      await rename(attempt, folder);
    } finally {
      await rm(attempt, { recursive: true, force: true });
    }
  };
  await withLock(`${folder}.lock`, makeOnce, onWait);
  return wanted;
}

interface CachedFolder {
  what: string;
  file: string;
  make: (attempt: string) => Promise<void>;
  onWait?: (who: string) => void;
}

async function makeWritable(cacheDir: string, what: string): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
    await access(cacheDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `${what} cannot be kept in ${cacheDir} (${messageOf(error)}): set XDG_CACHE_HOME to a folder that can be written, and run the same command again.`,
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
