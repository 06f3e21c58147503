import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { runProcess } from "../process";
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

  test("says in a sentence that its output cannot be written", {
    skip: !existsSync("/dev/full"),
  }, async () => {
    const command = path.join(__dirname, "../../provider/cli/bin.js");
    const script = '"$0" "$1" --help > /dev/full';
    const result = await runProcess("sh", ["-c", script, process.execPath, command], {
      cwd: process.cwd(),
      env: process.env,
    });
    assert.deepEqual(result, {
      code: 1,
      stdout: "",
      stderr: "The output cannot be written: no space is left on the disk (ENOSPC).\n",
    });
  });

  const hint = "See `npx --no -- mongodbatlas-dynamic --help`.";
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
      "the older name of an option",
      ["drift", "--strangers"],
      "The option --strangers is called --unmanaged now: give that instead.",
    ],
    [
      "a version that the report does not have",
      ["drift", "--json", "--report-version", "3"],
      "--report-version must be 1 or 2, but got '3'.",
    ],
    [
      "a version of what is not the JSON report",
      ["drift", "--report-version", "1"],
      "--report-version is for the JSON report: add --json, or leave it out.",
    ],
    [
      "a level that there is not",
      ["drift", "--fail-on", "severe"],
      "--fail-on must be critical, high, medium or low, but got 'severe'.",
    ],
    [
      "a file without a name",
      ["drift", "--accepted="],
      "--accepted must be the name of a file, but got nothing.",
    ],
    [
      "all stacks and some",
      ["drift", "--all", "--stack", "x"],
      "--all and --stack exclude each other: give one of them.",
    ],
    [
      "one stack twice",
      ["drift", "--stack", "x", "--stack", "x"],
      "--stack names a stack twice: give each of them once.",
    ],
    [
      "one file for several stacks",
      ["drift", "--stack", "x", "--stack", "y", "--take-over", "access.yaml"],
      "--take-over is for one stack, whose file it is: name one by --stack.",
    ],
    [
      "the first version for several stacks",
      ["drift", "--all", "--json", "--report-version", "1"],
      "--report-version 1 is about one stack: name one by --stack, or take version 2.",
    ],
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
