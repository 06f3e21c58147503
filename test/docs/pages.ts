import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const root = path.join(__dirname, "..", "..");

/** The committed reference. */
export const reference = path.join(root, "provider/docs/reference");

/** The markdown files of the repository, those that are not committed yet included. */
export async function markdownFiles(): Promise<string[]> {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"];
  const { stdout } = await run("git", list, { cwd: root });
  return stdout.split("\n").filter((file) => file !== "");
}

/** Does what `npm run docs` does, into another folder. */
export async function writeReference(folder: string): Promise<void> {
  const typedoc = path.join(root, "node_modules/typedoc/bin/typedoc");
  await run(process.execPath, [typedoc, "--options", "provider/typedoc.json", "--out", folder], {
    cwd: root,
  });
}

/** The texts of a folder's files, by their names. */
export async function textsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const entries = names.map(async (name) => [name, await readFile(path.join(folder, name), "utf8")] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The links of markdown files that lead nowhere, as lines that say where they are; none when all is well. */
export async function brokenLinks(files: string[]): Promise<string[]> {
  const remark = path.join(root, "node_modules/remark-cli/cli.js");
  const options = ["--no-config", "--no-ignore", "--no-color", "--quiet", "--no-stdout", "--frail"];
  // Without `repository` it would ask git for a remote, which a copy of this repository may not have.
  const plugin = ["--use", "remark-validate-links=repository:false"];
  try {
    await run(process.execPath, [remark, ...options, ...plugin, ...files], { cwd: root });
    return [];
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const lines = (stderr ?? "").split("\n").filter((line) => line.includes("remark-validate-links"));
    // Nothing about links means that the tool itself has failed.
    if (lines.length === 0) {
      throw error;
    }
    return lines.map((line) => line.trim());
  }
}

/** The programs in a markdown file: its blocks of TypeScript that import something, by their place. */
export function programsOf(file: string, text: string): [string, string][] {
  const blocks = [...text.matchAll(/^```(?:typescript|ts)\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  return blocks
    .filter((code) => /^import /m.test(code))
    .map((code, index) => [`${file}, program ${index + 1}`, code]);
}

/** The headings and other marks of a page that are there, in the order of the page. */
export function partsIn(page: string, parts: readonly string[]): string[] {
  const found = parts.flatMap((part) => {
    const at = page.indexOf(`\n${part}`);
    return at < 0 ? [] : [{ part, at }];
  });
  return found.sort((one, other) => one.at - other.at).map(({ part }) => part);
}
