import assert from "node:assert/strict";
import path from "node:path";
import { beforeEach, describe, test } from "node:test";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";

const example = (name: string) => ({ folder: path.join(__dirname, "../../examples", name) });

describe("the example", () => {
  let simulator: AtlasSimulator;
  let orgId: string;
  let projectId: string;

  beforeEach(async () => {
    simulator = await startSimulator();
    orgId = simulator.world.createOrganization();
    projectId = simulator.world.createProject(orgId);
  });

  test("onboard-teammate gives access to a project, and with a team to the team", async () => {
    const stack = await atlasStack(simulator, {
      program: example("onboard-teammate"),
      config: { projectId, username: "ada@example.com" },
    });
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs, { membership: "PENDING", roles: ["GROUP_READ_ONLY"] });
    const teamId = simulator.world.createTeam(orgId);
    await stack.setConfig({ orgId, teamId });
    await stack.up({ mustSucceed: true });
    assert.deepEqual(simulator.world.teamMembers(teamId), ["ada@example.com"]);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    await stack.destroy({ mustSucceed: true });
    assert.deepEqual(simulator.world.teamMembers(teamId), []);
  });

  test("the root's Pulumi.yaml runs the first example", async () => {
    const stack = await atlasStack(simulator, {
      name: "root-example",
      workDir: path.join(__dirname, "../.."),
      program: example("onboard-teammate"),
      config: { projectId, username: "ada@example.com" },
    });
    await stack.up({ mustSucceed: true });
    assert.deepEqual(Object.keys(simulator.world.members(projectId)), ["ada@example.com"]);
    await stack.destroy({ mustSucceed: true });
  });

  test("migrate-live-cluster makes a link token first, and cuts the migration over when its id is known", async () => {
    const stack = await atlasStack(simulator, {
      program: example("migrate-live-cluster"),
      config: { orgId },
    });
    const first = await stack.up({ mustSucceed: true });
    assert.equal(first.outputs["linkToken"], simulator.world.link(orgId).current?.linkToken);
    const migration = simulator.world.addMigration(projectId);
    await stack.setConfig({ projectId, liveMigrationId: migration.id });
    const second = await stack.up({ mustSucceed: true });
    assert.equal(second.outputs["status"], "COMPLETE");
    assert.equal(migration.cutovers, 1);
    assert.equal(simulator.world.link(orgId).made, 1);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    await stack.destroy({ mustSucceed: true });
    assert.equal(simulator.world.link(orgId).current, undefined);
  });

  test("freeze-maintenance defers what is scheduled in many projects, and asks again for another release", async () => {
    const other = simulator.world.createProject(orgId);
    const window = { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC" } as const;
    simulator.world.setMaintenance(projectId, { ...window, scheduled: true });
    simulator.world.setMaintenance(other, { ...window, scheduled: false });
    const stack = await atlasStack(simulator, {
      program: example("freeze-maintenance"),
      config: { release: "1.0" },
    });
    await stack.cli(["config", "set", "--path", "projectIds[0]", projectId]);
    await stack.cli(["config", "set", "--path", "projectIds[1]", other]);
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs["freezes"], [
      { projectId, status: "DEFERRED", numberOfDeferrals: 1 },
      { projectId: other, status: "NOT_SCHEDULED", numberOfDeferrals: 0 },
    ]);
    await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });

    simulator.world.setMaintenance(other, { ...window, scheduled: true });
    await stack.setConfig({ release: "1.1" });
    await stack.up({ mustSucceed: true });
    assert.equal(simulator.world.maintenance(projectId).deferralsGranted, 1);
    assert.equal(simulator.world.maintenance(other).deferralsGranted, 1);
  });

  test("audit-access shows invitations and a user's roles, and changes nothing", async () => {
    simulator.world.grant(projectId, "bob@example.com", ["GROUP_OWNER"]);
    simulator.world.inviteLegacy(orgId, "eve@example.com");
    const stack = await atlasStack(simulator, {
      program: example("audit-access"),
      config: { orgId, projectId, username: "bob@example.com" },
    });
    const up = await stack.up({ mustSucceed: true });
    const [invitation] = up.outputs["invitations"] as { username: string }[];
    assert.equal(invitation?.username, "eve@example.com");
    assert.deepEqual(up.outputs["userRoles"], ["GROUP_OWNER"]);
    assert.deepEqual(up.outputs["members"], [{ username: "bob@example.com", roles: ["GROUP_OWNER"] }]);

    simulator.world.removeEndpoint("invites", 410);
    await stack.preview({ mustSucceed: true });
    assert.deepEqual(simulator.log.effects(), []);
  });
});
