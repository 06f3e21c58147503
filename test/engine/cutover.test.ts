import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MigrationCutover } from "mongodbatlas-dynamic";
import type { LiveMigration } from "../simulator/migration";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";

const waiting = { status: "WORKING", readyForCutover: false, lagTimeSeconds: 90 } as const;
const ready = { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 } as const;
const cuttingOver = { status: "WORKING", readyForCutover: true, lagTimeSeconds: null } as const;
const complete = { status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null } as const;

describe("a stack with a MigrationCutover", () => {
  let simulator: AtlasSimulator;
  let projectId: string;
  let migration: LiveMigration;
  const program = (create?: string) => async () => {
    const cutover = new MigrationCutover(
      "cutover",
      { projectId, liveMigrationId: migration.id },
      create === undefined ? {} : { customTimeouts: { create, update: create } },
    );
    return { status: cutover.status, requestedAt: cutover.cutoverRequestedAt };
  };

  beforeEach(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization());
  });

  test("goes from not ready to complete with one PUT", async () => {
    migration = simulator.world.addMigration(projectId, {
      steps: [waiting, ready],
      afterCutover: [cuttingOver, complete],
    });
    const stack = await atlasStack(simulator, { program: program() });
    const up = await stack.up({ mustSucceed: true });
    assert.equal(up.outputs["status"], "COMPLETE");
    assert.deepEqual(
      simulator.log.matching(({ status }) => status !== 401).map(({ method }) => method),
      ["GET", "GET", "PUT", "GET", "GET"],
    );
  });

  test("keeps a cut-over that ran out of time as not finished, and goes on waiting without another PUT", async () => {
    migration = simulator.world.addMigration(projectId, { steps: [ready], afterCutover: [cuttingOver] });
    const stack = await atlasStack(simulator, { program: program("4s") });
    const first = await stack.up();
    assert.equal(first.ok, false);
    assert.match(
      first.diagnostics.join("\n"),
      /is not complete after 0\.07 min \(status WORKING, cut-over requested\)\. Run `pulumi up` again to go on waiting/,
    );
    const { deployment } = await stack.export();
    const kept = deployment.resources.find(({ type }: { type: string }) => type.endsWith("MigrationCutover"));
    assert.equal(kept.initErrors.length, 1);
    assert.ok(kept.outputs.cutoverRequestedAt);

    // A refresh takes the engine's own mark of the unfinished resource away; the difference must stay.
    const drift = await stack.refresh({ expectNoChanges: true });
    assert.equal(drift.exitCode, 7);

    migration.afterCutover.push(complete);
    await stack.setProgram(program());
    const second = await stack.up({ mustSucceed: true });
    assert.equal(second.outputs["status"], "COMPLETE");
    assert.equal(migration.cutoverRequests, 1);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });

  test("adopts a cut-over that a killed run has requested, without another PUT", async () => {
    migration = simulator.world.addMigration(projectId, { steps: [ready], afterCutover: [cuttingOver] });
    const stack = await atlasStack(simulator, { program: program() });
    const requested = simulator.arrival("cutoverGroupLiveMigration");
    const first = stack.up();
    await requested;
    // The next look shows that the request has been answered.
    await simulator.arrival("getGroupLiveMigration");
    stack.kill();
    await first;
    // Else it would go on waiting, beside the next update.
    await stack.providersGone();

    migration.afterCutover.push(complete);
    await stack.cli(["cancel", "--yes"]);
    const second = await stack.up({ mustSucceed: true });
    assert.equal(second.outputs["status"], "COMPLETE");
    assert.equal(second.outputs["requestedAt"], undefined);
    assert.equal(migration.cutoverRequests, 1);
  });

  test("says what to do about a migration that has failed, and keeps nothing in the state", async () => {
    migration = simulator.world.addMigration(projectId, { steps: [{ ...waiting, status: "FAILED" }] });
    const stack = await atlasStack(simulator, { program: program() });
    const up = await stack.up();
    assert.match(
      up.diagnostics.join("\n"),
      /Live migration [0-9a-f]{24} of project [0-9a-f]{24} has failed, so it cannot be cut over\. Look at its log in Atlas/,
    );
    assert.equal(migration.cutoverRequests, 0);
    const { deployment } = await stack.export();
    assert.ok(!deployment.resources.some(({ type }: { type: string }) => type.endsWith("MigrationCutover")));
  });
});
