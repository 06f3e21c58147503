import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import {
  getLiveMigrationOutput,
  getPipelineSchedules,
  getPipelineSchedulesOutput,
  getProjectUsersOutput,
  ProjectUser,
} from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";

describe("the functions in a program", () => {
  let simulator: AtlasSimulator;
  let projectId: string;

  before(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization());
    simulator.world.addPipeline(projectId, "nightly", [
      { frequencyType: "daily", frequencyInterval: 1, retentionUnit: "days", retentionValue: 7 },
    ]);
  });

  test("list the schedules of a pipeline, in a preview as well", async () => {
    const stack = await atlasStack(simulator, {
      program: async () => ({
        schedules: (await getPipelineSchedules({ projectId, pipelineName: "nightly" })).schedules,
      }),
    });
    await stack.preview({ mustSucceed: true });
    const up = await stack.up({ mustSucceed: true });
    const [schedule] = up.outputs["schedules"] as Record<string, unknown>[];
    assert.equal(schedule?.["frequencyType"], "daily");
    assert.equal(schedule?.["retentionValue"], 7);
  });

  test("say that Atlas has removed the operation, and show no empty list", async () => {
    const stack = await atlasStack(simulator, {
      program: async () => getPipelineSchedules({ projectId, pipelineName: "nightly" }),
    });
    simulator.world.removeEndpoint("availableSchedules", 410);
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    assert.match(preview.diagnostics.join("\n"), /Data Lake pipelines no longer exist: take this call out/);
    simulator.world.restoreEndpoint("availableSchedules");
  });

  test("ask for nothing that a preview does not know yet", async () => {
    const migration = simulator.world.addMigration(projectId, {
      steps: [{ status: "WORKING", readyForCutover: true, lagTimeSeconds: 3 }],
    });
    const stack = await atlasStack(simulator, {
      program: async () => {
        const user = new ProjectUser("ada", {
          projectId,
          username: "ada@example.com",
          roles: ["GROUP_READ_ONLY"],
        });
        // Known only when the user has been created.
        const later = user.userId.apply(() => projectId);
        return {
          lag: getLiveMigrationOutput({ projectId: later, liveMigrationId: migration.id }).lagTimeSeconds,
          schedules: getPipelineSchedulesOutput({ projectId: later, pipelineName: pulumi.output("nightly") })
            .schedules.length,
        };
      },
    });
    simulator.log.clear();
    await stack.preview({ mustSucceed: true });
    assert.deepEqual(simulator.log.lines(), []);
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs, { lag: 3, schedules: 1 });
  });

  test("ask after what they depend on: resources, children of components, and where their arguments come from", async () => {
    const shop = simulator.world.createProject(simulator.world.createOrganization());
    const stack = await atlasStack(simulator, {
      program: async () => {
        const team = new pulumi.ComponentResource("acme:Team", "team");
        const declare = (name: string, options: pulumi.CustomResourceOptions = {}) =>
          new ProjectUser(
            name,
            { projectId: shop, username: `${name}@example.com`, roles: ["GROUP_READ_ONLY"] },
            options,
          );
        const ada = declare("ada");
        declare("bob", { parent: team });
        const names = (users: pulumi.Output<{ username: string }[]>) =>
          users.apply((all) => all.map(({ username }) => username));
        return {
          afterResource: names(getProjectUsersOutput({ projectId: shop }, { dependsOn: ada }).users),
          afterComponent: names(getProjectUsersOutput({ projectId: shop }, { dependsOn: [team] }).users),
          // Known in a preview already, but not what it is about.
          afterArgument: names(getProjectUsersOutput({ projectId: ada.projectId }).users),
        };
      },
    });
    simulator.log.clear();
    await stack.preview({ mustSucceed: true });
    assert.deepEqual(simulator.log.lines(), []);
    const { outputs } = await stack.up({ mustSucceed: true });
    const { afterResource, afterComponent, afterArgument } = outputs as Record<string, string[]>;
    assert.ok(afterResource?.includes("ada@example.com"));
    assert.ok(afterComponent?.includes("bob@example.com"));
    assert.ok(afterArgument?.includes("ada@example.com"));
  });
});
