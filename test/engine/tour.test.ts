import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import type { LiveMigration } from "../simulator/migration";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";

const username = "ada@example.com";

describe("a stack with five resources", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let projectId: string;
  let orgId: string;
  let teamId: string;
  let migration: LiveMigration;
  let printed = "";

  before(async () => {
    simulator = await startSimulator();
    const { world } = simulator;
    orgId = world.createOrganization();
    projectId = world.createProject(orgId);
    teamId = world.createTeam(orgId);
    world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
    migration = world.addMigration(projectId, {
      usesLink: true,
      steps: [
        { status: "WORKING", readyForCutover: false, lagTimeSeconds: 40 },
        { status: "WORKING", readyForCutover: true, lagTimeSeconds: 1 },
      ],
    });
    stack = await atlasStack(simulator, {
      secrets: "passphrase",
      program: { folder: path.join(__dirname, "../../examples/tour") },
      config: { orgId, projectId, teamId, username, liveMigrationId: migration.id },
      onOutput: (chunk) => {
        printed += chunk;
      },
    });
  });

  /** Requests by operation, without challenges: `{ cutoverGroupLiveMigration: 1 }`. */
  function operations(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { operationId, status } of simulator.log.entries) {
      if (operationId !== undefined && status !== 401) {
        counts[operationId] = (counts[operationId] ?? 0) + 1;
      }
    }
    simulator.log.clear();
    return counts;
  }

  test("previews without any request", async () => {
    const preview = await stack.preview({ mustSucceed: true });
    assert.equal(preview.summary.create, 5);
    assert.deepEqual(simulator.log.lines(), []);
  });

  test("is created with one request for each effect, waiting for the migration in between", async () => {
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs["membership"], "PENDING");
    assert.deepEqual(up.outputs["migration"], "COMPLETE");
    assert.deepEqual(up.outputs["maintenance"], "DEFERRED");
    assert.deepEqual(
      simulator.log
        .effects()
        .map(({ operationId }) => operationId)
        .sort(),
      [
        "addGroupUsers",
        "addOrgTeamUser",
        "createOrgLiveMigrationLinkToken",
        "cutoverGroupLiveMigration",
        "deferGroupMaintenanceWindow",
      ],
    );
    const { cutoverGroupLiveMigration, getGroupLiveMigration } = operations();
    assert.equal(cutoverGroupLiveMigration, 1);
    assert.ok((getGroupLiveMigration ?? 0) >= 3);
    assert.ok(
      up.messages.some((line) =>
        /^WORKING, 40 s behind its source; waiting for readiness \(live migration /.test(line),
      ),
      "says what it waits for",
    );
  });

  test("has nothing to do in a second update, and nothing in a preview with refresh", async () => {
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(operations(), {});
    await stack.preview({ mustSucceed: true, refresh: true, expectNoChanges: true });
  });

  test("is refreshed with one GET a resource that Atlas can show, and nothing else", async () => {
    operations();
    await stack.refresh({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(operations(), {
      getGroupLiveMigration: 1,
      getGroupMaintenanceWindow: 1,
      listGroupUsers: 1,
      listOrgTeamUsers: 1,
    });
  });

  test("keeps the link token secret, also after a refresh", async () => {
    const token = simulator.world.link(orgId).current?.linkToken;
    assert.ok(token);
    const encrypted = await stack.cli(["stack", "export"]);
    assert.equal(encrypted.code, 0);
    assert.ok(!encrypted.stdout.includes(token));
    const clear = JSON.stringify(await stack.export());
    assert.ok(clear.includes(token), "the search finds it where it must be");
  });

  test("finds what was changed by hand, each as the one property that moved, and heals it", async () => {
    simulator.world.setRoles(projectId, username, ["GROUP_OWNER"]);
    simulator.world.removeFromTeam(teamId, username);
    simulator.world.editWindow(projectId, { hourOfDay: 5 });
    const drift = await stack.refreshPreviewOnly();
    assert.equal(drift.exitCode, 7);
    assert.deepEqual(
      drift.stdout.match(/(access|freeze|team|link|cutover) (update|delete)( \[diff: [^\]]*\])?/g)?.sort(),
      ["access update [diff: ~roles]", "freeze update [diff: ~deferrals]", "team delete"],
    );
    operations();
    await stack.up({ mustSucceed: true, refresh: true });
    const { addOrgTeamUser, deferGroupMaintenanceWindow, addGroupUsers, cutoverGroupLiveMigration } =
      operations();
    assert.deepEqual(
      { addOrgTeamUser, deferGroupMaintenanceWindow, addGroupUsers, cutoverGroupLiveMigration },
      {
        addOrgTeamUser: 1,
        deferGroupMaintenanceWindow: 1,
        addGroupUsers: undefined,
        cutoverGroupLiveMigration: undefined,
      },
    );
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("is still complete when Atlas has cleared the record of the migration away", async () => {
    migration.vanish();
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("is destroyed as far as Atlas allows, and says what stays", async () => {
    operations();
    const destroy = await stack.destroy({ mustSucceed: true });
    assert.deepEqual(
      simulator.log
        .effects()
        .map(({ operationId }) => operationId)
        .sort(),
      ["deleteOrgLiveMigrationLinkTokens", "removeGroupUser", "removeOrgTeamUser"],
    );
    assert.ok(destroy.messages.some((line) => /a cut-over cannot be undone\.$/.test(line)));
    assert.ok(destroy.messages.some((line) => /a deferral cannot be taken back\.$/.test(line)));
  });

  test("has shown no secret in all of this, and broken no rule of the API", () => {
    for (const secret of [simulator.keys.privateKey, simulator.keys.clientSecret]) {
      assert.ok(!printed.includes(secret));
    }
    assert.ok(
      printed.includes(simulator.keys.publicKey) || printed.includes(projectId),
      "something was printed",
    );
    assert.deepEqual(simulator.violations, []);
  });
});
