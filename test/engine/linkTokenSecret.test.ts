import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LinkToken } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

const folders: string[] = [];

after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function inFolder(orgId: string): Promise<string> {
  const folder = await programFolder("link");
  folders.push(folder);
  await writeFile(path.join(folder, "package.json"), `{ "name": "link", "private": true }\n`);
  await writeFile(
    path.join(folder, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";
     import { LinkToken } from "mongodbatlas-dynamic";
     const link = new LinkToken("link", { orgId: "${orgId}" });
     export const linkToken = link.linkToken;
     export const command = pulumi.interpolate\`link --token \${link.linkToken}\`;\n`,
  );
  return folder;
}

function inline(orgId: string): () => Promise<Record<string, unknown>> {
  return async () => {
    const link = new LinkToken("link", { orgId });
    return { linkToken: link.linkToken, command: pulumi.interpolate`link --token ${link.linkToken}` };
  };
}

for (const how of ["in a process of its own", "under the Automation API"] as const) {
  test(`the link token of a program ${how} is in no event of a run, debug messages included, and in no output`, async () => {
    const simulator = await startSimulator();
    const orgId = simulator.world.createOrganization();
    const folder = await inFolder(orgId);
    const stack = await atlasStack(
      simulator,
      how === "in a process of its own"
        ? { program: { folder }, workDir: folder }
        : { program: inline(orgId) },
    );
    // The second has the token from the state.
    for (const operation of ["up", "up", "preview"] as const) {
      const { events, stdout, stderr, messages } = await stack[operation]({ mustSucceed: true });
      const token = simulator.world.link(orgId).current?.linkToken;
      assert.ok(token);
      const finished = events.filter(({ diagnosticEvent }) =>
        diagnosticEvent?.message.startsWith("RegisterResource RPC finished: resource:link["),
      );
      assert.equal(finished.length, 1, "the message that would hold it");
      for (const text of [...events.map((event) => JSON.stringify(event)), stdout, stderr, ...messages]) {
        assert.ok(!text.includes(token), text.replaceAll(token, "<token>"));
      }
    }
    const { outputs } = await stack.up({ mustSucceed: true });
    const token = simulator.world.link(orgId).current?.linkToken;
    assert.deepEqual(outputs, { linkToken: token, command: `link --token ${token}` }, "and is what it was");
  });
}

describe("what the engine itself writes when it is told to write everything", () => {
  let simulator: AtlasSimulator;
  let folder: string;
  let orgId: string;

  before(async () => {
    simulator = await startSimulator();
    orgId = simulator.world.createOrganization();
    folder = await mkdtemp(path.join(tmpdir(), "trace-"));
    folders.push(folder);
  });

  /** The texts of a refresh that is traced, and of one that is logged at the highest level. */
  async function everythingOf(stack: EngineStack): Promise<Record<string, string>> {
    await stack.up({ mustSucceed: true });
    const trace = path.join(folder, `${stack.name}.trace`);
    await stack.cli(["refresh", "--yes", `--tracing=file:${trace}`]);
    const { stdout, stderr } = await stack.cli(["refresh", "--yes", "-v=9", "--logtostderr"]);
    return { "--tracing": await readFile(trace, "latin1"), "-v=9": stdout + stderr };
  }

  test("has the link token in clear, and the credentials of the configuration", async () => {
    const stack = await atlasStack(simulator, { name: "configured", program: inline(orgId) });
    const token = (): string => simulator.world.link(orgId).current?.linkToken ?? "none";
    for (const [option, text] of Object.entries(await everythingOf(stack))) {
      assert.ok(text.includes(token()), `the token with ${option}`);
      assert.ok(text.includes(simulator.keys.privateKey), `the key with ${option}`);
    }
  });

  test("has no credentials of the environment", async () => {
    const { publicKey, privateKey } = simulator.keys;
    const stack = await atlasStack(simulator, {
      name: "environment",
      program: inline(orgId),
      config: { "mongodbatlas:publicKey": "", "mongodbatlas:privateKey": "" },
      env: { MONGODB_ATLAS_PUBLIC_KEY: publicKey, MONGODB_ATLAS_PRIVATE_KEY: privateKey },
    });
    for (const [option, text] of Object.entries(await everythingOf(stack))) {
      assert.ok(text.includes(orgId) && !text.includes(privateKey), option);
    }
  });
});
