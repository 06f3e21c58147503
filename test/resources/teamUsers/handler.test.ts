import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { teamUserHandler } from "../../../provider/resources/teamUser/handler";
import { teamUsersHandler } from "../../../provider/resources/teamUsers/handler";
import type { World } from "../../simulator/world";
import { type Bench, named, startBench } from "../harness";
import { checked, create, refreshed, seesNoDifference } from "../lifecycle";

const ada = "ada@example.com";
const bob = "bob@example.com";
const eve = "eve@example.com";

let bench: Bench;
let world: World;
let orgId: string;
let teamId: string;
let id: string;
let handler: ReturnType<typeof teamUsersHandler>;

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  teamId = world.createTeam(orgId);
  id = `${orgId}/${teamId}`;
  for (const name of [ada, bob, eve]) {
    world.addActiveUser(orgId, name);
  }
  handler = teamUsersHandler(bench);
});

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

const news = (usernames: string[] = [ada, bob], more: object = {}) => ({ orgId, teamId, usernames, ...more });
const created = (usernames?: string[], more?: object) => create(bench, handler, news(usernames, more));
const requests = (): string[] => named(bench.requests(), { org: orgId, team: teamId });
const update = async (standing: { inputs: object; outs: object }, wanted: object) => {
  const { inputs, failures } = await handler.check(standing.inputs, wanted);
  assert.deepEqual(failures, []);
  const { outs } = await handler.update(id, standing.outs as never, inputs as never);
  return { inputs: inputs as object, outs: outs as object };
};

describe("check", () => {
  for (const [what, wanted, reason] of [
    ["nobody", [], "must be a list of at least one username, but got an empty list"],
    [
      "a user twice in different case",
      [ada, "Ada@Example.com"],
      "must name each user once, but got 'ada@example.com' and 'Ada@Example.com'",
    ],
    ["what is no address", ["ada"], "must be an e-mail address such as ada@example.com, but got 'ada'"],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { failures } = await handler.check({}, news([...wanted]));
      assert.deepEqual(failures, [{ property: "usernames", reason }]);
    });
  }

  test("stops an update that would remove more than maxRemovals", async () => {
    const { failures } = await handler.check(news(), news([eve], { maxRemovals: 1 }));
    assert.deepEqual(failures, [
      {
        property: "usernames",
        reason:
          `must remove at most one member from team ${teamId} at once, but 2 would go (${ada}, ${bob}): ` +
          "name them again, or set maxRemovals to 2 if they are to go",
      },
    ]);
    const elsewhere = { ...news(), teamId: "0".repeat(24) };
    assert.deepEqual((await handler.check(elsewhere, news([eve], { maxRemovals: 1 }))).failures, []);
  });

  test("keeps order and spelling as they were, so that the engine sees no change", async () => {
    const before = await checked(handler, news(["Zoe@Example.com", "ada@example.com"]));
    const { inputs } = await handler.check(before, news(["ADA@example.com", "zoe@example.com"]));
    assert.deepEqual(inputs, before);
  });

  test("refuses a TeamUser of the same team that ignore does not match", async () => {
    await handler.check({}, { ...news(), __declaredAs: "t:TeamUsers::all" });
    const single = (username: string) =>
      teamUserHandler(bench).check({}, { orgId, teamId, username, __declaredAs: "t:TeamUser::one" });
    assert.deepEqual((await single(eve)).failures, [
      {
        property: "username",
        reason: `must be left to TeamUsers 'all', which declares all members: keep one of them, or let its ignore match ${eve}`,
      },
    ]);
    await handler.check({}, { ...news([ada, bob], { ignore: ["eve@*"] }), __declaredAs: "t:TeamUsers::all" });
    assert.deepEqual((await single(eve)).failures, []);
  });
});

describe("create", () => {
  test("takes one listing, looks each user up, and adds who is missing", async () => {
    world.addToTeam(teamId, bob);
    const { outs } = await handler.create(await checked(handler, news()));
    assert.deepEqual(world.teamMembers(teamId), [bob, ada].sort());
    assert.deepEqual(requests(), [
      "GET /orgs/<org>/teams/<team>/users 200",
      "GET /orgs/<org>/users 200",
      "POST /orgs/<org>/teams/<team>:addUser 200",
    ]);
    assert.deepEqual(outs, {
      orgId,
      teamId,
      usernames: [ada, bob],
      userIds: { [ada]: world.member(orgId, ada).userId, [bob]: world.member(orgId, bob).userId },
      pending: [],
      unmanaged: [],
    });
  });

  test("finds the ids of many users by one listing of the organization", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user${index}@example.com`);
    for (const name of names) {
      world.addActiveUser(orgId, name);
    }
    await handler.create(await checked(handler, news(names)));
    const sent = requests();
    assert.deepEqual(
      sent.filter((line) => line.startsWith("GET")),
      ["GET /orgs/<org>/teams/<team>/users 200", "GET /orgs/<org>/users 200"],
    );
    assert.equal(sent.length, 22);
    assert.deepEqual(world.teamMembers(teamId).length, 20);
  });

  test("adds the others when one is not in the organization, and says what to do", async () => {
    const wanted = await checked(handler, news([ada, "mallory@example.com"]));
    await assert.rejects(
      handler.create(wanted),
      (error: Error & { properties?: { usernames: string[] } }) => {
        assert.match(
          error.message,
          /^mallory@example\.com is not a user of organization .* Invite the user first/,
        );
        assert.deepEqual(error.properties?.usernames, [ada]);
        return true;
      },
    );
    assert.deepEqual(world.teamMembers(teamId), [ada]);
  });

  test("leaves those that nobody declares, and names them", async () => {
    world.addToTeam(teamId, eve);
    await created();
    assert.deepEqual(world.teamMembers(teamId), [ada, bob, eve]);
    assert.match(bench.reports[0] ?? "", /^Not declared, and left in team \w+: eve@example\.com\. /);
  });
});

describe("update and read", () => {
  test("sees no difference after a create", async () => {
    const { outs, inputs } = await created();
    await seesNoDifference(handler, { id, outs: outs as object, inputs });
  });

  test("removes who was found by a refresh, and nobody that only came since", async () => {
    const standing = await created();
    world.addToTeam(teamId, eve);
    const early = await update(standing as never, news([ada]));
    assert.deepEqual(world.teamMembers(teamId), [ada, eve]);
    const read = await refreshed(handler, { id, outs: early.outs });
    assert.deepEqual(read.inputs, { orgId, teamId, usernames: [ada, eve], unmanaged: [eve] });
    await update(read as never, news([ada]));
    assert.deepEqual(world.teamMembers(teamId), [ada]);
  });

  test("shows who is missing, and adds them again", async () => {
    const standing = await created();
    world.removeFromTeam(teamId, bob);
    bench.restart();
    const read = await refreshed(handler, { id, outs: standing.outs as object });
    assert.deepEqual((read.inputs as { usernames: string[] }).usernames, [ada]);
    await update(read as never, news());
    assert.deepEqual(world.teamMembers(teamId), [ada, bob]);
  });

  test("reads everybody for .get()", async () => {
    world.addToTeam(teamId, eve);
    assert.deepEqual((await handler.read(id)).props?.usernames, [eve]);
  });
});

describe("delete", () => {
  test("removes the declared users and nobody else", async () => {
    const { outs } = await created();
    world.addToTeam(teamId, eve);
    const read = await refreshed(handler, { id, outs: outs as object });
    bench.newRun();
    await handler.delete(id, read.outs);
    assert.deepEqual(world.teamMembers(teamId), [eve]);
  });

  test("leaves who has become a TeamUser by the id", async () => {
    const { outs } = await created();
    bench.newRun();
    const single = teamUserHandler(bench);
    const userId = world.member(orgId, ada).userId;
    const inputs = await checked(single, { orgId, teamId, userId });
    await single.create(inputs);
    await handler.delete(id, outs as object);
    assert.deepEqual(world.teamMembers(teamId), [ada]);
  });

  test("leaves who is a TeamUser by the id since an earlier run", async () => {
    const { outs } = await created();
    bench.newRun();
    const single = teamUserHandler(bench);
    const declared = { orgId, teamId, userId: world.member(orgId, ada).userId };
    const standing = await create(bench, single, declared);
    bench.newRun();
    const inputs = await checked(single, declared);
    assert.equal((await single.diff(standing.id, standing.outs as never, inputs)).changes, false);
    await handler.delete(id, outs as object);
    assert.deepEqual(world.teamMembers(teamId), [ada]);
  });

  test("leaves a TeamUser by the id that has become part of it", async () => {
    const userId = world.member(orgId, ada).userId;
    const single = await create(bench, teamUserHandler(bench), { orgId, teamId, userId });
    bench.newRun();
    await handler.create(await checked(handler, news()));
    await teamUserHandler(bench).delete(single.id, single.outs as object);
    assert.deepEqual(world.teamMembers(teamId), [ada, bob]);
  });
});
