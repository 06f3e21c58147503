import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MaintenanceDeferral } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";

describe("a stack with a MaintenanceDeferral", () => {
  let simulator: AtlasSimulator;
  let projectId: string;
  const program = (deferrals?: number) => async () => {
    const freeze = new MaintenanceDeferral("freeze", {
      projectId,
      ...(deferrals === undefined ? {} : { deferrals }),
    });
    return { status: freeze.status, numberOfDeferrals: freeze.numberOfDeferrals };
  };

  beforeEach(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization());
    simulator.world.setMaintenance(projectId, {
      dayOfWeek: 1,
      hourOfDay: 2,
      timeZoneId: "UTC",
      scheduled: true,
    });
  });

  test("sends one POST when its answer is lost, and settles it by looking", async () => {
    simulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "after", reset: true });
    const stack = await atlasStack(simulator, { program: program() });
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs, { status: "DEFERRED", numberOfDeferrals: 1 });
    assert.deepEqual(
      simulator.log.matching(({ status }) => status !== 401).map(({ method }) => method),
      ["GET", "POST", "GET"],
    );
    await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });
  });

  test("defers it once more when another deferral is declared, and no more when one less is", async () => {
    const stack = await atlasStack(simulator, { program: program() });
    await stack.up({ mustSucceed: true });
    await stack.setProgram(program(2));
    await stack.up({ mustSucceed: true });
    await stack.setProgram(program(1));
    await stack.up({ mustSucceed: true });
    assert.equal(simulator.world.maintenance(projectId).deferralsGranted, 2);
    await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });
  });

  test("settles when the maintenance has taken place and no other is scheduled", async () => {
    const stack = await atlasStack(simulator, { program: program() });
    await stack.up({ mustSucceed: true });
    simulator.world.runMaintenance(projectId);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 7);
    const up = await stack.up({ mustSucceed: true, refresh: true });
    assert.equal(up.outputs["status"], "NOT_SCHEDULED");
    assert.ok(up.messages.some((line) => /^Warning: No maintenance is scheduled for project/.test(line)));
    await stack.up({ mustSucceed: true, refresh: true, expectNoChanges: true });
  });

  test("says in the preview what the number of deferrals must be", async () => {
    const stack = await atlasStack(simulator, { program: program(3) });
    const preview = await stack.preview();
    assert.match(
      preview.diagnostics.join("\n"),
      /property deferrals value \{3\} has a problem: must be 1 or 2, as Atlas lets a maintenance be deferred twice, but got 3/,
    );
  });
});
