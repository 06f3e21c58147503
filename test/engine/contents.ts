import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** A fingerprint of each file below the folders, but for installed packages. */
export async function contentsOf(...folders: string[]): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && !file.includes("node_modules")) {
        contents[file] = createHash("sha256")
          .update(await readFile(file))
          .digest("hex");
      }
    }
  }
  return contents;
}
