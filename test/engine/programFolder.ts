import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A new folder of a Pulumi project in TypeScript, with the packages of this repository. Its program is to be written. */
export async function programFolder(project: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `${project}-`));
  await symlink(path.join(__dirname, "../../node_modules"), path.join(folder, "node_modules"), "junction");
  await writeFile(path.join(folder, "Pulumi.yaml"), manifestOf(project));
  return folder;
}

/** The `Pulumi.yaml` of a project in TypeScript. */
export function manifestOf(project: string): string {
  return `name: ${project}\nruntime:\n  name: nodejs\n  options:\n    typescript: true\n`;
}
