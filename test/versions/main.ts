import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { features, type Pair, pairs } from "./pairs";
import { installProject, pack } from "./project";
import { tryPair } from "./trial";

async function main() {
  const { values } = parseArgs({ options: { sdk: { type: "string" }, cli: { type: "string" } } });
  const folder = await mkdtemp(path.join(tmpdir(), "versions-"));
  const tarball = await pack(folder);
  for (const pair of pairs.filter(
    ({ sdk, cli }) => (values.sdk ?? sdk) === sdk && (values.cli ?? cli) === cli,
  ) as Pair[]) {
    const started = Date.now();
    const project = await installProject(folder, tarball, pair);
    console.error(pair, "installed", Date.now() - started);
    const outcome = await tryPair(pair, project, console.error);
    for (const key of Object.keys(features)) {
      console.log(key, outcome[key as keyof typeof features] ?? "works");
    }
    console.error(Date.now() - started);
  }
  await rm(folder, { recursive: true });
}
void main();
