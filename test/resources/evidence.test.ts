import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../provider/atlas/errors/error";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import type { Failure } from "../simulator/faults";
import type { World } from "../simulator/world";
import { failureOf } from "./failures";
import { type Bench, startBench } from "./harness";

/*
 * What counts as evidence that something is gone, is there, or has happened: only what Atlas itself says of it.
 */

const ada = "ada@example.com";
let bench: Bench;
let world: World;
let orgId: string;
let projectId: string;
let teamId: string;

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  projectId = world.createProject(orgId);
  teamId = world.createTeam(orgId);
});

afterEach(() => bench.stop());

const page: Failure = {
  raw: { status: 404, headers: { "content-type": "text/html" }, body: "<html>Not found</html>" },
};
const foreignJson: Failure = {
  raw: { status: 404, headers: { "content-type": "application/json" }, body: '{"message":"no route"}' },
};

/** Answers about the project, team or organization, and not about what was looked for in it. */
const parentAnswers: Record<string, Failure> = {
  "that the project does not exist": { status: 404, errorCode: "GROUP_NOT_FOUND" },
  "that the project is not visible": { status: 401, errorCode: "USER_CANNOT_ACCESS_GROUP" },
  "that the organization is not visible": { status: 401, errorCode: "USER_CANNOT_ACCESS_ORG" },
  "that something is being deleted": { status: 404, errorCode: "RESOURCE_NOT_FOUND" },
  "with the page of a proxy": page,
  "with the JSON of a proxy": foreignJson,
};

const user = () => ({ projectId, username: ada, roles: ["GROUP_READ_ONLY"], userId: "1".repeat(24) });
const teamUser = () => ({ orgId, teamId, username: ada, userId: "1".repeat(24) });
const complete = (liveMigrationId: string) => ({
  projectId,
  liveMigrationId,
  status: "COMPLETE",
  readyForCutover: false,
  migrationHosts: [],
});

describe("nothing is taken for gone when Atlas answers", () => {
  for (const [what, failure] of Object.entries(parentAnswers)) {
    const operations: Record<string, [string, () => Promise<unknown>]> = {
      "reads a ProjectUser": [
        "listGroupUsers",
        () => projectUserHandler(bench).read(`${projectId}/${ada}`, user()),
      ],
      "deletes a ProjectUser": [
        "removeGroupUser",
        () => projectUserHandler(bench).delete(`${projectId}/${ada}`, user()),
      ],
      "reads a TeamUser": [
        "listOrgTeamUsers",
        () => teamUserHandler(bench).read(`${orgId}/${teamId}/${ada}`, teamUser()),
      ],
      "deletes a TeamUser": [
        "removeOrgTeamUser",
        () => teamUserHandler(bench).delete(`${orgId}/${teamId}/${ada}`, teamUser()),
      ],
      "deletes a LinkToken": [
        "deleteOrgLiveMigrationLinkTokens",
        () => linkTokenHandler(bench).delete(orgId, { orgId }),
      ],
      "reads a MigrationCutover that is complete": [
        "getGroupLiveMigration",
        () => migrationCutoverHandler(bench).read(`${projectId}/${teamId}`, complete(teamId)),
      ],
      "reads a MaintenanceDeferral": [
        "getGroupMaintenanceWindow",
        () => maintenanceDeferralHandler(bench).read(projectId, {}),
      ],
    };
    for (const [action, [operationId, operate]] of Object.entries(operations)) {
      test(`${what} to whoever ${action}`, async () => {
        bench.atlasSimulator.fail({ operationId, times: 50, ...failure });
        const error = await failureOf(bench, operate());
        assert.ok(error instanceof AtlasError);
        assert.equal(error.operation, operationId);
      });
    }
  }
});

describe("a link", () => {
  const handler = () => linkTokenHandler(bench);

  beforeEach(() => {
    world.organization(orgId).link = { linkToken: "x", accessListIps: [] };
  });

  for (const code of ["ORG_NOT_FOUND", "USER_NOT_FOUND", "LIVE_MIGRATION_NOT_FOUND"]) {
    test(`is not taken for dropped on a 404 with the code ${code}`, async () => {
      bench.atlasSimulator.fail({
        operationId: "deleteOrgLiveMigrationLinkTokens",
        status: 404,
        errorCode: code,
      });
      await failureOf(bench, handler().delete(orgId, { orgId }));
      assert.ok(world.link(orgId).current);
    });
  }

  for (const [what, failure] of Object.entries({
    "in a form of its own": foreignJson,
    "in Atlas's form": { status: 404, errorCode: null },
  })) {
    test(`is not taken for dropped when the token endpoint answers 404 ${what}`, async () => {
      await bench.stop();
      bench = await startBench({ credentials: "serviceAccount" });
      const organization = bench.atlasSimulator.world.createOrganization();
      bench.atlasSimulator.fail({ operationId: "createAccessToken", times: 50, ...failure });
      const error = await failureOf(bench, handler().delete(organization, { orgId: organization }));
      assert.ok(error instanceof AtlasError);
      assert.equal(error.operation, "createAccessToken");
      assert.deepEqual(bench.requests(), []);
    });
  }

  for (const [errorCode, drops] of [
    [null, true],
    ["UNEXPECTED_ERROR", true],
    ["ATLAS_ORG_LINK_ALREADY_EXISTS", true],
    ["CANNOT_CREATE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK", false],
    ["ORG_HAS_OUTSTANDING_PAYMENT", false],
    ["CANNOT_CLOSE_ORG", false],
  ] as const) {
    test(`${drops ? "is dropped for another" : "stays"} when making one is refused with 409 ${errorCode}`, async () => {
      bench.atlasSimulator.fail({
        operationId: "createOrgLiveMigrationLinkToken",
        status: 409,
        errorCode,
      });
      if (drops) {
        const { outs } = await handler().create({ orgId });
        assert.equal(outs?.linkToken, world.link(orgId).current?.linkToken);
        assert.notEqual(outs?.linkToken, "x");
      } else {
        await failureOf(bench, handler().create({ orgId }));
        assert.equal(world.link(orgId).current?.linkToken, "x");
      }
    });
  }

  test("stays when a proxy answers 409", async () => {
    const headers = { "content-type": "text/html" };
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      raw: { status: 409, headers, body: "<html>Conflict</html>" },
    });
    await failureOf(bench, handler().create({ orgId }));
    assert.equal(world.link(orgId).current?.linkToken, "x");
  });
});

/** A listing that is behind by some reads: it shows nobody until then. */
function lag(operationId: string, reads: number): void {
  bench.atlasSimulator.fail({
    operationId,
    times: reads,
    mutate: (answer) => ({ ...(answer as object), results: [], totalCount: 0 }),
  });
}

describe("who Atlas says is there, but does not list yet,", () => {
  const create = (timeouts = {}) =>
    projectUserHandler(bench).create({
      projectId,
      username: ada,
      roles: ["GROUP_OWNER"],
      __timeouts: timeouts,
    });

  test("is waited for and taken over: in a project", async () => {
    world.grant(projectId, ada, ["GROUP_READ_ONLY"]);
    lag("listGroupUsers", 7);
    await create();
    assert.deepEqual(world.members(projectId)[ada]?.roles, ["GROUP_OWNER"]);
    assert.deepEqual(bench.clock.sleeps.slice(0, 2), [1_000, 2_000]);
  });

  test("is waited for and taken over: in a team", async () => {
    world.addActiveUser(orgId, ada);
    world.addToTeam(teamId, ada);
    lag("listOrgTeamUsers", 7);
    const { outs } = await teamUserHandler(bench).create({ orgId, teamId, username: ada });
    assert.equal(outs?.username, ada);
    assert.ok(bench.clock.sleeps.length > 0);
  });

  test("is waited for after an invitation of this run whose answer was lost, and never to be withdrawn", async () => {
    bench.atlasSimulator.fail({ operationId: "addGroupUsers", when: "after", reset: true });
    lag("listGroupUsers", 9);
    await create();
    assert.equal(world.invitationsSent.length, 1);

    world.removeFromProject(projectId, ada);
    bench.restart();
    bench.atlasSimulator.fail({ operationId: "addGroupUsers", when: "after", reset: true });
    lag("listGroupUsers", 1_000);
    const error = await failureOf(bench, create());
    assert.match(error.message, /although this update may have added it: run `pulumi up` again/);
    assert.doesNotMatch(error.message, /withdraw/);
  });

  test("is waited for half a minute, and no longer than customTimeouts allow", async () => {
    world.inviteInvisibly(projectId, ada);
    const start = bench.clock.now();
    const error = await failureOf(bench, create());
    assert.equal(bench.clock.now() - start, 30_000);
    assert.match(error.message, /If nobody has added the user just now, .* withdraw it there/);
    const again = bench.clock.now();
    await failureOf(bench, create({ create: "10s" }));
    assert.ok(bench.clock.now() - again <= 10_000);
  });

  test("is waited for in the organization by a team, when this run has invited the user", async () => {
    await create();
    lag("listOrgUsers", 2);
    const { outs } = await teamUserHandler(bench).create({ orgId, teamId, username: ada });
    assert.equal(outs?.orgMembershipStatus, "PENDING");
    assert.deepEqual(bench.clock.sleeps, [1_000, 2_000]);
  });

  test("is not waited for in the organization when this run has not invited the user", async () => {
    await failureOf(bench, teamUserHandler(bench).create({ orgId, teamId, username: ada }));
    assert.deepEqual(bench.clock.sleeps, []);
  });
});

describe("values that Atlas leaves out or adds", () => {
  /** Changes what a listing says of one user. */
  const show = (username: string, change: object): void => {
    bench.atlasSimulator.fail({
      operationId: "listGroupUsers",
      times: 50,
      mutate: (answer) => {
        const { results, ...rest } = answer as { results: { username: string }[] };
        return {
          ...rest,
          results: results.map((row) => (row.username === username ? { ...row, ...change } : row)),
        };
      },
    });
  };
  const read = () => projectUserHandler(bench).read(`${projectId}/${ada}`, user());

  beforeEach(() => {
    world.grant(projectId, ada, ["GROUP_READ_ONLY"]);
    world.grant(projectId, "bob@example.com", ["GROUP_READ_ONLY"]);
  });

  for (const change of [{ roles: null }, { orgMembershipStatus: "SUSPENDED" }]) {
    test(`stop nobody who is declared when they are somebody else's: ${JSON.stringify(change)}`, async () => {
      show("bob@example.com", change);
      for (const { props } of [await read(), await read()]) {
        assert.deepEqual(props?.roles, ["GROUP_READ_ONLY"]);
      }
    });
  }

  test("are an error in a sentence when they are the roles of who is declared", async () => {
    show(ada, { roles: null });
    const sentence = `Atlas shows no roles of ${ada} in project ${projectId}, so they cannot be compared with those that are declared.`;
    const declared = { projectId, username: ada, roles: ["GROUP_OWNER"] };
    for (const operation of [
      read(),
      projectUserHandler(bench).update(`${projectId}/${ada}`, user(), declared),
      projectUserHandler(bench).create(declared),
    ]) {
      const error = await failureOf(bench, operation);
      assert.ok(error instanceof AtlasError);
      assert.ok(error.message.startsWith(sentence));
    }
    assert.deepEqual(world.members(projectId)[ada]?.roles, ["GROUP_READ_ONLY"]);
  });

  test("are shown as they are when they are a status", async () => {
    show(ada, { orgMembershipStatus: "SUSPENDED" });
    assert.equal((await read()).props?.orgMembershipStatus, "SUSPENDED");
    show(ada, { orgMembershipStatus: null });
    bench.restart();
    assert.equal((await read()).id, `${projectId}/${ada}`);
  });

  test("do not end the wait for a migration", async () => {
    const migration = world.addMigration(projectId);
    bench.atlasSimulator.fail({
      operationId: "getGroupLiveMigration",
      times: 3,
      mutate: (answer) => ({ ...(answer as object), status: "PAUSED", readyForCutover: false }),
    });
    const handler = migrationCutoverHandler(bench);
    const { outs } = await handler.create({ projectId, liveMigrationId: migration.id });
    assert.equal(outs?.status, "COMPLETE");
    assert.ok(bench.reports.some((line) => line.startsWith("PAUSED, 0 s behind its source; waiting")));
  });
});

describe(".get() of what is not there", () => {
  const __provider = { __provider: "exports.handler = …" };

  test("says who is not in the project", async () => {
    const error = await failureOf(bench, projectUserHandler(bench).read(`${projectId}/${ada}`, __provider));
    assert.equal(
      error.message,
      `${ada} is not a user of project ${projectId}, and has no pending invitation to it, so there is nothing to read.`,
    );
  });

  test("says who is not in the team", async () => {
    const error = await failureOf(
      bench,
      teamUserHandler(bench).read(`${orgId}/${teamId}/${ada}`, __provider),
    );
    assert.equal(
      error.message,
      `${ada} is not in team ${teamId} of organization ${orgId}, so there is nothing to read.`,
    );
  });

  test("says which migration and which project do not exist", async () => {
    const nowhere = "0".repeat(24);
    const migration = await failureOf(
      bench,
      migrationCutoverHandler(bench).read(`${projectId}/${nowhere}`, __provider),
    );
    assert.match(migration.message, new RegExp(`Check that live migration ${nowhere} belongs to project`));
    const window = await failureOf(bench, maintenanceDeferralHandler(bench).read(nowhere, __provider));
    assert.match(window.message, new RegExp(`maintenance window of project ${nowhere}: .* GROUP_NOT_FOUND`));
  });

  test("leaves out of the state what the stack manages and Atlas no longer has", async () => {
    assert.deepEqual(await projectUserHandler(bench).read(`${projectId}/${ada}`, user()), {});
    assert.deepEqual(await teamUserHandler(bench).read(`${orgId}/${teamId}/${ada}`, teamUser()), {});
  });
});
