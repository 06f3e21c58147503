import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ProjectUser, ProjectUsers, TeamUser, TeamUsers } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";

describe("a review of what a stack declares", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let shop: string;
  let warehouse: string;

  const review = (...args: string[]) => runCommand(stack, ["review", ...args]);

  /** User, roles, way and what declares it, of each row, by the heads of the projects. */
  const declared = (stdout: string): string[] =>
    stdout.split("\n").flatMap((line) => {
      const [user, roles, way, declaredBy] = line.split(/ {2,}/);
      return user?.includes("@") && declaredBy !== undefined
        ? [[user, roles, way, declaredBy].join(" | ")]
        : [];
    });

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    const orgId = world.createOrganization();
    shop = world.createProject(orgId);
    warehouse = world.createProject(orgId);
    const support = world.createTeam(orgId, "support");
    const operations = world.createTeam(orgId, "operations");
    for (const name of ["tess", "una", "ops"]) {
      world.addActiveUser(orgId, `${name}@example.com`);
    }
    world.addToTeam(support, "una@example.com");
    world.grantTeam(shop, support, ["GROUP_DATA_ACCESS_READ_ONLY"]);
    world.grantTeam(shop, operations, ["GROUP_CLUSTER_MANAGER"]);
    stack = await atlasStack(simulator, {
      secrets: "passphrase",
      program: async () => {
        const roles = ["GROUP_READ_ONLY"];
        new ProjectUser("ada", { projectId: shop, username: "ada@example.com", roles });
        new ProjectUser("sue", { projectId: shop, username: pulumi.secret("sue@example.com"), roles });
        new TeamUser("tess", { orgId, teamId: support, username: "tess@example.com" });
        new TeamUsers("operations", { orgId, teamId: operations, usernames: ["ops@example.com"] });
        new ProjectUsers("warehouse", { projectId: warehouse, users: { "bob@example.com": roles } });
        return { atlas: { projects: { shop, warehouse } } };
      },
    });
    await stack.up({ mustSucceed: true });
    world.acceptInvitation("ada@example.com");
    world.acceptInvitation("bob@example.com");
    world.setRoles(shop, "ada@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
    world.grant(warehouse, "mallory@example.com", ["GROUP_OWNER"]);
    simulator.log.clear();
  });

  test("is of its projects, by their labels, and says which resource declares whose access, and which roles it does not", async () => {
    const { code, stdout, stderr } = await review("--stack", stack.name);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(declared(stdout), [
      "ada@example.com | GROUP_OWNER, GROUP_READ_ONLY | added to the project | ProjectUser ada (test), but not GROUP_OWNER",
      "ops@example.com | GROUP_CLUSTER_MANAGER | team operations | TeamUsers operations (test)",
      "sue@example.com | GROUP_READ_ONLY | added to the project | ProjectUser sue (test)",
      "tess@example.com | GROUP_DATA_ACCESS_READ_ONLY | team support | TeamUser tess (test)",
      "una@example.com | GROUP_DATA_ACCESS_READ_ONLY | team support | no resource",
      "bob@example.com | GROUP_READ_ONLY | added to the project | ProjectUsers warehouse (test)",
      "mallory@example.com | GROUP_OWNER | added to the project | no resource",
    ]);
    assert.match(
      stdout,
      new RegExp(
        `Project shop \\(${shop}\\): 5 users, 1 that no resource declares, 1 with roles that none declares, 1 of them invited only\\.`,
      ),
    );
    const today = new Date().toISOString().slice(0, 10);
    assert.match(stdout, new RegExp(`ProjectUser ada .*${today} \\(declared\\)`));
    assert.match(stdout, /ProjectUsers warehouse \(test\) +not known \(account of/);
    assert.deepEqual([simulator.log.effects(), simulator.violations], [[], []]);
  });

  test("is of the projects that are named, where some are", async () => {
    const { stdout } = await review("--stack", stack.name, "--project", warehouse);
    assert.equal(declared(stdout).length, 2);
    assert.doesNotMatch(stdout, /ada@/);
  });

  test("joins several stacks, and names each that declares the same", async () => {
    const { stdout: exported } = await stack.cli(["stack", "export", "--stack", stack.name]);
    const file = path.join(stack.workDir, "other.json");
    await writeFile(file, exported.replaceAll(`urn:pulumi:${stack.name}::`, "urn:pulumi:other::"));
    await stack.cli(["stack", "init", "other", "--no-select"]);
    await stack.cli(["stack", "import", "--stack", "other", "--file", file]);
    const { code, stdout, stderr } = await review("--stack", stack.name, "--stack", "other", "--csv");
    assert.deepEqual([code, stderr], [0, ""]);
    const [, ada = ""] = stdout.split("\r\n").filter((line) => /^project|,ada@/.test(line));
    const urn = "access::pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::ada";
    assert.match(
      ada,
      new RegExp(`"urn:pulumi:test::atlas-${urn} urn:pulumi:other::atlas-${urn}",no,GROUP_OWNER`),
    );
  });

  test("says what to name where a stack declares nobody", async () => {
    await stack.cli(["stack", "init", "empty", "--no-select"]);
    assert.deepEqual(await review("--stack", "empty"), {
      code: 1,
      stdout: "",
      stderr: "Stack empty declares nobody in any project: name the projects to review with --project.\n",
    });
  });

  test("fails with one sentence for a stack that is not there", async () => {
    const { code, stdout, stderr } = await review("--stack", "nowhere", "--project", shop);
    assert.deepEqual([code === 0, stdout], [false, ""]);
    assert.match(stderr, /^[^\n]*nowhere[^\n]*\n$/);
  });
});
