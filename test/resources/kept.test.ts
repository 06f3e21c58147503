import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Handler } from "../../provider/resources/handler/handler";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import type { World } from "../simulator/world";
import { type Bench, startBench } from "./harness";

/*
 * What becomes of a deletion whose thing the same run declares: the engine deletes what was replaced or is declared no
 * longer, when all that the program declares has been checked.
 */

const ada = "ada@example.com";
const pending = "0".repeat(24);
let bench: Bench;
let world: World;
let orgId: string;
let projectId: string;
let teamId: string;
let adaId: string;

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  projectId = world.createProject(orgId);
  teamId = world.createTeam(orgId);
  world.grant(projectId, ada, ["GROUP_READ_ONLY"]);
  adaId = world.member(orgId, ada).userId;
  world.addToTeam(teamId, ada);
});

afterEach(() => bench.stop());

const check = (handler: Pick<Handler<object, object>, "check">, news: object) =>
  handler.check({}, { __declaredAs: "type::other", ...news });

describe("a deleted ProjectUser", () => {
  const state = () => ({ projectId, username: ada, roles: ["GROUP_READ_ONLY"], userId: adaId });
  const remove = () => projectUserHandler(bench).delete(`${projectId}/${ada}`, state());

  test("stays in the project when another resource declares the user, which is told", async () => {
    await check(projectUserHandler(bench), {
      projectId,
      username: "Ada@Example.com",
      roles: ["GROUP_OWNER"],
    });
    await remove();
    assert.ok(ada in world.members(projectId));
    assert.deepEqual(bench.requests(), []);
    assert.deepEqual(bench.reports, [
      `${ada} stays in project ${projectId}: the program declares it as 'other'.`,
    ]);
  });

  for (const [what, news] of Object.entries({
    "in another project": () => ({ projectId: pending, username: ada, roles: ["GROUP_OWNER"] }),
    "as another user": () => ({ projectId, username: "bob@example.com", roles: ["GROUP_OWNER"] }),
  })) {
    test(`is removed when the run declares one ${what}`, async () => {
      await check(projectUserHandler(bench), news());
      await remove();
      assert.deepEqual(world.members(projectId), {});
      assert.deepEqual(bench.reports, []);
    });
  }

  test("is removed in a run that declares the user in a team only", async () => {
    await check(teamUserHandler(bench), { orgId, teamId, username: ada });
    await remove();
    assert.deepEqual(world.members(projectId), {});
  });
});

describe("a deleted TeamUser", () => {
  const state = (userId = adaId) => ({ orgId, teamId, username: ada, userId });
  const remove = (name = ada, userId = adaId) =>
    teamUserHandler(bench).delete(`${orgId}/${teamId}/${name}`, state(userId));

  for (const [what, declared] of Object.entries({
    "by the name": () => ({ username: ada }),
    "by the id": () => ({ userId: adaId }),
  })) {
    test(`stays in the team when another resource declares the user ${what}`, async () => {
      await check(teamUserHandler(bench), { orgId, teamId, ...declared() });
      await remove();
      assert.deepEqual(world.teamMembers(teamId), [ada]);
      assert.deepEqual(bench.requests(), []);
      assert.deepEqual(bench.reports, [
        `${ada} stays in team ${teamId}: the program declares it as 'other'.`,
      ]);
    });
  }

  for (const [what, meet] of Object.entries({
    create: () => teamUserHandler(bench).create({ orgId, teamId, userId: adaId }),
    update: () => teamUserHandler(bench).update("", {}, { orgId, teamId, userId: adaId }),
    read: () => teamUserHandler(bench).read(`${orgId}/${teamId}/${adaId}`),
  })) {
    test(`stays when the user has been given another id, which ${what} of the new resource finds out`, async () => {
      await check(teamUserHandler(bench), { orgId, teamId, userId: adaId });
      await meet();
      await remove(pending, pending);
      assert.deepEqual(world.teamMembers(teamId), [ada]);
    });
  }

  test("is removed when the run declares another team or another user", async () => {
    await check(teamUserHandler(bench), { orgId, teamId: pending, username: ada });
    await check(teamUserHandler(bench), { orgId, teamId, username: "bob@example.com" });
    await remove();
    assert.deepEqual(world.teamMembers(teamId), []);
  });
});

describe("a TeamUser", () => {
  test("who is declared by name and by id is an error that names both resources", async () => {
    const handler = teamUserHandler(bench);
    await check(handler, { orgId, teamId, username: ada, __declaredAs: "type::by-name" });
    await check(handler, { orgId, teamId, userId: adaId, __declaredAs: "type::by-id" });
    await handler.create({ orgId, teamId, username: ada }).catch(() => {});
    await assert.rejects(handler.create({ orgId, teamId, userId: adaId }), {
      message: `${ada} is declared twice in team ${teamId}, as 'by-id' and 'by-name': keep one of them.`,
    });
  });

  test("who is declared by an id that was a name before is one and the same", async () => {
    const handler = teamUserHandler(bench);
    await check(handler, { orgId, teamId, username: ada, __declaredAs: "type::ada" });
    await check(handler, { orgId, teamId, userId: adaId, __declaredAs: "type::ada" });
    const { outs } = await handler.create({ orgId, teamId, userId: adaId });
    assert.equal(outs?.username, ada);
  });
});

describe("a deleted LinkToken", () => {
  const link = () => world.link(orgId).current;
  const handler = () => linkTokenHandler(bench);
  const state = () => ({ orgId, linkToken: "of before" });

  beforeEach(() => {
    world.organization(orgId).link = { linkToken: "of before", accessListIps: [] };
  });

  test("leaves the link that this run has made", async () => {
    world.organization(orgId).link = undefined;
    await check(handler(), { orgId });
    const { outs } = await handler().create({ orgId });
    await handler().delete(orgId, state());
    assert.equal(link()?.linkToken, outs?.linkToken);
    assert.deepEqual(bench.reports, [
      `The link of organization ${orgId} stays: the program declares it, and this update has it in place.`,
    ]);
  });

  test("tells of two tokens when it leaves a link that this run has found with another one", async () => {
    await check(handler(), { orgId });
    await handler().diff(orgId, state(), { orgId });
    await handler().delete(orgId, { orgId, linkToken: "of another resource" });
    assert.equal(link()?.linkToken, "of before");
    assert.deepEqual(bench.reports, [
      `The link of organization ${orgId} stays: the program declares it, and this update has it in place.`,
      `The state had two link tokens of organization ${orgId}, and Atlas accepts only the one that was made last. ` +
        "If it refuses the token of the resource that is declared, replace 'other': pulumi up --replace <its URN>.",
    ]);
  });

  test("leaves the link that this run has found as declared", async () => {
    await check(handler(), { orgId });
    assert.equal((await handler().diff(orgId, state(), { orgId })).changes, false);
    await handler().delete(orgId, state());
    assert.ok(link());
  });

  test("drops the link when the run declares it but has not made it yet, as for a replacement", async () => {
    await check(handler(), { orgId, accessListIps: ["203.0.113.7"] });
    await handler().diff(orgId, state(), { orgId, accessListIps: ["203.0.113.7"] });
    await handler().delete(orgId, state());
    assert.equal(link(), undefined);
  });

  test("drops the link when only a refresh has found it as declared, before anything is checked", async () => {
    assert.equal((await handler().diff(orgId, state(), { orgId })).changes, false);
    await handler().delete(orgId, state());
    assert.equal(link(), undefined);
  });

  test("drops the link when making another has failed", async () => {
    await check(handler(), { orgId });
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      status: 401,
      errorCode: "NOT_ORG_OWNER",
    });
    await assert.rejects(handler().create({ orgId }));
    await handler().delete(orgId, state());
    assert.equal(link(), undefined);
  });
});

describe("where in a program a resource is declared", () => {
  test("gets into no inputs, and so into no state", async () => {
    for (const [handler, news] of [
      [projectUserHandler(bench), { projectId, username: ada, roles: ["GROUP_OWNER"] }],
      [teamUserHandler(bench), { orgId, teamId, username: ada }],
      [linkTokenHandler(bench), { orgId }],
    ] as const) {
      assert.deepEqual(await check(handler, news), { inputs: news, failures: [] });
    }
  });
});
