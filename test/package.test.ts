import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import * as api from "../provider/index";
import { providerReference } from "../provider/resources/registration";

const run = promisify(execFile);
const root = path.join(__dirname, "..");

describe("the package", () => {
  let folder: string;
  let files: string[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "package-"));
    const npm = process.env["npm_execpath"];
    const [command, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const { stdout } = await run(command, [...args, ...pack], { cwd: root });
    const report = JSON.parse(stdout) as unknown;
    // npm has printed a list, and lately an object by name.
    const [packed] = (Array.isArray(report) ? report : Object.values(report as object)) as [
      { filename: string; files: { path: string }[] },
    ];
    files = packed.files.map((file) => file.path);
    // Its dependencies come from here; everything of its own must be in the tarball.
    const modules = path.join(folder, "node_modules");
    await mkdir(path.join(modules, "mongodbatlas-dynamic"), { recursive: true });
    await run("tar", [
      "-xzf",
      path.join(folder, packed.filename),
      "--strip-components=1",
      "-C",
      path.join(modules, "mongodbatlas-dynamic"),
    ]);
    for (const name of await readdir(path.join(root, "node_modules"))) {
      if (name !== "mongodbatlas-dynamic" && !name.startsWith(".")) {
        await symlink(path.join(root, "node_modules", name), path.join(modules, name));
      }
    }
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const evaluate = async (script: string): Promise<unknown> => {
    const { stdout } = await run(process.execPath, ["-e", `console.log(JSON.stringify(${script}))`], {
      cwd: folder,
    });
    return JSON.parse(stdout);
  };

  test("holds the compiled code and its types, the licence and the README, and nothing else", () => {
    const others = files.filter((file) => !/^dist\/.*\.(js|d\.ts)$/.test(file));
    assert.deepEqual(others.sort(), ["LICENSE", "README.md", "package.json"]);
  });

  test("exports exactly the public names", async () => {
    const names = [
      "AtlasError",
      "LinkToken",
      "MaintenanceDeferral",
      "MigrationCutover",
      "ProjectUser",
      "TeamUser",
      "getLiveMigration",
      "getLiveMigrationOutput",
      "getOrganizationInvitations",
      "getOrganizationInvitationsOutput",
      "getPipelineSchedules",
      "getPipelineSchedulesOutput",
      "getProjectUsers",
      "getProjectUsersOutput",
    ];
    assert.deepEqual(await evaluate(`Object.keys(require("mongodbatlas-dynamic")).sort()`), names);
    assert.deepEqual(
      Object.keys(api)
        .filter((name) => name !== "default")
        .sort(),
      names,
    );
  });

  for (const handler of [
    "projectUser",
    "teamUser",
    "linkToken",
    "migrationCutover",
    "maintenanceDeferral",
  ] as const) {
    test(`is found by the line that stands in the state of a stack, for ${handler}`, async () => {
      const line = `exports.handler = () => require("mongodbatlas-dynamic/handlers").${handler};`;
      assert.equal(providerReference(handler), line, "this line must never change");
      const operations = await evaluate(
        `(() => { ${line} return Object.keys(exports.handler()).sort(); })()`,
      );
      const all = ["check", "configure", "create", "delete", "diff", "read", "update"];
      assert.deepEqual(operations, handler === "linkToken" ? all.filter((name) => name !== "update") : all);
    });
  }

  test("loads nothing but the SDK in a program", async () => {
    const loaded = (await evaluate(
      `(require("@pulumi/pulumi"), ((before) => (require("mongodbatlas-dynamic"),
        Object.keys(require.cache).filter((file) => !before.has(file))))(new Set(Object.keys(require.cache))))`,
    )) as string[];
    const packages = new Set(loaded.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
    assert.deepEqual([...packages], ["mongodbatlas-dynamic"]);
  });

  test("loads no HTTP client in a provider process before the first request", async () => {
    const loaded = (await evaluate(
      `(require("mongodbatlas-dynamic/handlers").projectUser, Object.keys(require.cache))`,
    )) as string[];
    const packages = new Set(loaded.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
    assert.deepEqual([...packages].sort(), ["mongodbatlas-dynamic", "valibot"]);
  });

  test("registers the type tokens that stand in the state of stacks", async () => {
    const registered: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        registered.push(type);
        return { id: name, state: inputs };
      },
      call: () => ({}),
    });
    const ids = { projectId: "0".repeat(24), orgId: "1".repeat(24) };
    new api.ProjectUser("a", { ...ids, username: "ada@example.com", roles: [] });
    new api.TeamUser("b", { ...ids, teamId: "2".repeat(24) });
    new api.LinkToken("c", ids);
    new api.MigrationCutover("d", { ...ids, liveMigrationId: "3".repeat(24) });
    const last = new api.MaintenanceDeferral("e", ids);
    await new Promise((resolve) => last.id.apply(resolve));
    assert.deepEqual(
      registered.filter((type) => type.startsWith("pulumi-nodejs:")).sort(),
      ["LinkToken", "MaintenanceDeferral", "MigrationCutover", "ProjectUser", "TeamUser"].map(
        (type) => `pulumi-nodejs:dynamic/mongodbatlas:${type}`,
      ),
    );
  });
});
