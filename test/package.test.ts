import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import * as api from "../provider/index";
import { providerReference } from "../provider/resources/registration";
import { golden, resources } from "./resources/golden";

const run = promisify(execFile);
const root = path.join(__dirname, "..");

/** The files of the repository that match, those that are not committed yet included. */
async function tracked(...patterns: string[]): Promise<string[]> {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", ...patterns];
  const { stdout } = await run("git", list, { cwd: root });
  return stdout.split("\n").filter((file) => file !== "");
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** Lets npm pack, by the npm that runs the tests where there is one. */
async function npm(args: string[]): Promise<Packed> {
  const script = process.env["npm_execpath"];
  const { stdout } =
    script === undefined
      ? await run("npm", args, { cwd: root })
      : await run(process.execPath, [script, ...args], { cwd: root });
  // npm has printed one, a list, and lately an object by name.
  const report = JSON.parse(stdout) as Packed | Packed[] | Record<string, Packed>;
  return "files" in report ? (report as Packed) : (Object.values(report)[0] as Packed);
}

describe("the package", () => {
  let folder: string;
  let packed: Packed;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "package-"));
    packed = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
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

  test("publishes what is compiled from each source, the command, its schema, the docs, and nothing else", async () => {
    const sources = (await readdir(path.join(root, "provider"), { recursive: true }))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => file.split(path.sep).join("/").replace(/\.ts$/, ""));
    // npm leaves the ignore files of folders out.
    const examples = (await tracked("examples")).filter((file) => !file.endsWith("/.gitignore"));
    // By force, npm does not ask the registry whether this version is there already.
    const { files } = await npm(["publish", "--dry-run", "--force", "--json", "--ignore-scripts"]);
    assert.deepEqual(
      files.map((file) => file.path).sort(),
      [
        ...sources.flatMap((source) => [`dist/${source}.d.ts`, `dist/${source}.js`]),
        ...examples,
        ...(await tracked("provider/docs/*.md")),
        ...(await tracked(".github/*.md", ":!.github/pull_request_template.md")),
        "LICENSE",
        "README.md",
        "package.json",
        "CHANGELOG.md",
        "provider/cli/bin.js",
        "provider/cli/accepted.schema.json",
        "provider/cli/report/reviewPage.html",
        "provider/cli/drift-report.schema.json",
        "provider/cli/drift-report.v1.schema.json",
        "provider/cli/doctor-report.schema.json",
        "provider/cli/preview-report.schema.json",
      ].sort(),
    );
  });

  test("publishes no credentials of a stack that somebody has made in an example", async () => {
    const stack = path.join(root, "examples/tour/Pulumi.package-test.yaml");
    await writeFile(stack, "config: {}\n");
    try {
      const { files } = await npm(["pack", "--dry-run", "--json", "--ignore-scripts"]);
      assert.deepEqual(
        files.map((file) => file.path).filter((file) => /Pulumi\..+\.yaml$/.test(file)),
        [],
      );
    } finally {
      await rm(stack);
    }
  });

  test("brings along what its pages link to, but for the tests that prove them", async () => {
    const files = packed.files.map((file) => file.path);
    const pages = files.filter((file) => file.endsWith(".md"));
    const dead = pages.flatMap((page) =>
      [...readFileSync(path.join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, link = ""]) => path.posix.join(path.posix.dirname(page), link))
        .filter((target) => !files.some((file) => file === target || file.startsWith(`${target}/`)))
        .filter((target) => !target.startsWith("test/"))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(dead, []);
    assert.ok(pages.length > 10);
  });

  test("runs no script where it is installed, from a registry, a tarball or a folder", () => {
    const { scripts } = require("../package.json") as { scripts: Record<string, string> };
    const atInstall = [
      "preinstall",
      "install",
      "postinstall",
      "prepublish",
      "preprepare",
      "prepare",
      "postprepare",
    ];
    assert.deepEqual(
      Object.keys(scripts).filter((name) => atInstall.includes(name)),
      [],
    );
    // Here, `npm ci` compiles by the first, and `npm pack` and an installation from git by either.
    assert.deepEqual([scripts["dependencies"], scripts["prepack"]], ["npm run build", "npm run build"]);
  });

  test("has the version that the changelog and the gitops example have", () => {
    const { version } = require("../package.json") as { version: string };
    const changelog = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
    assert.equal(/^## (\S+) \(\d{4}-\d\d-\d\d\)$/m.exec(changelog)?.[1], version);
    const { dependencies } = require("../examples/gitops/package.json") as {
      dependencies: Record<string, string>;
    };
    assert.equal(dependencies["mongodbatlas-dynamic"], `^${version}`);
    const guide = readFileSync(path.join(root, "examples/gitops/README.md"), "utf8");
    assert.ok(guide.includes(`npm install ./mongodbatlas-dynamic-${version}.tgz`));
  });

  test("has these ways in, and no other", () => {
    const { exports, bin, engines, peerDependencies } = require("../package.json") as Record<string, object>;
    assert.deepEqual(
      { exports: Object.keys(exports ?? {}), bin, engines, peerDependencies },
      {
        exports: [
          ".",
          "./handlers",
          "./package.json",
          "./accepted.schema.json",
          "./drift-report.schema.json",
          "./drift-report.v1.schema.json",
          "./doctor-report.schema.json",
          "./preview-report.schema.json",
        ],
        bin: { "mongodbatlas-dynamic": "provider/cli/bin.js" },
        engines: { node: ">=22.12" },
        peerDependencies: { "@pulumi/pulumi": "^3.145.0" },
      },
    );
  });

  test("exports exactly the public types", () => {
    const file = path.join(root, "provider/index.ts");
    const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, noLib: true, types: [] });
    const source = program.getSourceFile(file);
    const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
    const names = symbol
      ? program
          .getTypeChecker()
          .getExportsOfModule(symbol)
          .map(({ name }) => name)
      : [];
    const functions = ["LiveMigration", "OrganizationInvitations", "PipelineSchedules", "ProjectUsers"];
    assert.deepEqual(
      names.sort(),
      [
        "AtlasError",
        ...Object.keys(golden).flatMap((name) => [name, `${name}Args`]),
        ...functions.flatMap((name) => [
          `get${name}`,
          `get${name}Output`,
          ...["Args", "OutputArgs", "Result"].map((part) => `Get${name}${part}`),
        ]),
        "OrganizationInvitation",
        "PipelineSchedule",
        "ProjectMember",
        "Provider",
        "ProviderArgs",
        "ProviderEnvironmentVariables",
      ].sort(),
    );
  });

  test("exports exactly the public names", async () => {
    const names = [
      "AtlasError",
      ...[...Object.keys(golden), "Provider"].sort(),
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

  for (const { name, handlerName, updates } of resources) {
    test(`is found by the line that stands in the state of a stack, for ${name}`, async () => {
      const line = `exports.handler = () => require("mongodbatlas-dynamic/handlers").${handlerName};`;
      assert.equal(providerReference(name), line, "this line must never change");
      const operations = await evaluate(
        `(() => { ${line} return Object.keys(exports.handler()).sort(); })()`,
      );
      const all = ["check", "configure", "create", "delete", "diff", "read", "update"];
      assert.deepEqual(operations, updates ? all : all.filter((operation) => operation !== "update"));
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

  test("has the resources that are pinned, and no other", async () => {
    const names = Object.keys(golden);
    assert.deepEqual(resources.map(({ name }) => name).sort(), [...names].sort());
    assert.deepEqual(
      await evaluate(`Object.keys(require("mongodbatlas-dynamic/handlers")).sort()`),
      resources.map(({ handlerName }) => handlerName).sort(),
    );
  });

  test("registers the type tokens and the outputs that stand in the state of stacks", async () => {
    const registered: [type: string, provider: unknown][] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        registered.push([type, inputs.__provider]);
        return { id: name, state: inputs };
      },
      call: () => ({}),
    });
    for (const { name, handlerName, Resource, example, outputs } of resources) {
      const resource = new Resource(name, example);
      await new Promise((resolve) => resource.id.apply(resolve));
      assert.deepEqual(registered.pop(), [
        `pulumi-nodejs:dynamic/mongodbatlas:${name}`,
        `exports.handler = () => require("mongodbatlas-dynamic/handlers").${handlerName};`,
      ]);
      const properties = Object.keys(resource).filter((key) => !/^(__|id$|urn$)/.test(key));
      assert.deepEqual(properties.sort(), [...outputs].sort(), name);
    }
  });

  for (const { name, handlerName, arguments: all, example, id } of resources) {
    test(`takes the arguments of ${name} that stand in programs, and reads its id back`, async () => {
      const handlers = require("../provider/handlers") as Record<string, pulumi.dynamic.ResourceProvider>;
      const { check, diff } = handlers[handlerName] ?? {};
      const accepted = await check?.({}, example);
      assert.deepEqual(accepted, { inputs: example, failures: [] });
      assert.deepEqual((await diff?.(id, {}, example))?.replaces?.includes(all[0] ?? ""), false);
      assert.deepEqual((await check?.({}, { ...example, other: 1 }))?.failures, [
        { property: "other", reason: `must be left out: the arguments are ${all.join(", ")}` },
      ]);
    });
  }
});
