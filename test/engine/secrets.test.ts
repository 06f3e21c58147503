import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LinkToken, ProjectUser } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import { connectionTo } from "./connection";
import { startLanguageHost } from "./languageHost";
import { programFolder } from "./programFolder";

/** All that lies in a folder, as one text. */
async function contentsOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(path.join(entry.parentPath, entry.name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

const kinds = ["apiKey", "serviceAccount"] as const;
type Kind = (typeof kinds)[number];

/** What a stack is told so that its credentials come from the environment alone. */
function fromEnvironment(simulator: AtlasSimulator, kind: Kind) {
  const { publicKey, privateKey, clientId, clientSecret } = simulator.keys;
  const config = Object.fromEntries(Object.keys(connectionTo(simulator, kind)).map((key) => [key, ""]));
  return {
    credentials: kind,
    config: { ...config, "mongodbatlas:baseUrl": simulator.url },
    env:
      kind === "apiKey"
        ? { MONGODB_ATLAS_PUBLIC_KEY: publicKey, MONGODB_ATLAS_PRIVATE_KEY: privateKey }
        : { MONGODB_ATLAS_CLIENT_ID: clientId, MONGODB_ATLAS_CLIENT_SECRET: clientSecret },
  };
}

/** The secrets of the credentials, and the tokens that a run got for them. */
function credentialsOf({ keys, log }: AtlasSimulator, kind: Kind): Record<string, string> {
  const tokens = log.entries
    .map(({ headers }) => headers.authorization ?? "")
    .filter((header) => header.startsWith("Bearer "))
    .map((header, index) => [`access token ${index}`, header.slice("Bearer ".length)] as const);
  assert.equal(tokens.length > 0, kind === "serviceAccount");
  const { privateKey, clientSecret } = keys;
  return { privateKey, clientSecret, ...Object.fromEntries(tokens) };
}

describe("credentials and the link token", () => {
  for (const kind of kinds) {
    test(`of a stack with ${kind} from the environment are in no output at the highest level, and in no file`, async () => {
      const simulator = await startSimulator();
      const orgId = simulator.world.createOrganization();
      const projectId = simulator.world.createProject(orgId);
      let output = "";
      let quietOutput = "";
      const stack = await atlasStack(simulator, {
        ...fromEnvironment(simulator, kind),
        onOutput: (chunk) => {
          output += chunk;
          quietOutput += chunk;
        },
        program: async () => {
          new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] });
          return { linkToken: new LinkToken("link", { orgId }).linkToken };
        },
      });
      await stack.up({ mustSucceed: true });
      const loud = ["--yes", "--debug", "-v=9", "--logtostderr"];
      for (const failure of [
        undefined,
        { status: 500, times: 20 },
        { raw: { status: 200, headers: {}, body: "<html>" } },
      ]) {
        if (failure !== undefined) {
          simulator.fail({ operationId: "listGroupUsers", ...failure });
        }
        const { code, stdout, stderr } = await stack.cli(["refresh", ...loud]);
        assert.equal(code === 0, failure === undefined);
        output += stdout + stderr;
      }
      const debug = await stack.cli(["refresh", "--yes", "--debug"]);
      quietOutput += debug.stdout + debug.stderr;
      const linkToken = simulator.world.link(orgId).current?.linkToken ?? "";
      const backend = await contentsOf(fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? ""));
      const work = await contentsOf(stack.workDir);
      for (const [name, secret] of Object.entries({ ...credentialsOf(simulator, kind), linkToken })) {
        assert.ok(secret, name);
        // At -v=9 the engine itself logs what it hands to a provider, secrets of the state in clear.
        assert.ok(!(name === "linkToken" ? quietOutput : output).includes(secret), `${name} in the output`);
        assert.ok(!backend.includes(secret), `${name} in the state`);
        assert.ok(!work.includes(secret), `${name} in the working directory`);
      }
      assert.ok(
        output.includes("ada@example.com") && backend.includes("ada@example.com"),
        "the search finds what is there",
      );
      assert.ok(
        JSON.stringify(await stack.export()).includes(linkToken),
        "and the token where it is decrypted",
      );
    });
  }
});

/** Every way to make a run of a program tell more, and whether the engine itself writes the secrets of the state then. */
const runs = [
  { args: ["up", "--yes", "--skip-preview"], hasSecretsOfState: false },
  { args: ["up", "--yes", "--skip-preview", "--json"], hasSecretsOfState: false },
  { args: ["preview", "--json", "--show-sames"], hasSecretsOfState: false },
  { args: ["up", "--yes", "--skip-preview", "--debug"], hasSecretsOfState: false },
  { args: ["up", "--yes", "--skip-preview", "-v=9", "--logtostderr"], hasSecretsOfState: true },
  { args: ["up", "--yes", "--skip-preview", "--tracing=file:trace"], hasSecretsOfState: true },
] as const;

describe("a program in a process of its own", () => {
  const folders: string[] = [];
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  async function programWith(projectId: string, orgId: string): Promise<string> {
    const folder = await programFolder("secrets");
    folders.push(folder);
    await writeFile(path.join(folder, "package.json"), `{ "name": "secrets", "private": true }\n`);
    await writeFile(
      path.join(folder, "index.ts"),
      `import * as pulumi from "@pulumi/pulumi";
       import { LinkToken, ProjectUser } from "mongodbatlas-dynamic";
       new ProjectUser("ada", { projectId: "${projectId}", username: "ada@example.com", roles: ["GROUP_OWNER"] });
       const link = new LinkToken("link", { orgId: "${orgId}" });
       export const command = pulumi.interpolate\`link --token \${link.linkToken}\`;\n`,
    );
    return folder;
  }

  for (const kind of kinds) {
    test(`writes no credential of ${kind} with any flag, and the link token only where the engine writes the whole state`, async (context) => {
      const simulator = await startSimulator();
      const orgId = simulator.world.createOrganization();
      const projectId = simulator.world.createProject(orgId);
      const folder = await programWith(projectId, orgId);
      const connection = fromEnvironment(simulator, kind);
      const stack = await atlasStack(simulator, { ...connection, program: { folder }, workDir: folder });
      let told = "";
      const host = await startLanguageHost(folder, stack.env, (chunk) => {
        told += chunk;
      });
      context.after(() => host.close());
      const run = async (args: readonly string[]): Promise<{ code: number | null; text: string }> => {
        told = "";
        const { code, stdout, stderr } = await stack.cli([...args, `--client=${host.address}`]);
        const trace = args.includes("--tracing=file:trace")
          ? await readFile(path.join(folder, "trace"), "latin1")
          : "";
        await rm(path.join(folder, "trace"), { force: true });
        return { code, text: stdout + stderr + told + trace };
      };
      const texts: { where: string; text: string; hasSecretsOfState: boolean }[] = [];
      for (const { args, hasSecretsOfState } of runs) {
        const { code, text } = await run(args);
        assert.equal(code, 0, text.slice(-2_000));
        texts.push({ where: args.join(" "), text, hasSecretsOfState });
      }
      // What fails tells most.
      simulator.fail({ operationId: "listGroupUsers", status: 500, times: 40 });
      const loudest = ["--debug", "-v=9", "--logtostderr", "--tracing=file:trace"];
      const { code, text } = await run(["up", "--yes", "--skip-preview", "--refresh", ...loudest]);
      assert.notEqual(code, 0);
      texts.push({ where: "an update that fails", text, hasSecretsOfState: true });

      const linkToken = simulator.world.link(orgId).current?.linkToken ?? "";
      assert.ok(linkToken);
      const credentials = Object.entries(credentialsOf(simulator, kind));
      for (const { where, text } of texts) {
        for (const [name, secret] of credentials) {
          assert.ok(!text.includes(secret), `${name} in ${where}`);
        }
        // A search that cannot find anything would find no secret either.
        assert.ok(text.includes("ada"), where);
      }
      assert.deepEqual(
        texts.filter((each) => each.text.includes(linkToken)).map(({ where }) => where),
        texts.filter((each) => each.hasSecretsOfState).map(({ where }) => where),
        "where the link token is",
      );
    });
  }
});
