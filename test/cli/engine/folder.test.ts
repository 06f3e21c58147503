import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { folderOfPerson } from "../../../provider/cli/engine/folder";
import { runProcess } from "../../process";
import { AtlasSimulator } from "../../simulator/simulator";

const workspace = path.resolve("/repository/packages/app");
const stack = path.join(workspace, "stack");

test("a package runner leaves the person in the folder where it was called", () => {
  for (const [what, env, folder] of [
    ["npx and npm exec", { npm_command: "exec", INIT_CWD: stack }, stack],
    ["Yarn 1", { npm_lifecycle_event: "mongodbatlas-dynamic", INIT_CWD: stack }, stack],
    ["no runner", {}, workspace],
    ["pnpm exec, which stays where it is", { npm_command: "exec" }, workspace],
    ["a script", { npm_command: "run", npm_lifecycle_event: "drift", INIT_CWD: stack }, workspace],
    [
      "a script of Yarn 1",
      {
        npm_lifecycle_event: "mongodbatlas-dynamic",
        npm_lifecycle_script: "mongodbatlas-dynamic drift",
        INIT_CWD: stack,
      },
      workspace,
    ],
    ["npx --workspace", { npm_command: "exec", INIT_CWD: path.resolve("/repository") }, workspace],
    ["npx in the workspace itself", { npm_command: "exec", INIT_CWD: workspace }, workspace],
    ["a folder beside it", { npm_command: "exec", INIT_CWD: `${workspace}-2` }, workspace],
    [
      "a folder with dots",
      { npm_command: "exec", INIT_CWD: path.join(workspace, "..stack") },
      path.join(workspace, "..stack"),
    ],
  ] as const) {
    assert.equal(folderOfPerson(env, workspace), folder, what);
  }
});

test("npx in a folder of a workspace runs the command there", async () => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "workspace-")));
  const simulator = await AtlasSimulator.start();
  try {
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    const folder = path.join(root, "packages/app/stack");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(root, "package.json"), '{"private":true,"workspaces":["packages/*"]}');
    await writeFile(path.join(root, "packages/app/package.json"), '{"name":"app","version":"1.0.0"}');
    await mkdir(path.join(root, "node_modules/.bin"), { recursive: true });
    const command = path.join(__dirname, "../../../provider/cli/bin.js");
    await symlink(command, path.join(root, "node_modules/.bin/mongodbatlas-dynamic"));
    const args = ["--no", "mongodbatlas-dynamic", "adopt", "--project", projectId, "--output", "access.ts"];
    const { publicKey, privateKey } = simulator.keys;
    const result = await runProcess("npx", args, {
      cwd: folder,
      env: {
        ...process.env,
        MONGODB_ATLAS_BASE_URL: simulator.url,
        MONGODB_ATLAS_PUBLIC_KEY: publicKey,
        MONGODB_ATLAS_PRIVATE_KEY: privateKey,
      },
    });
    assert.deepEqual(result, { code: 0, stdout: "", stderr: "access.ts has been written.\n" });
    assert.match(await readFile(path.join(folder, "access.ts"), "utf8"), /new ProjectUser/);
  } finally {
    await simulator.stop();
    await rm(root, { recursive: true });
  }
});
