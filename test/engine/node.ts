import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as semver from "semver";
import { runProcess } from "../process";
import { executable, platform, provideFolder, userCacheDir } from "./cache";

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
  const node = await provideFolder(path.join(userCacheDir(), `node-${range}-${platform}`), {
    what: `Node ${range}`,
    file: path.join("node_modules", "node", "bin", executable("node")),
    make: async (attempt) => {
      const manifest = { private: true, dependencies: { node: range }, allowScripts: { node: true } };
      await writeFile(path.join(attempt, "package.json"), JSON.stringify(manifest));
      // The program comes by an install script.
      const install = ["install", "--no-ignore-scripts", "--no-audit", "--no-fund"];
      const { code, stderr } = await runProcess("npm", install, { cwd: attempt, env: process.env });
      if (code !== 0) {
        throw new Error(`npm could not install Node ${range}: ${stderr}`);
      }
    },
  });
  return path.dirname(node);
}
