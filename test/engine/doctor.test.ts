import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Ajv } from "ajv";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  ProjectUsers,
  TeamUser,
} from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import { named } from "../resources/harness";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import { connectionTo } from "./connection";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

describe("the doctor of a stack", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let folder: string;
  let names: Record<string, string>;

  before(async () => {
    // A limit that opens within seconds would be waited for.
    const rateLimit = { capacity: 1200, refill: 500, everyMs: 3_600_000 };
    simulator = await startSimulator({ rateLimit });
    const { world } = simulator;
    const orgId = world.createOrganization("Example");
    const shop = world.createProject(orgId, { name: "shop", owner: "olivia@example.com" });
    const warehouse = world.createProject(orgId, { name: "warehouse", owner: "olivia@example.com" });
    const teamId = world.createTeam(orgId);
    world.addActiveUser(orgId, "grace@example.com");
    world.setMaintenance(shop, { dayOfWeek: 7, hourOfDay: 4, scheduled: true });
    const { id: liveMigrationId } = world.addMigration(shop, {
      steps: [{ status: "WORKING", readyForCutover: true, lagTimeSeconds: 1 }],
    });
    names = { org: orgId, shop, warehouse, team: teamId, migration: liveMigrationId };
    folder = await programFolder("doctor");
    const roles = ["GROUP_READ_ONLY"];
    stack = await atlasStack(simulator, {
      workDir: folder,
      program: async () => {
        for (const name of ["ada", "bob", "eve", "kim", "zoe"]) {
          new ProjectUser(name, { projectId: shop, username: `${name}@example.com`, roles });
        }
        new ProjectUsers("all", { projectId: warehouse, users: { "olivia@example.com": ["GROUP_OWNER"] } });
        new TeamUser("grace", { orgId, teamId, username: "grace@example.com" });
        new LinkToken("link", { orgId });
        new MaintenanceDeferral("later", { projectId: shop });
        new MigrationCutover("move", { projectId: shop, liveMigrationId });
      },
    });
    await stack.up({ mustSucceed: true });
    simulator.log.clear();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs it in the folder of the stack; `line` names the ids in it by words. */
  const doctor = async (
    args: string[] = ["--stack", stack.name],
    { workDir = folder, env = {} }: { workDir?: string; env?: NodeJS.ProcessEnv } = {},
  ) => {
    const { code, stdout, stderr } = await runCommand({ workDir, env: { ...stack.env, ...env } }, [
      "doctor",
      ...args,
    ]);
    assert.equal(stderr, "");
    for (const keys of [simulator.keys, simulator.readOnlyKeys]) {
      assert.deepEqual(
        Object.values(keys).filter((value) => stdout.includes(value)),
        [],
        "no part of credentials is shown",
      );
    }
    return { code, text: named([stdout], names).join() };
  };

  const toDoOf = async (...args: Parameters<typeof doctor>): Promise<string[]> => {
    const { code, text } = await doctor(...args);
    const lines = text.split("\n").filter((line) => /^\d+\. /.test(line));
    assert.equal(code, lines.length === 0 ? 0 : 1);
    return lines.map((line) => line.replace(/^\d+\. /, ""));
  };

  /** The lines below a heading. */
  const section = (text: string, heading: string): string[] => {
    const [head, ...lines] =
      text
        .split("\n\n")
        .find((part) => part.startsWith(`${heading}\n`))
        ?.split("\n") ?? [];
    assert.equal(head, heading);
    return lines.map((line) => line.trim());
  };

  test("finds nothing to do with credentials of an owner, for a few requests a project", async (context) => {
    const { code, text } = await doctor();
    assert.equal(code, 0);
    const counts = tally(simulator);
    context.diagnostic(`requests: ${JSON.stringify(counts)}`);
    assert.deepEqual(counts, { "401": 1, GET: 13 });
    assert.match(text, /^Stack test: nothing to do\.\n/);
    assert.deepEqual(section(text, "Stack"), ["Stack test has 10 resources of this package."]);
    assert.deepEqual(section(text, "What the credentials see").slice(0, 3), [
      "The credentials see the organization Example (<org>).",
      "The credentials see the project shop (<shop>).",
      "The credentials see the project warehouse (<warehouse>).",
    ]);
    assert.deepEqual(section(text, "Roles"), [
      "The credentials have the role Organization Member (ORG_MEMBER) in the organization Example (<org>): MigrationCutover move needs it to wait and to refresh; TeamUser grace needs it to refresh.",
      "The credentials have the role Organization Owner (ORG_OWNER) in the organization Example (<org>): LinkToken link needs it to make and to delete; MigrationCutover move needs it to cut over; TeamUser grace needs it to change.",
      "The credentials have the role Project Owner (GROUP_OWNER) in the project shop (<shop>): MaintenanceDeferral later needs it to defer; ProjectUser ada, ProjectUser bob, ProjectUser eve and 2 others need it to change.",
      "The credentials have the role Project Owner (GROUP_OWNER) in the project warehouse (<warehouse>): ProjectUsers all needs it to change.",
      "The credentials have the role Project Read Only (GROUP_READ_ONLY) in the project shop (<shop>): MaintenanceDeferral later, ProjectUser ada, ProjectUser bob and 3 others need it to refresh.",
      "The credentials have the role Project Read Only (GROUP_READ_ONLY) in the project warehouse (<warehouse>): ProjectUsers all needs it to refresh.",
    ]);
    const limits = section(text, "Rate limits");
    assert.ok(
      limits.includes(
        "The organization Example (<org>) has 1198 of 1200 requests left under 'Organizations'; 500 come back every 3600 s.",
      ),
      limits.join("\n"),
    );
    assert.match(
      limits.at(-1) ?? "",
      /^\? How much is left of these limits cannot be known, .*'Cloud Migration' of an organization/,
    );
  });

  test("lists the roles that credentials lack which only read, and what cannot be known of them", async () => {
    await stack.setConfig(connectionTo(simulator, "readOnly"));
    assert.deepEqual(await toDoOf(), [
      "Give the credentials the role Organization Owner (ORG_OWNER) in the organization Example (<org>), or use others that have it: LinkToken link needs it to make and to delete; MigrationCutover move needs it to cut over; TeamUser grace needs it to change.",
    ]);
    const { text } = await doctor();
    assert.deepEqual(
      section(text, "Roles").at(-1),
      "? Whether the credentials have the role Project Owner (GROUP_OWNER) in the project warehouse (<warehouse>) cannot be known: Atlas shows it for an Organization Owner only. What needs it: ProjectUsers all needs it to change.",
    );
  });

  test("says which limits an organization keeps from its members", async () => {
    simulator.world.rolesOfReader = new Set(["ORG_MEMBER", "GROUP_READ_ONLY"]);
    const { text } = await doctor();
    assert.match(
      section(text, "Rate limits").find((line) => line.includes("of the organization")) ?? "",
      /^\? The limits of the organization Example \(<org>\) cannot be known: Could not list the rate limits .* USER_UNAUTHORIZED/,
    );
  });

  test("prints what its schema says", async () => {
    const { text } = await doctor(["--stack", stack.name, "--json"]);
    const validate = new Ajv({ formats: { "date-time": true, date: true }, allowUnionTypes: true }).compile(
      require("mongodbatlas-dynamic/doctor-report.schema.json") as object,
    );
    const report: { checks: { data: unknown }[] } = JSON.parse(
      text.replace(/<\w+>/g, "5f1b3c2a9d8e7f6a5b4c3d2e"),
    );
    assert.ok(validate(report), JSON.stringify(validate.errors));
    const [first] = report.checks;
    assert.ok(first !== undefined);
    first.data = { package: 2 };
    assert.ok(!validate(report), "it checks the data as well");
  });

  test("names the role that a refresh lacks, where Atlas refuses its read", async () => {
    await stack.setConfig(connectionTo(simulator));
    const failure = simulator.fail({
      operationId: "listOrgTeamUsers",
      status: 401,
      errorCode: "USER_UNAUTHORIZED",
      times: 1,
    });
    assert.deepEqual(await toDoOf(), [
      "Give the credentials the role Organization Member (ORG_MEMBER) in the organization Example (<org>), or use others that have it: TeamUser grace needs it to refresh.",
    ]);
    simulator.clearFailures();
    void failure;
  });

  test("says that a project is not seen, and looks at the others", async () => {
    const { world } = simulator;
    const project = world.project(names["warehouse"] ?? "");
    project.hiddenAs = "USER_CANNOT_ACCESS_GROUP";
    const { text } = await doctor();
    project.hiddenAs = undefined;
    assert.match(
      text,
      /^Stack test: 1 thing to do\.\n\n1\. Could not look up project <warehouse>: GET \S+ was answered 401 USER_CANNOT_ACCESS_GROUP: .* Check the project's id/,
    );
    assert.match(
      text,
      /\? Whether the credentials have the role Project Owner \(GROUP_OWNER\) in the project <warehouse> cannot be known: they do not see the project <warehouse>\./,
    );
    assert.match(
      text,
      /The project shop \(<shop>\) has \d+ of 1200 requests left under 'MongoDB Cloud Users'/,
    );
  });

  describe("when Atlas is going to remove an operation that this release does not know the end of", () => {
    const notice = "Atlas has deprecated the operation listGroupUsers, which is used to ";

    before(() => {
      simulator.world.furtherSunsets.set("listGroupUsers", new Date(Date.UTC(2020, 0, 1)));
    });
    after(() => simulator.world.furtherSunsets.clear());

    test("lists a newer release among what to do", async () => {
      assert.deepEqual(await toDoOf(), [
        "Look for a newer release of mongodbatlas-dynamic, because this one uses listGroupUsers (GET /groups/{groupId}/users): Atlas may remove it any day (announced for 2020-01-01).",
      ]);
    });

    test("a refresh tells it once, for two projects", async () => {
      const { messages } = await stack.refresh({ mustSucceed: true });
      assert.equal(messages.filter((message) => message.startsWith(notice)).length, 1, messages.join("\n"));
    });

    test("drift tells it once, on the standard error, whoever asks", async () => {
      await stack.up({ mustSucceed: true });
      const result = await runCommand({ workDir: folder, env: stack.env }, [
        "drift",
        "--unmanaged",
        "--stack",
        stack.name,
      ]);
      const lines = result.stderr.trim().split("\n");
      assert.deepEqual([result.code, lines.length], [7, 1], result.stdout + result.stderr);
      assert.ok(lines[0]?.startsWith(notice), result.stderr);
      assert.match(result.stdout, /olivia@example\.com has GROUP_OWNER in project/);
    });
  });

  test("says in a sentence what is wrong with the stack, and checks the credentials of the environment", async () => {
    const { clientId, clientSecret } = simulator.keys;
    const env = {
      MONGODB_ATLAS_BASE_URL: simulator.url,
      MONGODB_ATLAS_CLIENT_ID: clientId,
      MONGODB_ATLAS_CLIENT_SECRET: clientSecret,
    };
    const elsewhere = await mkdtemp(path.join(tmpdir(), "no-project-"));
    assert.deepEqual(await toDoOf(["--stack", "nowhere"], { env }), [
      "There is no stack 'nowhere' here: `pulumi stack ls` lists those of this project in the backend that you are logged in to.",
    ]);
    assert.deepEqual(await toDoOf([], { env, workDir: elsewhere }), [
      "There is no Pulumi.yaml in this folder or above it: run this in the folder of the stack's project.",
    ]);
    const { text } = await doctor([], { env, workDir: elsewhere });
    await rm(elsewhere, { recursive: true });
    assert.match(text, /^No stack was found: 1 thing to do\./);
    assert.equal(section(text, "Credentials").at(-1), "Atlas accepts the credentials.");
  });

  // The last, because it leaves the limit used up.
  test("says that a limit is used up, without waiting until it opens", { timeout: 60_000 }, async () => {
    await stack.setConfig(connectionTo(simulator, "readOnly"));
    simulator.limiter.exhaust("listGroupUsers", names["shop"] ?? "");
    const { text } = await doctor();
    await stack.setConfig(connectionTo(simulator));
    assert.match(
      text,
      /\n2\. Find out what else asks Atlas about the project shop \(<shop>\), or wait: 0 of 1200 requests are left under 'MongoDB Cloud Users'; 500 come back every 3600 s\.\n/,
    );
    assert.match(
      text,
      /\? .*in the project shop.* cannot be known: Could not look up nobody@example\.com in project <shop>: .*or wait that long first\./,
    );
  });
});
