import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { ProjectUser } from "mongodbatlas-dynamic";
import { atlasStack, startSimulator } from "./atlasStack";
import { manifestOf, programFolder } from "./programFolder";

const root = path.join(__dirname, "../..");
const folders: string[] = [];

/** A folder for a program that finds the packages of this repository. */
async function folderOf(project: string, program: string): Promise<string> {
  const folder = await programFolder(project);
  folders.push(folder);
  await writeFile(path.join(folder, "package.json"), `{ "name": "${project}", "private": true }\n`);
  await writeFile(path.join(folder, "index.ts"), program);
  return folder;
}

after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

describe("a component library that brings the package along", () => {
  const program = `require("acme-access").grant(new (require("@pulumi/pulumi").Config)().require("projectId"));\n`;

  /** A stack's folder as pnpm lays it out: what a dependency depends on is found by that dependency only. */
  async function folderWithLibrary(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), "library-"));
    folders.push(folder);
    const library = path.join(folder, "node_modules/acme-access");
    await mkdir(path.join(library, "node_modules"), { recursive: true });
    await symlink(root, path.join(library, "node_modules/mongodbatlas-dynamic"), "junction");
    await symlink(
      path.join(root, "node_modules/@pulumi"),
      path.join(folder, "node_modules/@pulumi"),
      "junction",
    );
    await symlink(
      path.join(root, "node_modules/typescript"),
      path.join(folder, "node_modules/typescript"),
      "junction",
    );
    await writeFile(
      path.join(library, "index.js"),
      `const { ProjectUser } = require("mongodbatlas-dynamic");
       exports.grant = (projectId) =>
         new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] });\n`,
    );
    await writeFile(path.join(folder, "package.json"), `{ "name": "library", "private": true }\n`);
    await writeFile(path.join(folder, "Pulumi.yaml"), manifestOf("library"));
    await writeFile(path.join(folder, "index.js"), program);
    return folder;
  }

  test("is not enough for the engine, which the first resource says in a sentence", async () => {
    const simulator = await startSimulator();
    const folder = await folderWithLibrary();
    const config = { projectId: "0".repeat(24) };
    const stack = await atlasStack(simulator, { program: { folder }, workDir: folder, config });
    for (const { ok, diagnostics } of [await stack.preview(), await stack.up()]) {
      assert.equal(ok, false);
      assert.deepEqual(diagnostics, [
        `The stack itself must depend on mongodbatlas-dynamic: the engine looks for it from ${folder} on, and does not find ` +
          "it, though something that the program uses brings it along. Add it to the dependencies in the stack's " +
          "package.json, and install them.",
      ]);
    }
  });

  test("works where the stack depends on the package as well", async () => {
    const simulator = await startSimulator();
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    const folder = await folderWithLibrary();
    await symlink(root, path.join(folder, "node_modules/mongodbatlas-dynamic"), "junction");
    const stack = await atlasStack(simulator, {
      program: { folder },
      workDir: folder,
      config: { projectId },
    });
    const { diagnostics } = await stack.up({ mustSucceed: true });
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(Object.keys(simulator.world.members(projectId)), ["ada@example.com"]);
    // Where the resource is declared is for the handler alone.
    for (const { inputs, outputs } of (await stack.export()).deployment.resources) {
      assert.ok(!JSON.stringify({ inputs, outputs }).includes("__declaredAs"));
    }
  });
});

describe("credentials in the configuration", () => {
  const warningOf = (key: string): string =>
    `${key} is in this stack's configuration, but not as a secret, so the stack's file and state show it in clear text. ` +
    `Run \`pulumi config set --secret ${key}\`, and make a new one in Atlas if somebody else may have read it.`;

  test("that are no secrets are warned of, once in each run", async () => {
    const simulator = await startSimulator();
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    const { privateKey } = simulator.keys;
    const stack = await atlasStack(simulator, {
      config: { "mongodbatlas:privateKey": privateKey, "mongodbatlas:clientSecret": "" },
      program: async () => {
        for (const name of ["ada", "bob"]) {
          new ProjectUser(name, { projectId, username: `${name}@example.com`, roles: ["GROUP_OWNER"] });
        }
      },
    });
    for (const { diagnostics, stdout, stderr } of [
      await stack.preview({ mustSucceed: true }),
      await stack.preview({ mustSucceed: true }),
    ]) {
      assert.deepEqual(diagnostics, [warningOf("mongodbatlas:privateKey")]);
      assert.ok(!`${stdout}${stderr}`.includes(privateKey));
    }
    await stack.setConfig({ "mongodbatlas:privateKey": { value: privateKey, secret: true } });
    assert.deepEqual((await stack.preview({ mustSucceed: true })).diagnostics, []);
  });

  test("are warned of by a function as well, in a process of its own", async () => {
    const simulator = await startSimulator();
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    const folder = await folderOf(
      "plain",
      `import { Config } from "@pulumi/pulumi";
       import { getProjectUsersOutput } from "mongodbatlas-dynamic";
       const projectId = new Config().require("projectId");
       export const one = getProjectUsersOutput({ projectId }).users.length;
       export const other = getProjectUsersOutput({ projectId }).users.length;\n`,
    );
    const stack = await atlasStack(simulator, {
      credentials: "serviceAccount",
      config: { projectId, "mongodbatlas:clientSecret": simulator.keys.clientSecret },
      program: { folder },
      workDir: folder,
    });
    const { diagnostics } = await stack.preview({ mustSucceed: true });
    assert.deepEqual(diagnostics, [warningOf("mongodbatlas:clientSecret")]);
    // At its end, a program gives back the access token that it was lent.
    const { live, issued, revoked } = simulator.oauth;
    assert.deepEqual({ live, issued, revoked }, { live: 0, issued: 1, revoked: 1 });
  });
});

test("the option import is refused in a sentence, without a stack and before anything is registered", async () => {
  const simulator = await startSimulator();
  const projectId = simulator.world.createProject(simulator.world.createOrganization());
  const folder = await folderOf(
    "import",
    `import { ProjectUser } from "mongodbatlas-dynamic";
     new ProjectUser(
       "ada",
       { projectId: "${projectId}", username: "ada@example.com", roles: ["GROUP_OWNER"] },
       { import: "${projectId}/ada@example.com" },
     );\n`,
  );
  const stack = await atlasStack(simulator, { program: { folder }, workDir: folder });
  const { ok, diagnostics } = await stack.preview();
  assert.equal(ok, false);
  assert.deepEqual(diagnostics, [
    "ProjectUser 'ada': the option import must be left out, as the engine does not tell a dynamic resource what to import. " +
      "Without it, the first `pulumi up` adopts a user who is in the project already. `npx --no mongodbatlas-dynamic adopt --import FILE` writes a file for `pulumi import`.",
  ]);
});

for (const [form, call] of [
  ["plain", "await getLiveMigration"],
  ["output", "getLiveMigrationOutput"],
] as const) {
  test(`mistakes in the arguments of a function are a sentence without a stack, in its ${form} form`, async () => {
    const simulator = await startSimulator();
    const folder = await folderOf(
      "mistakes",
      `import { getLiveMigration, getLiveMigrationOutput } from "mongodbatlas-dynamic";
       export = async () => ({ migration: ${call}({ projectId: "shop", liveMigrationId: "" }) });\n`,
    );
    const stack = await atlasStack(simulator, { program: { folder }, workDir: folder });
    const { ok, diagnostics } = await stack.preview();
    assert.equal(ok, false);
    assert.deepEqual(diagnostics, [
      "getLiveMigration: projectId must be 24 hexadecimal digits, but got 'shop'; " +
        "liveMigrationId must be 24 hexadecimal digits, but got ''.",
    ]);
  });
}
