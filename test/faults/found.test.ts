import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../provider/atlas/errors/error";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import { type Bench, startBench } from "../resources/harness";
import { checked } from "../resources/lifecycle";
import type { Failure } from "../simulator/faults";

/* What generated tests have found, each as a case of its own. */

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.stop());

/** Pages that say 'all is well' for a request that Atlas has never seen. */
const pages = {
  "the HTML of a sign-in page": {
    raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" },
  },
  "a list of numbers": { raw: { status: 200, headers: {}, body: "[17]" } },
} as const satisfies Record<string, Failure>;

/* Found from seed 1, path 7:0:0:0:0:2: where no body was expected, any body passed for success. */
for (const [what, page] of Object.entries(pages)) {
  describe(`${what} is not taken for Atlas's consent`, () => {
    test("to a deferral", async () => {
      const { world } = bench.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled: true });
      const handler = maintenanceDeferralHandler(bench);
      const inputs = await checked(handler, { projectId } as never);
      bench.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", ...page });
      const { outs } = await handler.create(inputs);
      assert.equal(outs?.numberOfDeferrals, 1);
      assert.equal(world.maintenance(projectId).numberOfDeferrals, 1);
    });

    test("to a cut-over", async () => {
      const { world } = bench.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      const migration = world.addMigration(projectId);
      bench.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", ...page });
      const { outs } = await migrationCutoverHandler(bench).create({
        projectId,
        liveMigrationId: migration.id,
      });
      assert.equal(outs?.status, "COMPLETE");
      assert.equal(migration.cutovers, 1);
    });

    test("to the removal of a user from a project, which would leave an access that no state knows of", async () => {
      const { world } = bench.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      const handler = projectUserHandler(bench);
      const declared = { projectId, username: "ada@example.com", roles: ["GROUP_READ_ONLY"] };
      const { id, outs } = await handler.create(declared);
      bench.atlasSimulator.fail({ operationId: "removeGroupUser", ...page });
      await assert.rejects(handler.delete(id, outs as never), AtlasError);
      await handler.delete(id, outs as never);
      assert.deepEqual(world.members(projectId), {});
    });

    test("to the removal of a user from a team", async () => {
      const { world } = bench.atlasSimulator;
      const orgId = world.createOrganization();
      const teamId = world.createTeam(orgId);
      world.addActiveUser(orgId, "ada@example.com");
      const handler = teamUserHandler(bench);
      const { id, outs } = await handler.create({ orgId, teamId, username: "ada@example.com" });
      bench.atlasSimulator.fail({ operationId: "removeOrgTeamUser", ...page });
      await assert.rejects(handler.delete(id, outs as never), AtlasError);
      await handler.delete(id, outs as never);
      assert.deepEqual(world.teamMembers(teamId), []);
    });

    test("to the deletion of a link token", async () => {
      const { world } = bench.atlasSimulator;
      const orgId = world.createOrganization();
      const handler = linkTokenHandler(bench);
      const { id, outs } = await handler.create({ orgId });
      bench.atlasSimulator.fail({ operationId: "deleteOrgLiveMigrationLinkTokens", ...page });
      await assert.rejects(handler.delete(id, outs as never), AtlasError);
      await handler.delete(id, outs as never);
      assert.equal(world.link(orgId).current, undefined);
    });
  });
}

/* Found by changing every part of every answer (badAnswers.test.ts), and by reading for what that cannot tell. */
describe("a part of an answer that is not what it must be", () => {
  test("a window without its count is not taken for one that was never deferred", async () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled: true, numberOfDeferrals: 1 });
    const handler = maintenanceDeferralHandler(bench);
    const inputs = await checked(handler, { projectId } as never);
    for (const count of [undefined, null, 1e308]) {
      bench.atlasSimulator.fail({
        operationId: "getGroupMaintenanceWindow",
        mutate: (answer) => ({ ...(answer as object), numberOfDeferrals: count }),
      });
      await assert.rejects(handler.create(inputs), AtlasError);
    }
    assert.equal(world.maintenance(projectId).numberOfDeferrals, 1);
  });

  test("a link token with damaged characters is made again, and only one is alive", async () => {
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      mutate: () => ({ linkToken: "ab\ufffdcd" }),
    });
    const { outs } = await linkTokenHandler(bench).create({ orgId });
    assert.equal(outs?.linkToken, world.link(orgId).current?.linkToken);
    assert.equal(world.link(orgId).made, 2);
  });

  test("an empty page that counts more than it lists does not make a user gone", async () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    for (const name of ["ada@example.com", "bob@example.com"]) {
      world.grant(projectId, name, ["GROUP_READ_ONLY"]);
    }
    const handler = projectUserHandler(bench);
    await handler.read(`${projectId}/ada@example.com`, {} as never);
    bench.atlasSimulator.fail({
      operationId: "listGroupUsers",
      mutate: (answer) => ({ ...(answer as object), results: [] }),
    });
    const { id } = await handler.read(`${projectId}/bob@example.com`, {} as never);
    assert.equal(id, `${projectId}/bob@example.com`);
  });

  test("a code that is no code, but a page of text, is not in the message", async () => {
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      raw: { status: 400, headers: {}, body: JSON.stringify({ errorCode: "X".repeat(100_000) }) },
    });
    await assert.rejects(linkTokenHandler(bench).create({ orgId }), (error: Error) => {
      return error instanceof AtlasError && error.errorCode === undefined && error.message.length < 1_000;
    });
  });
});

/* Found from seeds 20261124 and 4711: the token is renewed, and the request goes out again without a look. */
for (const [form, type, body] of [
  ["another", "text/html", "<html>Sign in</html>"],
  ["Atlas's own", "application/json", JSON.stringify({ error: 401, errorCode: "RESOURCE_NOT_FOUND" })],
] as const) {
  describe(`a 401 in ${form} form that asks for no proof, after Atlas has done what was asked`, () => {
    const credentials = "serviceAccount" as const;
    const raw = { status: 401, headers: { "content-type": type }, body };

    test("does not lead to a second deferral", async () => {
      const other = await startBench({ credentials });
      const { world } = other.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled: true });
      const handler = maintenanceDeferralHandler(other);
      const inputs = await checked(handler, { projectId } as never);
      other.atlasSimulator.fail({ operationId: "deferGroupMaintenanceWindow", when: "after", raw });
      await handler.create(inputs).finally(() => other.stop());
      assert.equal(world.maintenance(projectId).numberOfDeferrals, 1);
    });

    test("does not lead to a second request to cut over", async () => {
      const other = await startBench({ credentials });
      const { world, log } = other.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      const { id: liveMigrationId } = world.addMigration(projectId);
      other.atlasSimulator.fail({ operationId: "cutoverGroupLiveMigration", when: "after", raw });
      const creation = migrationCutoverHandler(other).create({ projectId, liveMigrationId });
      await creation.finally(() => other.stop());
      const puts = log.matching(({ operationId }) => operationId === "cutoverGroupLiveMigration");
      assert.equal(puts.filter(({ authenticated }) => authenticated).length, 1);
    });
  });
}

/* Found from seed 4711: two states of one user, whose id has changed, and a listing that lags behind the other's removal. */
test("a user who is gone by the new id too is gone, though a listing that lags still shows one", async () => {
  const { world } = bench.atlasSimulator;
  const orgId = world.createOrganization();
  const projectId = world.createProject(orgId);
  const username = "ada@example.com";
  world.grant(projectId, "owner@example.com", ["GROUP_OWNER"]);
  world.invite(projectId, username, ["GROUP_READ_ONLY"]);
  const { userId } = world.member(orgId, username);
  world.acceptInvitation(username);
  const state = { projectId, username, roles: ["GROUP_READ_ONLY"], userId };
  world.lags.projects = 2;
  const handler = projectUserHandler(bench);
  await handler.delete(`${projectId}/${username}`, state);
  await handler.delete(`${projectId}/${username}`, state);
  assert.deepEqual(Object.keys(world.members(projectId)), ["owner@example.com"]);
});
