import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LinkToken, ProjectUser } from "mongodbatlas-dynamic";
import { atlasStack, startSimulator } from "./atlasStack";
import { connectionTo } from "./connection";

/** All that lies in a folder, as one text. */
async function contentsOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(path.join(entry.parentPath, entry.name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

describe("credentials and the link token", () => {
  for (const kind of ["apiKey", "serviceAccount"] as const) {
    test(`of a stack with ${kind} from the environment are in no output at the highest level, and in no file`, async () => {
      const simulator = await startSimulator();
      const orgId = simulator.world.createOrganization();
      const projectId = simulator.world.createProject(orgId);
      const { publicKey, privateKey, clientId, clientSecret } = simulator.keys;
      const config = Object.fromEntries(Object.keys(connectionTo(simulator, kind)).map((key) => [key, ""]));
      let output = "";
      let quietOutput = "";
      const stack = await atlasStack(simulator, {
        credentials: kind,
        config: { ...config, "mongodbatlas:baseUrl": simulator.url },
        env:
          kind === "apiKey"
            ? { MONGODB_ATLAS_PUBLIC_KEY: publicKey, MONGODB_ATLAS_PRIVATE_KEY: privateKey }
            : { MONGODB_ATLAS_CLIENT_ID: clientId, MONGODB_ATLAS_CLIENT_SECRET: clientSecret },
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
      const accessTokens = Object.fromEntries(
        simulator.log.entries
          .map(({ headers }) => headers.authorization ?? "")
          .filter((header) => header.startsWith("Bearer "))
          .map((header, index) => [`access token ${index}`, header.slice("Bearer ".length)]),
      );
      assert.equal(Object.keys(accessTokens).length > 0, kind === "serviceAccount");
      const linkToken = simulator.world.link(orgId).current?.linkToken ?? "";
      const backend = await contentsOf(fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? ""));
      const work = await contentsOf(stack.workDir);
      const credentials = { privateKey, clientSecret, ...accessTokens };
      for (const [name, secret] of Object.entries({ ...credentials, linkToken })) {
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
