import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runCommand } from "./command";

const call = (...args: string[]) => runCommand({ workDir: process.cwd(), env: process.env }, args);

describe("the command line", () => {
  test("shows how to use it on request", async () => {
    const { code, stdout, stderr } = await call("--help");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(await call("drift", "--help"), { code, stdout, stderr });
    for (const command of ["drift", "preview", "adopt"]) {
      assert.match(stdout, new RegExp(`^  ${command} `, "m"));
    }
  });

  test("tells its version", async () => {
    const { version } = require("../../package.json") as { version: string };
    assert.deepEqual(await call("--version"), { code: 0, stdout: `${version}\n`, stderr: "" });
  });

  const hint = "See `npx --no mongodbatlas-dynamic --help`.";
  for (const [what, args, sentence] of [
    ["no command", [], `No command is given. ${hint}`],
    ["an unknown command", ["deploy"], `There is no command 'deploy'. ${hint}`],
    ["an unknown option", ["drift", "--yaml"], `Unknown option '--yaml'. ${hint}`],
    [
      "an option without its value",
      ["drift", "--stack"],
      `Option '--stack <value>' argument missing. ${hint}`,
    ],
    ["an empty name", ["drift", "--stack="], "--stack must be the name of a stack, but got nothing."],
    [
      "two formats",
      ["drift", "--stack", "x", "--json", "--markdown"],
      "--json and --markdown exclude each other: give one of them.",
    ],
    [
      "two formats of a preview",
      ["preview", "--stack", "x", "--json", "--markdown"],
      "--json and --markdown exclude each other: give one of them.",
    ],
  ] as const) {
    test(`refuses ${what}, with an exit code that is neither 0 nor 7`, async () => {
      assert.deepEqual(await call(...args), { code: 1, stdout: "", stderr: `${sentence}\n` });
    });
  }
});
