import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  TeamUser,
} from "mongodbatlas-dynamic";
import { atlasStack, startSimulator } from "./atlasStack";

/*
 * `states` holds what earlier versions left behind, exported from a stack, with ids of Atlas as words and without the
 * places in the program: `first-commit.json` by the first commit that had a resource, `first-with-all.json` by the first
 * that had all five.
 */
describe("a stack whose state was written by", () => {
  for (const [version, hasAll] of [
    ["first-commit", false],
    ["first-with-all", true],
  ] as const) {
    test(`${version} has nothing to do, is refreshed, and can be destroyed`, async () => {
      const simulator = await startSimulator();
      const { world } = simulator;
      const organization = world.createOrganization();
      const project = world.createProject(organization);
      const team = world.createTeam(organization);
      const migration = world.addMigration(project, {
        steps: [{ status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null }],
      }).id;
      world.invite(project, "ada@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
      world.grant(project, "grace@example.com", ["GROUP_READ_ONLY"]);
      world.addToTeam(team, "grace@example.com");
      world.setMaintenance(project, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
      world.maintenance(project).defer();

      const stack = await atlasStack(simulator, {
        program: async () => {
          new ProjectUser("ada", {
            projectId: project,
            username: "Ada@example.com",
            roles: ["GROUP_READ_ONLY", "GROUP_OWNER"],
          });
          if (!hasAll) {
            return;
          }
          const username = "grace@example.com";
          const grace = new ProjectUser("grace", {
            projectId: project,
            username,
            roles: ["GROUP_READ_ONLY"],
          });
          new TeamUser("grace", { orgId: organization, teamId: team, username }, { dependsOn: grace });
          new LinkToken("link", { orgId: organization, accessListIps: ["203.0.113.7"] });
          new MigrationCutover(
            "cutover",
            { projectId: project, liveMigrationId: migration },
            { customTimeouts: { create: "10m" } },
          );
          new MaintenanceDeferral("freeze", { projectId: project, triggers: ["1.0"] });
        },
      });
      const file = path.join(__dirname, "states", `${version}.json`);
      const state = Object.entries({ organization, project, team, migration, inviter: "olivia" }).reduce(
        (text, [word, id]) => text.replaceAll(`<${word}>`, id),
        await readFile(file, "utf8"),
      );
      const { deployment, ...rest } = JSON.parse(state);
      // The secrets of the imported state are encrypted as those of this stack.
      const { secrets_providers } = (await stack.export()).deployment;
      await stack.import({ ...rest, deployment: { ...deployment, secrets_providers } });

      await stack.preview({ mustSucceed: true, expectNoChanges: true });
      await stack.up({ mustSucceed: true, expectNoChanges: true });
      assert.deepEqual(simulator.log.lines(), []);
      await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });
      assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
      assert.deepEqual(simulator.log.effects(), []);

      // A change is made by the code of now.
      world.setRoles(project, "ada@example.com", ["GROUP_READ_ONLY"]);
      assert.equal((await stack.up({ mustSucceed: true, refresh: true })).summary.update, 1);
      await stack.destroy({ mustSucceed: true });
      assert.deepEqual(Object.keys(world.members(project)), hasAll ? [] : ["grace@example.com"]);
      assert.deepEqual(world.teamMembers(team), hasAll ? [] : ["grace@example.com"]);
    });
  }
});
