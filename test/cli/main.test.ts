import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { harmless } from "../../provider/cli/output";
import { progressOn } from "../../provider/cli/progress";
import { markdownTable } from "../../provider/cli/tables";
import { inWords, visible } from "../../provider/cli/values";
import { runCommand } from "./command";

const call = (...args: string[]) => runCommand({ workDir: process.cwd(), env: process.env }, args);

describe("the command line", () => {
  test("shows how to use it on request", async () => {
    const { code, stdout, stderr } = await call("--help");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(await call("drift", "--help"), { code, stdout, stderr });
    for (const command of ["drift", "preview", "adopt"]) {
      assert.match(stdout, new RegExp(`^  ${command} --`, "m"));
    }
  });

  for (const [what, args, first] of [
    ["no command", [], "No command is given."],
    ["an unknown command", ["deploy"], "There is no command 'deploy'."],
    ["an unknown option", ["drift", "--yaml"], "Unknown option '--yaml'."],
    ["an option without its value", ["drift", "--stack"], "Option '--stack <value>' argument missing."],
    [
      "no stack",
      ["drift"],
      "--stack is missing: name the stack, as in `npx mongodbatlas-dynamic drift --stack production`.",
    ],
    [
      "two formats",
      ["drift", "--stack", "x", "--json", "--markdown"],
      "--json and --markdown exclude each other: give one of them.",
    ],
  ] as const) {
    test(`refuses ${what}, with an exit code that is neither 0 nor 7`, async () => {
      const { code, stdout, stderr } = await call(...args);
      assert.deepEqual([code, stdout, stderr.split("\n")[0]], [1, "", first]);
    });
  }
});

test("an engine that is too old is a sentence", async () => {
  const bin = await mkdtemp(path.join(tmpdir(), "old-engine-"));
  try {
    await writeFile(path.join(bin, "pulumi"), "#!/bin/sh\necho v2.0.0\n", { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}${path.delimiter}${path.dirname(process.execPath)}` };
    const result = await runCommand({ workDir: bin, env }, ["drift", "--stack", "test"]);
    assert.deepEqual([result.code, result.stdout], [1, ""]);
    assert.match(result.stderr, /^The Pulumi CLI on the PATH cannot be used: [^\n]*\n$/);
  } finally {
    await rm(bin, { recursive: true });
  }
});

test("progress is a line that is written over on a terminal, and nothing elsewhere", () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) =>
    ({ isTTY, columns: 10, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
  const silent = progressOn(stream(false));
  silent.show("Starting");
  silent.end();
  assert.deepEqual(written, []);
  const shown = progressOn(stream(true));
  shown.show("Resources compared: 12");
  shown.end();
  assert.deepEqual(written, ["\r\x1b[KResources", "\r\x1b[K"]);
});

test("a table keeps text from being a column, a link or a mention", () => {
  assert.equal(
    markdownTable(
      ["a"],
      [
        ["x | y"],
        ["[z](https://example.com)"],
        ["(@team\r\nof <b>, ada@example.com"],
        ["&#64;x\u2028/close"],
      ],
    ),
    "| a |\n| --- |\n| x \\| y |\n| \\[z\\](https://example.com) |\n| (@<!-- -->team of \\<b\\>, ada@example.com |\n" +
      "| &amp;\\#64;x /close |",
  );
});

test("control characters are shown, and do nothing to a terminal", () => {
  assert.equal(
    harmless("a\u001b]0;title\u0007\u009b2J\r\n\tb"),
    "a\\u001b]0;title\\u0007\\u009b2J\\u000d\n\tb",
  );
});

test("values show no secret, and say what is not known yet", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
  assert.deepEqual(visible({ token: secret, list: [secret] }), { token: "[secret]", list: ["[secret]"] });
  assert.equal(inWords("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), "(known after the update)");
  assert.deepEqual([undefined, [], ["a", "b"], 1, { a: 1 }].map(inWords), [
    "nothing",
    "nothing",
    "a, b",
    "1",
    '{"a":1}',
  ]);
});
