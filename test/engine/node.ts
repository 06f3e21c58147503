import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import * as semver from "semver";
import { userCacheDir } from "./pulumi-cli";

const run = promisify(execFile);

/**
 * The folder of a Node of another version, from the npm package `node`. It is fetched once, and kept in the user's cache
 * folder beside the engine.
 *
 * @param range such as `26` or `22.12.0`
 */
export async function provideNode(range: string): Promise<string> {
  if (semver.satisfies(process.versions.node, range)) {
    return path.dirname(process.execPath);
  }
  const folder = path.join(userCacheDir(), `node-${range}`);
  const bin = path.join(folder, "node_modules/node/bin");
  if (!existsSync(path.join(bin, "node"))) {
    const attempt = `${folder}-${process.pid}`;
    await mkdir(attempt, { recursive: true });
    const manifest = { private: true, dependencies: { node: range }, allowScripts: { node: true } };
    await writeFile(path.join(attempt, "package.json"), JSON.stringify(manifest));
    await run("npm", ["install", "--no-audit", "--no-fund"], { cwd: attempt });
    await rm(folder, { recursive: true, force: true });
    await rename(attempt, folder);
  }
  return bin;
}
