import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
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
    simulator = await startSimulator();
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

  const doctor = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand({ workDir: folder, env: stack.env }, [
      "doctor",
      "--stack",
      stack.name,
      ...args,
    ]);
    assert.equal(stderr, "");
    for (const keys of [simulator.keys, simulator.readOnlyKeys]) {
      for (const value of Object.values(keys)) {
        assert.ok(!stdout.includes(value), "no part of credentials is shown");
      }
    }
    return { code, text: named([stdout], names).join() };
  };

  test("finds nothing to do with credentials of an owner", async (context) => {
    const { code, text } = await doctor();
    console.log(text);
    context.diagnostic(`requests: ${JSON.stringify(tally(simulator))}`);
    assert.equal(code, 0);
  });

  test("lists the roles that credentials lack which only read", async () => {
    await stack.setConfig(connectionTo(simulator, "readOnly"));
    const { code, text } = await doctor();
    console.log(text);
    console.log((await doctor("--json")).text.slice(0, 4000));
    assert.equal(code, 1);
  });
});
