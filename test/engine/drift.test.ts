import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { Ajv } from "ajv";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  TeamUser,
} from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import { named } from "../resources/harness";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import { contentsOf } from "./contents";
import type { EngineStack } from "./stack";

describe("the drift report", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let ids: Record<string, string>;

  const drift = async (...options: string[]) => {
    const result = await runCommand(stack, ["drift", "--stack", stack.name, ...options]);
    const { privateKey } = simulator.keys;
    const { linkToken } = simulator.world.link(ids["organization"] ?? "").current ?? {};
    for (const secret of [privateKey, linkToken, stack.env["PULUMI_CONFIG_PASSPHRASE"]]) {
      assert.ok(secret !== undefined && !(result.stdout + result.stderr).includes(secret));
    }
    return result;
  };
  /** Ids as words. */
  const readable = (text: string): string => named([text], ids).join();

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    const orgId = world.createOrganization();
    const projectId = world.createProject(orgId, { owner: "olivia@example.com" });
    const teamId = world.createTeam(orgId);
    world.addActiveUser(orgId, "grace@example.com");
    world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
    const liveMigrationId = world.addMigration(projectId).id;
    ids = { organization: orgId, project: projectId, team: teamId, migration: liveMigrationId };
    stack = await atlasStack(simulator, {
      secrets: "passphrase",
      program: async () => {
        const member = (name: string, role: string) =>
          new ProjectUser(name, { projectId, username: `${name}@example.com`, roles: [role] });
        member("ada", "GROUP_READ_ONLY");
        member("eve", "GROUP_READ_ONLY");
        const grace = member("grace", "GROUP_OWNER");
        new TeamUser("grace", { orgId, teamId, username: "grace@example.com" }, { dependsOn: grace });
        ProjectUser.get("olivia", `${projectId}/olivia@example.com`);
        new MaintenanceDeferral("freeze", { projectId });
        new LinkToken("link", { orgId });
        new MigrationCutover("cutover", { projectId, liveMigrationId });
      },
    });
    await stack.up({ mustSucceed: true });
    world.invite(projectId, "mallory@example.com", ["GROUP_OWNER"]);
  });

  test("says that all is as declared, with exit code 0 and nothing else", async () => {
    assert.deepEqual(await drift(), { code: 0, stdout: "Stack test is as declared.\n", stderr: "" });
    assert.deepEqual(await drift("--markdown"), {
      code: 0,
      stdout: "### Stack test is as declared\n",
      stderr: "",
    });
  });

  test("has a row for each property that has moved, for who is deleted, and for unmanaged members, and writes nothing", async () => {
    const { world } = simulator;
    const { project, team } = ids as { project: string; team: string };
    world.setRoles(project, "ada@example.com", ["GROUP_OWNER"]);
    world.setRoles(project, "olivia@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
    world.expireInvitation("eve@example.com");
    world.removeFromTeam(team, "grace@example.com");
    world.removeFromProject(project, "grace@example.com");
    world.editWindow(project, { hourOfDay: 4 });
    const backend = fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? "");
    const before = await contentsOf(backend, stack.workDir);
    simulator.log.clear();

    const { code, stdout, stderr } = await drift("--json", "--unmanaged", "--no-attribution");

    assert.deepEqual([code, stderr], [7, ""]);
    assert.deepEqual(await contentsOf(backend, stack.workDir), before);
    assert.deepEqual(simulator.log.effects(), []);
    const reads = simulator.log.entries.filter(
      ({ operationId, authenticated }) => operationId === "listGroupUsers" && authenticated,
    );
    assert.equal(reads.length, 3, "one user, all that are declared, and all that are there");
    const report = JSON.parse(stdout) as Record<"version" | "stack" | "rows", unknown>;
    const validate = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true }).compile(
      require("mongodbatlas-dynamic/drift-report.schema.json"),
    );
    validate(report);
    assert.deepEqual(validate.errors, null);
    const { version, stack: name, rows } = report;
    assert.deepEqual([version, name], [2, "test"]);
    const type = (of: string) => `pulumi-nodejs:dynamic/mongodbatlas:${of}`;
    const urn = (of: string, resource: string) => `urn:pulumi:test::atlas-access::${type(of)}::${resource}`;
    assert.deepEqual(JSON.parse(readable(JSON.stringify(rows))), [
      {
        kind: "changed",
        subject: "ada@example.com in project <project>",
        urn: urn("ProjectUser", "ada"),
        type: type("ProjectUser"),
        id: "<project>/ada@example.com",
        external: false,
        provider: null,
        severity: "critical",
        property: "roles",
        declared: ["GROUP_READ_ONLY"],
        actual: ["GROUP_OWNER"],
        message: "ada@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY outside the stack.",
      },
      {
        kind: "unmanaged",
        subject: "mallory@example.com in project <project>",
        urn: null,
        type: null,
        id: "<project>/mallory@example.com",
        external: false,
        provider: null,
        severity: "critical",
        property: "roles",
        declared: null,
        actual: ["GROUP_OWNER"],
        message:
          "mallory@example.com is invited with GROUP_OWNER in project <project>, and no resource of the stack declares it.",
      },
      {
        kind: "unmanaged",
        subject: "olivia@example.com in project <project>",
        urn: null,
        type: null,
        id: "<project>/olivia@example.com",
        external: false,
        provider: null,
        severity: "critical",
        property: "roles",
        declared: null,
        actual: ["GROUP_OWNER", "GROUP_READ_ONLY"],
        message:
          "olivia@example.com has GROUP_OWNER, GROUP_READ_ONLY in project <project>, and no resource of the stack declares it.",
      },
      {
        kind: "deleted",
        subject: "eve@example.com in project <project>",
        urn: urn("ProjectUser", "eve"),
        type: type("ProjectUser"),
        id: "<project>/eve@example.com",
        external: false,
        provider: null,
        severity: "medium",
        property: null,
        declared: { projectId: "<project>", roles: ["GROUP_READ_ONLY"], username: "eve@example.com" },
        actual: null,
        message:
          "eve@example.com is not in project <project> any more: the invitation has expired, or was withdrawn or rejected, " +
          "or was accepted and the user has been removed since.",
      },
      {
        kind: "deleted",
        subject: "grace@example.com in project <project>",
        urn: urn("ProjectUser", "grace"),
        type: type("ProjectUser"),
        id: "<project>/grace@example.com",
        external: false,
        provider: null,
        severity: "medium",
        property: null,
        declared: { projectId: "<project>", roles: ["GROUP_OWNER"], username: "grace@example.com" },
        actual: null,
        message: "grace@example.com was removed from project <project> outside the stack.",
      },
      {
        kind: "deleted",
        subject: "grace@example.com in team <team>",
        urn: urn("TeamUser", "grace"),
        type: type("TeamUser"),
        id: "<organization>/<team>/grace@example.com",
        external: false,
        provider: null,
        severity: "medium",
        property: null,
        declared: { orgId: "<organization>", teamId: "<team>", username: "grace@example.com" },
        actual: null,
        message:
          "grace@example.com left team <team> outside the stack: removed from the team, or from the organization.",
      },
      {
        kind: "changed",
        subject: "the maintenance of project <project>",
        urn: urn("MaintenanceDeferral", "freeze"),
        type: type("MaintenanceDeferral"),
        id: "<project>",
        external: false,
        provider: null,
        severity: "medium",
        property: "deferrals",
        declared: 1,
        actual: 0,
        message:
          "The maintenance of project <project> is deferred 0 times, and not once: its window was edited, or the maintenance has taken place.",
      },
    ]);
  });

  test("reads well at a terminal", async () => {
    const { code, stdout } = await drift("--no-attribution");
    assert.equal(code, 7);
    assert.deepEqual(readable(stdout).split("\n").slice(0, 14), [
      "Stack test has drifted: 5 differences, the worst is critical.",
      "",
      "ada@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY outside the stack.",
      "  ada@example.com in project <project>, roles",
      "  declared: GROUP_READ_ONLY",
      "  actual:   GROUP_OWNER",
      "  severity: critical",
      "",
      "eve@example.com is not in project <project> any more: the invitation has expired, or was withdrawn or rejected, or was accepted and the user has been removed since.",
      "  eve@example.com in project <project>",
      "  declared: GROUP_READ_ONLY",
      "  actual:   deleted",
      "  severity: medium",
      "",
    ]);
    assert.match(
      stdout,
      /\n\nTo bring back what is declared, run `pulumi up --refresh --stack test`\. To keep what Atlas has now, declare it\.\n$/,
    );
  });

  test("is a table in Markdown", async () => {
    const { code, stdout } = await drift("--markdown", "--no-attribution");
    assert.equal(code, 7);
    assert.deepEqual(readable(stdout).split("\n").slice(0, 5), [
      "### Stack test has drifted: 5 differences, the worst is critical",
      "",
      "| Severity | What happened | Who or what | Property | Declared | Actual |",
      "| --- | --- | --- | --- | --- | --- |",
      "| critical | ada@example.com was given GROUP\\_OWNER and lost GROUP\\_READ\\_ONLY outside the stack. | ada@example.com in project <project> | roles | GROUP\\_READ\\_ONLY | GROUP\\_OWNER |",
    ]);
  });

  for (const [what, change, sentence] of [
    [
      "a stack that does not exist",
      { args: ["--stack", "nowhere"] },
      "There is no stack 'nowhere' here: `pulumi stack ls` lists those of this project in the backend that you are logged in to.",
    ],
    [
      "a wrong passphrase",
      { env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } },
      "The passphrase is not that of stack 'test': check PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
    ],
    [
      "no passphrase",
      { env: { PULUMI_CONFIG_PASSPHRASE: undefined } },
      "The secrets of stack 'test' need its passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
    ],
    [
      "no backend",
      { env: { PULUMI_BACKEND_URL: undefined } },
      "You are not logged in to a backend: set PULUMI_BACKEND_URL, or PULUMI_ACCESS_TOKEN for Pulumi Cloud, or run `pulumi login`.",
    ],
    [
      "a backend that is not there",
      { env: { PULUMI_BACKEND_URL: "file:///nowhere" } },
      "The backend that holds the state of stack 'test' cannot be reached: unable to open state directory " +
        '"file:///nowhere": stat /nowhere: no such file or directory. Check the network and PULUMI_BACKEND_URL.',
    ],
    [
      "no engine",
      { env: { PATH: path.dirname(process.execPath) } },
      "There is no `pulumi` on the PATH. Install the Pulumi CLI, then run this again.",
    ],
  ] as const) {
    test(`fails with one sentence, and neither with 0 nor with 7, for ${what}`, async () => {
      const { args = ["--stack", stack.name], env = {} } = change as {
        args?: string[];
        env?: NodeJS.ProcessEnv;
      };
      const where = { workDir: stack.workDir, env: { ...stack.env, ...env } };
      assert.deepEqual(await runCommand(where, ["drift", ...args]), {
        code: 1,
        stdout: "",
        stderr: `${sentence}\n`,
      });
    });
  }

  test("fails with one sentence in a folder that is no project", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "no-project-"));
    try {
      assert.deepEqual(await runCommand({ workDir: folder, env: stack.env }, ["drift", "--stack", "test"]), {
        code: 1,
        stdout: "",
        stderr:
          "There is no Pulumi.yaml in this folder or above it: run this in the folder of the stack's project.\n",
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("does not call a state as declared that a refresh has brought to what Atlas has", async () => {
    await stack.refresh({ mustSucceed: true });
    assert.deepEqual(await drift(), {
      code: 1,
      stdout: "",
      stderr:
        "Atlas is as the state of stack test says, but the state may not be as declared: the last refresh took over what " +
        "Atlas has. Run `pulumi up`, then look for drift again.\n",
    });
    // It still tells of what has moved since.
    assert.equal((await drift("--unmanaged")).code, 7);
  });

  test("does not call a state as declared that a failed update has left", async () => {
    simulator.fail({
      operationId: "addGroupUsers",
      when: "before",
      status: 400,
      errorCode: "INVALID_ROLE_FOR_GROUP",
    });
    assert.equal((await stack.up()).ok, false);
    const { code, stdout, stderr } = await drift();
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /the last update has failed\. Run `pulumi up`, then look for drift again\.\n$/);
    await stack.up({ mustSucceed: true });
    await stack.refresh({ mustSucceed: true });
    assert.equal((await drift()).code, 0, "a refresh that has found nothing is no reason to doubt");
  });

  test("fails, and shows no drift, when credentials of its own may not see the project", async () => {
    simulator.fail({
      operationId: "listGroupUsers",
      when: "before",
      status: 401,
      errorCode: "USER_UNAUTHORIZED",
    });
    const { code, stdout, stderr } = await drift("--json");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^Could not look up .* USER_UNAUTHORIZED.* Give the credentials the role Project Read Only/m,
    );
  });

  test("fails with one sentence, and shows no drift, without a network", async () => {
    await simulator.stop();
    const { code, stdout, stderr } = await drift("--unmanaged");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^Could not [^\n]* got no answer \(ECONNREFUSED\)\. Nothing accepts connections at 127\.0\.0\.1:\d+: [^\n]*\n$/,
    );
  });
});

/** Whether the state is what was declared is for the drift report to find out, and not for its reader. */
describe("the drift report of a stack", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let projectId: string;
  let people: Record<string, string>;
  /** Resource options by name. */
  let options: Record<string, pulumi.CustomResourceOptions>;

  const drift = (...args: string[]) => runCommand(stack, ["drift", ...args]);
  const urn = (name: string) =>
    `urn:pulumi:test::atlas-access::pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::${name}`;

  before(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization(), {
      owner: "olivia@example.com",
    });
    stack = await atlasStack(simulator, {
      program: async () => {
        for (const [name, role] of Object.entries(people)) {
          const username = options[name]?.additionalSecretOutputs
            ? pulumi.secret(`${name}@example.com`)
            : `${name}@example.com`;
          new ProjectUser(name, { projectId, username, roles: [role] }, options[name] ?? {});
        }
      },
    });
  });

  beforeEach(() => {
    people = { ada: "GROUP_READ_ONLY", bob: "GROUP_READ_ONLY" };
    options = {};
  });

  /** Brings Atlas and the state to what is declared. */
  const settle = () => stack.up({ refresh: true, mustSucceed: true });

  /** Runs an update that gets no answer from Atlas, does something meanwhile, and kills the update. */
  async function upHanging(operationId: string, meanwhile: () => Promise<void>): Promise<void> {
    let release: () => void = () => {};
    const reached = new Promise<void>((reach) => {
      simulator.fail({
        matching: (entry) => {
          const fits = entry.operationId === operationId;
          if (fits) {
            reach();
          }
          return fits;
        },
        when: "after",
        delayUntil: new Promise<void>((resolve) => {
          release = resolve;
        }),
      });
    });
    const update = stack.up();
    await reached;
    await meanwhile();
    stack.kill();
    await stack.killProviders();
    release();
    await update;
  }

  const cannotKnow =
    (reason: RegExp) =>
    async (args: string[] = []) => {
      const { code, stdout, stderr } = await drift(...args);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(
        stderr,
        new RegExp(
          `^Atlas is as the state of stack test says, but the state may not be as declared: ${reason.source}[^\n]*\n$`,
        ),
      );
    };

  test("that nobody has deployed says that there is nothing to compare", async () => {
    const { code, stdout, stderr } = await drift("--stack", "test");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^Stack test has nothing to compare with Atlas: nothing has been deployed yet\. [^\n]*\n$/,
    );
  });

  test("that is not named is about the one that is selected, and says which", async () => {
    await stack.up({ mustSucceed: true });
    const selected = { ...stack.env, PULUMI_STACK: "test" };
    assert.deepEqual(await runCommand({ workDir: stack.workDir, env: selected }, ["drift"]), {
      code: 0,
      stdout: "Stack test is as declared.\n",
      stderr: "",
    });
  });

  test("that is being updated says so, and shows nothing of the update as drift", async () => {
    people = { ...people, ada: "GROUP_OWNER" };
    await upHanging("addGroupUserRole", async () => {
      const { code, stdout, stderr } = await drift("--stack", "test", "--json");
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^Stack test is locked: an update of it is running, or was killed[^\n]*\n$/);
    });
  });

  test("whose update was killed doubts what it finds, until an update has succeeded", async () => {
    await stack.cli(["cancel", "--yes"]);
    const { code, stdout, stderr } = await drift("--stack", "test");
    assert.deepEqual([code, stderr], [7, ""]);
    assert.deepEqual(stdout.split("\n").slice(0, 5), [
      "Stack test may have drifted: 1 difference, which is critical.",
      "",
      "What is called declared here is what the state has, which may not be what was declared: an update was killed, or is running, while updating ada.",
      "",
      "ada@example.com was given GROUP_OWNER outside the stack, or by an update that did not end.",
    ]);
    people = { ...people, ada: "GROUP_OWNER" };
    await stack.up({ mustSucceed: true });
    assert.equal((await drift("--stack", "test")).code, 0);
  });

  test("is not as declared after a creation that was killed; it is when an update has repeated it", async () => {
    await settle();
    people = { ...people, eve: "GROUP_READ_ONLY" };
    await upHanging("addGroupUsers", async () => {});
    await stack.cli(["cancel", "--yes"]);
    await cannotKnow(
      /an update was killed, or is running, while creating eve\. If none is running, run `pulumi up`/,
    )(["--stack", "test"]);
    await stack.up({ mustSucceed: true });
    const { deployment } = await stack.export();
    assert.equal(deployment.pending_operations?.length, 1, "the engine keeps the record");
    assert.equal((await drift("--stack", "test")).code, 0);
    await stack.refresh({ clearPendingCreates: true, mustSucceed: true });
  });

  test("looks past any number of refreshes that have found nothing", async () => {
    await settle();
    await stack.refresh({ mustSucceed: true });
    const history = path.join(
      fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? ""),
      ".pulumi/history/atlas-access/test",
    );
    const newest =
      (await readdir(history))
        .filter((file) => file.endsWith(".history.json"))
        .sort()
        .at(-1) ?? "";
    const time = BigInt(/\d+/.exec(newest)?.[0] ?? "");
    for (let count = 1n; count <= 45n; count += 1n) {
      await writeFile(
        path.join(history, newest.replace(/\d+/, String(time + count))),
        await readFile(path.join(history, newest)),
      );
    }
    assert.equal((await drift("--stack", "test")).code, 0);
    assert.equal((await stack.up({ target: [urn("ada")] })).ok, true);
    await stack.refresh({ mustSucceed: true });
    await cannotKnow(/the last update was for some of its resources only\. Run `pulumi up`/)([
      "--stack",
      "test",
    ]);
  });

  test("does not follow PULUMI_OPTION_TARGET", async () => {
    await settle();
    simulator.world.setRoles(projectId, "bob@example.com", ["GROUP_OWNER"]);
    const env = { ...stack.env, PULUMI_OPTION_TARGET: urn("ada") };
    assert.equal((await runCommand({ workDir: stack.workDir, env }, ["drift", "--stack", "test"])).code, 7);
  });

  test("misses what was taken out of the state by hand", async () => {
    await settle();
    assert.equal((await stack.cli(["state", "delete", "--yes", urn("bob"), "--stack", "test"])).code, 0);
    await cannotKnow(/its state has 2 resources where the last update left 3/)(["--stack", "test"]);
  });

  test("leaves out what a resource ignores", async () => {
    options = { ada: { ignoreChanges: ["roles"] } };
    await settle();
    simulator.world.setRoles(projectId, "ada@example.com", ["GROUP_OWNER"]);
    assert.deepEqual(await drift("--stack", "test"), {
      code: 0,
      stdout: "Stack test is as declared.\n",
      stderr: "",
    });
  });

  test("shows nowhere a username that is secret, though it is in the id and in the name of the resource", async () => {
    people = { ...people, sam: "GROUP_READ_ONLY" };
    options = { sam: { additionalSecretOutputs: ["username"] } };
    await settle();
    for (const change of [
      () => simulator.world.setRoles(projectId, "sam@example.com", ["GROUP_OWNER"]),
      () => simulator.world.removeFromProject(projectId, "sam@example.com"),
    ]) {
      change();
      for (const format of [[], ["--json"], ["--markdown"]]) {
        const { code, stdout } = await drift("--stack", "test", "--unmanaged", ...format);
        assert.equal(code, 7);
        assert.match(stdout, /\[secret/);
        assert.doesNotMatch(stdout, /sam@example\.com/i);
      }
    }
  });

  test("tells once why Atlas refuses, however many users it has", async () => {
    await settle();
    simulator.fail({
      operationId: "listGroupUsers",
      when: "before",
      status: 401,
      errorCode: "USER_UNAUTHORIZED",
      times: 99,
    });
    const { code, stdout, stderr } = await drift("--stack", "test");
    simulator.clearFailures();
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^Could not [^\n]* USER_UNAUTHORIZED[^\n]* failed for the same reason\.\n$/);
  });

  test("that was destroyed, or a part of it, is not as declared", async () => {
    await settle();
    assert.equal((await stack.destroy({ target: [urn("bob")] })).ok, true);
    await cannotKnow(/the last destroy was for some of its resources only\. Run `pulumi up`/)([
      "--stack",
      "test",
    ]);
    assert.equal((await stack.destroy()).ok, true);
    const { code, stdout, stderr } = await drift("--stack", "test");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^Stack test has nothing to compare with Atlas: all of it has been destroyed\. [^\n]*\n$/,
    );
  });
});
