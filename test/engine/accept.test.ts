import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import { Ajv } from "ajv";
import { ProjectUser } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";
import { vault } from "./vault";

describe("the drift report of what counts", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let projectId: string;

  const drift = (...args: string[]) => runCommand(stack, ["drift", ...args]);
  const stackTest = ["--stack", "test"];
  const inFolder = (file: string): string => path.join(stack.workDir, file);

  before(async () => {
    simulator = await startSimulator();
    const organization = simulator.world.createOrganization();
    projectId = simulator.world.createProject(organization, { owner: "olivia@example.com" });
    stack = await atlasStack(simulator, {
      program: async () => {
        for (const name of ["ada", "bob"]) {
          new ProjectUser(name, { projectId, username: `${name}@example.com`, roles: ["GROUP_READ_ONLY"] });
        }
      },
    });
    await stack.up({ mustSucceed: true });
    // The owner that the project begins with would be among the unmanaged members each time.
    await writeFile(
      inFolder("accepted.yaml"),
      `accepted:
  - subject: ${projectId}/olivia@example.com
    actual: [GROUP_OWNER]
    reason: She owns the organization.
    acceptedBy: olivia@example.com
    until: 2999-12-31
`,
    );
  });

  test("leaves out of the exit code what is accepted, and is empty then", async () => {
    assert.equal((await drift(...stackTest, "--unmanaged")).code, 7);
    const { code, stdout, stderr } = await drift(...stackTest, "--unmanaged", "--accepted", "accepted.yaml");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /^Stack test is as declared, but for what is accepted\.\n\n1 difference is accepted:\n/,
    );
    assert.match(
      stdout,
      /\n {2}accepted: by olivia@example\.com until 2999-12-31: She owns the organization\.\n$/,
    );
  });

  test("names an entry that fits nothing, and all mistakes of the file, and is given all the same", async () => {
    const [unused, wrong] = [inFolder("unused.yaml"), inFolder("wrong.yaml")];
    const good = await readFile(inFolder("accepted.yaml"), "utf8");
    await writeFile(unused, good.replace("olivia@example.com\n", "nobody@example.com\n"));
    const first = await drift(...stackTest, "--unmanaged", "--accepted", "unused.yaml");
    assert.equal(first.code, 7);
    assert.match(
      first.stdout,
      /\n\nunused\.yaml:2: no difference is about [0-9a-f]{24}\/nobody@example\.com\. .*\n$/,
    );
    await writeFile(wrong, good.replace("reason:", "because:").replace("2999-12-31", "soon"));
    for (const [options, code] of [
      [["--unmanaged"], 7],
      [[], 0],
    ] as const) {
      const second = await drift(...stackTest, ...options, "--accepted", "wrong.yaml");
      assert.equal(second.code, code, "the exit code is that of a check without the file");
      assert.deepEqual(
        second.stdout
          .split("\n")
          .filter((line) => line.startsWith("wrong.yaml:"))
          .map((line) => line.split(": ")[0]),
        ["wrong.yaml:2", "wrong.yaml:4", "wrong.yaml:6"],
      );
    }
  });

  test("counts what is as severe as asked for, and says that the rest does not count", async () => {
    simulator.world.removeFromProject(projectId, "bob@example.com");
    for (const [level, code] of [
      ["high", 0],
      ["medium", 7],
    ] as const) {
      const result = await drift(...stackTest, "--fail-on", level);
      assert.equal(result.code, code);
      assert.match(result.stdout, /^Stack test has drifted: 1 difference, which is medium\.\n/);
      assert.equal(/None of these counts as drift/.test(result.stdout), code === 0);
    }
  });

  test("goes into a JUnit file, and with --markdown onto the page of the run", async () => {
    const [junit, summary] = [inFolder("drift.xml"), inFolder("summary.md")];
    await appendFile(summary, "Before.\n");
    const env = { ...stack.env, GITHUB_STEP_SUMMARY: summary };
    const where = { workDir: stack.workDir, env };
    const plain = await runCommand(where, ["drift", ...stackTest, "--junit", "drift.xml"]);
    assert.equal(plain.code, 7);
    assert.equal(await readFile(summary, "utf8"), "Before.\n");
    const xml = await readFile(junit, "utf8");
    assert.match(xml, /<testsuite name="test" tests="2" failures="1" errors="0" skipped="0">/);
    assert.match(xml, /<testcase classname="test" name="ProjectUser bob">\n {6}<failure /);
    assert.match(xml, /<testcase classname="test" name="ProjectUser ada"\/>/);
    const { stdout, code } = await runCommand(where, ["drift", ...stackTest, "--markdown"]);
    assert.equal(code, 7);
    assert.equal(await readFile(summary, "utf8"), `Before.\n${stdout}`);
    const nowhere = { workDir: stack.workDir, env: { ...env, GITHUB_STEP_SUMMARY: stack.workDir } };
    const other = await runCommand(nowhere, ["drift", ...stackTest, "--markdown"]);
    assert.deepEqual(
      [other.code, other.stdout, other.stderr],
      [7, stdout, "The summary of the step cannot be written: it is a folder (EISDIR).\n"],
    );
  });

  test("has no exit code of its own for what is left after the accepted, where the state is in doubt", async () => {
    await stack.up({ refresh: true, mustSucceed: true });
    simulator.world.removeFromProject(projectId, "bob@example.com");
    await stack.refresh({ mustSucceed: true });
    const { code, stdout, stderr } = await drift(...stackTest, "--unmanaged", "--accepted", "accepted.yaml");
    assert.equal(code, 1);
    assert.match(stdout, /^Stack test may not be as declared\.\n/);
    assert.match(
      stderr,
      /^Atlas is as the state of stack test says, but the state may not be as declared: .*\n$/,
    );
    await stack.up({ mustSucceed: true });
  });

  test("is about several stacks, and a failure wins over drift", async () => {
    const init = await stack.cli(["stack", "init", "empty", "--secrets-provider", vault]);
    assert.equal(init.code, 0, init.stderr);
    await writeFile(inFolder("one.xml"), "a report of yesterday, when all was well");
    assert.equal((await drift("--stack", "empty", "--junit", "one.xml")).code, 1);
    assert.match(await readFile(inFolder("one.xml"), "utf8"), /<error [^>]*nothing has been deployed yet/);
    simulator.world.setRoles(projectId, "ada@example.com", ["GROUP_OWNER"]);
    const { code, stdout, stderr } = await drift("--all", "--json", "--junit", "all.xml");
    assert.equal(code, 1);
    const failure = /^Stack empty has nothing to compare with Atlas: nothing has been deployed yet\./;
    assert.match(stderr, new RegExp(`^Stack empty: ${failure.source.slice(1)}`));
    const report = JSON.parse(stdout);
    const validate = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true }).compile(
      require("mongodbatlas-dynamic/drift-report.schema.json"),
    );
    validate(report);
    assert.deepEqual(validate.errors, null);
    const [empty, drifted] = report.stacks;
    assert.match(empty.failure, failure);
    assert.deepEqual(
      [drifted.stack, drifted.rows.map(({ severity }: { severity: string }) => severity)],
      ["test", ["critical"]],
    );
    const xml = await readFile(inFolder("all.xml"), "utf8");
    assert.match(xml, /<testsuites name="drift" tests="3" failures="1" errors="1" skipped="0">/);
    const text = await drift("--stack", "test", "--stack", "empty");
    assert.equal(text.code, 1);
    assert.match(text.stdout, /^Stack test has drifted: 1 difference, which is critical\.\n/);
    assert.match(text.stdout, /\n\nStack empty could not be compared\.\n {2}Stack empty has nothing/);
  });

  test("of several stacks has one exit code, and each entry of the accepted fits one of them", async () => {
    const other = await atlasStack(simulator, {
      name: "other",
      workDir: stack.workDir,
      env: { PULUMI_BACKEND_URL: stack.env["PULUMI_BACKEND_URL"] },
      program: async () => {
        new ProjectUser("cleo", { projectId, username: "cleo@example.com", roles: ["GROUP_READ_ONLY"] });
      },
    });
    await other.up({ mustSucceed: true });
    assert.equal((await stack.cli(["stack", "rm", "empty", "--yes"])).code, 0);
    await stack.up({ refresh: true, mustSucceed: true });
    assert.deepEqual(await drift("--all"), {
      code: 0,
      stdout: "Stack other is as declared.\n\nStack test is as declared.\n",
      stderr: "",
    });
    simulator.world.setRoles(projectId, "cleo@example.com", ["GROUP_OWNER"]);
    await writeFile(
      inFolder("accepted.yaml"),
      `accepted:
  - subject: cleo@example.com in project ${projectId}
    actual: [GROUP_OWNER]
    reason: She is on call.
    acceptedBy: olivia@example.com
    until: 2999-12-31
`,
    );
    const markdown = await drift("--all", "--markdown");
    assert.equal(markdown.code, 7);
    assert.deepEqual(
      markdown.stdout.split("\n").filter((line) => line.startsWith("#")),
      ["### Stack other has drifted: 1 difference, which is critical", "### Stack test is as declared"],
    );
    const accepted = await drift("--all", "--accepted", "accepted.yaml");
    assert.equal(accepted.code, 0);
    assert.doesNotMatch(accepted.stdout, /no difference is about/);
    // A list of one has the form of a list.
    assert.equal((await stack.cli(["stack", "rm", "other", "--yes", "--force"])).code, 0);
    const { stacks } = JSON.parse((await drift("--all", "--json")).stdout);
    assert.deepEqual(
      stacks.map((each: { stack: string }) => each.stack),
      ["test"],
    );
  });
});
