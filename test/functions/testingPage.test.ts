import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as api from "../../provider/index";
import { runProcess } from "../process";

const root = path.join(__dirname, "../..");

describe("the page about unit tests", () => {
  let page: string;
  let folder: string;

  before(async () => {
    page = await readFile(path.join(root, "provider/docs/testing.md"), "utf8");
    folder = await mkdtemp(path.join(tmpdir(), "testing-"));
    await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
    const [program, test] = [...page.matchAll(/^```typescript.*?\n(.*?)^```$/gms)].map(
      ([, code = ""]) => code,
    );
    await writeFile(path.join(folder, "access.ts"), program ?? "");
    await writeFile(path.join(folder, "access.test.ts"), test ?? "");
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test("has a test that passes as it stands", async () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = [
      "--import",
      require.resolve("../tsx.mjs"),
      "--test",
      "--test-reporter=tap",
      "access.test.ts",
    ];
    const { code, stdout } = await runProcess(process.execPath, args, { cwd: folder, env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^# pass 2$/m);
  });

  test("has a test that compiles", async () => {
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "node"];
    const { code, stdout } = await runProcess(
      process.execPath,
      [path.join(root, "node_modules/typescript/bin/tsc"), ...options, "--ignoreConfig", "access.test.ts"],
      { cwd: folder, env: process.env },
    );
    assert.equal(code, 0, stdout);
  });

  test("names what the mocks are asked by, for every resource and function", () => {
    const names = Object.keys(api).filter((name) => !/Error$|Output$|^default$/.test(name));
    for (const name of names) {
      const token =
        name === "Provider" ? "pulumi:providers:pulumi-nodejs" : `pulumi-nodejs:dynamic/mongodbatlas:${name}`;
      assert.ok(page.includes(`\`${token}\``), name);
    }
    assert.ok(names.length >= 9);
  });
});
