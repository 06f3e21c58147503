import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import type { PartialFailure } from "../../../provider/resources/handler/partialFailure";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { projectUserHandler } from "../../../provider/resources/projectUser/handler";
import { projectUsersHandler } from "../../../provider/resources/projectUsers/handler";
import type { World } from "../../simulator/world";
import { type Bench, named, startBench } from "../harness";
import { checked, create, refreshed, seesNoDifference } from "../lifecycle";

const ada = "ada@example.com";
const bob = "bob@example.com";
const cleo = "cleo@example.com";
const eve = "eve@example.com";

type Users = Record<string, string[]>;

let bench: Bench;
let world: World;
let orgId: string;
let projectId: string;
let handler: ReturnType<typeof projectUsersHandler>;

beforeEach(async () => {
  bench = await startBench({ client: {} });
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  projectId = world.createProject(orgId);
  handler = projectUsersHandler(bench);
});

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

const both: Users = { [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_READ_ONLY"] };
const news = (users: Users = both, more: object = {}) => ({ projectId, users, ...more });
const created = (users: Users = both, more: object = {}) => create(bench, handler, news(users, more));
/** What the engine does when a program is deployed that differs from the state. */
const update = async ({ id, inputs, outs }: { id: string; inputs: object; outs: object }, wanted: object) => {
  const { inputs: after, failures } = await handler.check(inputs, wanted);
  assert.deepEqual(failures, []);
  const { outs: now } = await handler.update(id, outs, after as Parameters<typeof handler.update>[2]);
  return { id, inputs: after as object, outs: now as object };
};
const requests = (): string[] =>
  named(
    bench.requests(),
    Object.fromEntries([
      ["project", projectId],
      ...Object.entries(world.members(projectId)).map(([name, { id }]) => [name.split("@")[0] ?? "", id]),
    ]),
  );
const inAtlas = (): Users =>
  Object.fromEntries(Object.entries(world.members(projectId)).map(([name, { roles }]) => [name, [...roles]]));
const reasons = async (olds: object, wanted: object): Promise<string[]> =>
  ((await handler.check(olds, wanted)).failures ?? []).map(({ property, reason }) => `${property} ${reason}`);
const people = (count: number, roles = ["GROUP_READ_ONLY"]): Users =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`user${String(index).padStart(3, "0")}@example.com`, roles]),
  );

async function thrownBy(promise: Promise<unknown>): Promise<PartialFailure> {
  return promise.then(
    () => assert.fail("it succeeded"),
    (error: PartialFailure) => error,
  );
}

describe("check", () => {
  for (const [what, wanted, expected] of [
    ["nobody", {}, "users must be roles of at least one user, but got an object"],
    [
      "a user twice in different case",
      { [ada]: ["GROUP_OWNER"], "Ada@Example.com": ["GROUP_OWNER"] },
      "users must name each user once, but got 'ada@example.com' and 'Ada@Example.com'",
    ],
    [
      "a role of the organization",
      { [ada]: ["ORG_OWNER"] },
      "users must be a project role such as GROUP_READ_ONLY, not a role of the organization, but got 'ORG_OWNER'",
    ],
    [
      "a name that is no address",
      { ada: ["GROUP_OWNER"] },
      "users must be an e-mail address such as ada@example.com, but got 'ada'",
    ],
    ["no roles", { [ada]: [] }, "users must be a list of at least one project role, but got an empty list"],
  ] as const) {
    test(`refuses ${what}`, async () => {
      assert.deepEqual(await reasons({}, news(wanted as unknown as Users)), [expected]);
    });
  }

  test("refuses a declared user that ignore matches, whatever the case", async () => {
    assert.deepEqual(await reasons({}, news(both, { ignore: ["*@EXAMPLE.com"] })), [
      "users must not name ada@example.com, bob@example.com, because ignore leaves them alone: take them out of one of the two",
    ]);
  });

  test("takes a pattern as text but for its stars", async () => {
    assert.deepEqual(await reasons({}, news(both, { ignore: ["a.a@example.com", "*+ci@example.com"] })), []);
    assert.deepEqual(await reasons({}, news(both, { ignore: ["nobody"] })), [
      "ignore must be an e-mail address in which * stands for any text, such as *@example.com, but got 'nobody'",
    ]);
  });

  test("stops an update that would remove more than maxRemovals, and counts nobody who stays", async () => {
    const before = news({ ...people(12), ...both });
    assert.deepEqual(await reasons(before, news()), [
      `users must remove at most 10 members from project ${projectId} at once, but 12 would go (` +
        `${Object.keys(people(10)).join(", ")} and 2 more): name them again, or set maxRemovals to 12 if they are to go`,
    ]);
    assert.deepEqual(await reasons(before, news(both, { maxRemovals: 12 })), []);
    assert.deepEqual(await reasons(before, news(both, { ignore: ["user*"] })), []);
    assert.deepEqual(await reasons(news({ ...people(10), ...both }), news()), []);
    assert.deepEqual(await reasons(news(both), news({ [ada]: ["GROUP_OWNER"] }, { maxRemovals: 0 })), [
      `users must remove at most 0 members from project ${projectId} at once, but 1 would go (${bob}): ` +
        "name them again, or set maxRemovals to 1 if they are to go",
    ]);
  });

  test("counts removals only where old and new project are the same", async () => {
    const before = { projectId: "0".repeat(24), users: { ...people(12), ...both } };
    assert.deepEqual(await reasons(before, news()), []);
  });

  test("lets through what is not known yet, and counts what is", async () => {
    assert.deepEqual(await reasons({}, { projectId: unknownMarker, users: unknownMarker }), []);
    const users = { [ada]: unknownMarker } as unknown as Users;
    assert.deepEqual(await reasons(news(people(3)), news(users, { maxRemovals: 2 })), [
      `users must remove at most 2 members from project ${projectId} at once, but 3 would go (` +
        `${Object.keys(people(3)).join(", ")}): name them again, or set maxRemovals to 3 if they are to go`,
    ]);
  });

  test("keeps the spelling of a name that differs in case only", async () => {
    const { inputs } = await handler.check(
      news({ "Ada@Example.com": ["GROUP_OWNER"] }),
      news({ [ada]: ["GROUP_OWNER"] }),
    );
    assert.deepEqual((inputs as { users: object }).users, { "Ada@Example.com": ["GROUP_OWNER"] });
  });
});

describe("beside other resources of the program", () => {
  const whole = (more: object = {}) =>
    handler.check(
      {},
      { ...news(both, more), __declaredAs: "pulumi-nodejs:dynamic/mongodbatlas:ProjectUsers::all" },
    );
  const single = (username: string) =>
    projectUserHandler(bench).check(
      {},
      {
        projectId,
        username,
        roles: ["GROUP_OWNER"],
        __declaredAs: "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::one",
      },
    );

  for (const username of [ada, eve]) {
    test(`a ProjectUser for ${username} is a mistake that names both, whichever is checked first`, async () => {
      await whole();
      assert.deepEqual((await single(username)).failures, [
        {
          property: "username",
          reason: `must be left to ProjectUsers 'all', which declares all members: keep one of them, or let its ignore match ${username}`,
        },
      ]);
      bench.newRun();
      await single(username);
      assert.deepEqual((await whole()).failures, [
        {
          property: "users",
          reason: `must be declared here only, but got ${username} in ProjectUser 'one' as well: keep one of them, or let ignore match ${username}`,
        },
      ]);
    });
  }

  test("a ProjectUser that ignore matches is none", async () => {
    await whole({ ignore: ["eve@*"] });
    assert.deepEqual((await single(eve)).failures, []);
  });

  test("a second ProjectUsers of the project is one", async () => {
    await whole();
    const { failures } = await handler.check({}, { ...news(), __declaredAs: "x:ProjectUsers::again" });
    assert.deepEqual(failures, [
      {
        property: "projectId",
        reason:
          "must be declared once for a project, but got two declarations, 'again' and 'all': keep one of them",
      },
    ]);
  });

  test("a ProjectUser that becomes part of it stays in the project, without a request", async () => {
    world.grant(projectId, ada, ["GROUP_OWNER"]);
    await whole();
    await projectUserHandler(bench).delete(`${projectId}/${ada}`, { username: ada });
    assert.deepEqual(requests(), []);
    assert.deepEqual(bench.reports, [
      `${ada} stays in project ${projectId}: the program declares it as 'all'.`,
    ]);
  });

  test("its users that become ProjectUsers stay in the project, and the others go", async () => {
    const { id, outs } = await created();
    bench.newRun();
    await single(ada);
    await handler.delete(id, outs);
    assert.deepEqual(Object.keys(inAtlas()), [ada]);
    assert.deepEqual(bench.reports, [
      `${ada} stays in project ${projectId}: the program declares it as 'one'.`,
    ]);
  });

  test("an update leaves a user who has become a ProjectUser that ignore matches", async () => {
    const standing = await created();
    bench.newRun();
    const wanted = news({ [ada]: ["GROUP_OWNER"] }, { ignore: ["bob@*"] });
    await update(standing, wanted);
    assert.deepEqual(inAtlas(), both);
  });
});

describe("create", () => {
  test("takes one listing and a request for each who is missing, and tells who is pending", async () => {
    world.addActiveUser(orgId, ada);
    const { id, outs } = await handler.create(await checked(handler, news()));
    assert.equal(id, projectId);
    assert.deepEqual(outs, {
      projectId,
      users: both,
      userIds: Object.fromEntries([ada, bob].map((name) => [name, world.members(projectId)[name]?.id])),
      pending: [bob],
      unmanaged: [],
    });
    assert.deepEqual(requests(), [
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users 201",
      "POST /groups/<project>/users 201",
    ]);
  });

  test("sends nothing for who is as declared, and adopts who is there with other roles", async () => {
    world.grant(projectId, ada, ["GROUP_OWNER"]);
    world.grant(projectId, bob, ["GROUP_OWNER"]);
    await handler.create(await checked(handler, news()));
    assert.deepEqual(inAtlas(), both);
    assert.deepEqual(requests(), [
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users/<bob>:addRole 200",
      "POST /groups/<project>/users/<bob>:removeRole 200",
    ]);
  });

  test("leaves those that nobody declares, names them, and does not take them into the state", async () => {
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    world.grant(projectId, "partner@else.example", ["GROUP_OWNER"]);
    const standing = await created(both, { ignore: ["*@else.example"] });
    assert.ok(eve in inAtlas());
    assert.deepEqual(bench.reports, [
      `Not declared, and left in project ${projectId}: ${eve}. ` +
        "`pulumi up --refresh` removes them; to keep them, declare them or let `ignore` match them.",
    ]);
    assert.deepEqual(Object.keys((standing.outs as { users: object }).users), [ada, bob]);
    assert.equal((await handler.diff(projectId, standing.outs as never, standing.inputs)).changes, false);
  });

  test("goes on with the others when Atlas refuses some, and says who and why, and an update tries again", async () => {
    bench.atlasSimulator.fail({
      operationId: "addGroupUsers",
      matching: ({ body }) => /^user00[13]/.test((body as { username: string }).username),
      times: 2,
      status: 400,
      errorCode: "DOMAIN_NOT_ALLOWED",
      detail: "The domain is not allowed.",
    });
    const inputs = await checked(handler, news(people(5)));
    const failure = await thrownBy(handler.create(inputs));
    assert.match(
      failure.message,
      /^Could not change 2 members of project \w+; the others are as declared\.\nCould not add user001@example\.com to project .* DOMAIN_NOT_ALLOWED: The domain is not allowed\..* The same happened to user003@example\.com\.$/,
    );
    assert.equal(failure.id, projectId);
    const { users } = failure.properties as { users: Users };
    assert.deepEqual(Object.keys(users), [
      "user000@example.com",
      "user002@example.com",
      "user004@example.com",
    ]);
    requests();
    await update({ id: projectId, inputs, outs: failure.properties }, news(people(5)));
    assert.deepEqual(requests(), [
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users 201",
      "POST /groups/<project>/users 201",
    ]);
    assert.equal(world.invitationsSent.length, 5);
  });

  test("stops trying when failures are not about one user", async () => {
    bench.atlasSimulator.fail({
      operationId: "addGroupUsers",
      times: 1_000,
      status: 401,
      errorCode: "USER_UNAUTHORIZED",
    });
    const failure = await thrownBy(handler.create(await checked(handler, news(people(100)))));
    assert.match(
      failure.message,
      /Not tried after these failures: user0\d\d@example\.com, .* and \d+ more\.$/,
    );
    const tried = bench.atlasSimulator.log.matching("addGroupUsers").filter((entry) => entry.authenticated);
    assert.ok(tried.length < 50, `${tried.length} tries`);
  });

  test("finds out what a lost answer has come to, and invites nobody twice", async () => {
    bench.atlasSimulator.fail({ operationId: "addGroupUsers", when: "after", reset: true, times: 3 });
    await handler.create(await checked(handler, news(people(6))));
    assert.equal(world.invitationsSent.length, 6);
  });

  test("tells once a minute how many are left while Atlas lets few invitations pass", async () => {
    await handler.create(await checked(handler, news(people(60))));
    const lines = bench.reports.filter((line) => line.startsWith("Rate limited by Atlas"));
    assert.ok(lines.length > 1, bench.reports.join("\n"));
    const left = lines.map((line) => Number(/ (\d+) members of project \w+ are left\.$/.exec(line)?.[1]));
    assert.ok(
      left.every((count, index) => count > 0 && count <= (left[index - 1] ?? 60)),
      String(left),
    );
  });
});

describe("update", () => {
  test("adds, then changes, then removes, and leaves the project an owner at all times", async () => {
    for (const name of [ada, bob, cleo]) {
      world.addActiveUser(orgId, name);
    }
    const standing = await created({ [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_READ_ONLY"] });
    await update(standing, news({ [bob]: ["GROUP_OWNER"], [cleo]: ["GROUP_READ_ONLY"] }));
    assert.deepEqual(inAtlas(), { [bob]: ["GROUP_OWNER"], [cleo]: ["GROUP_READ_ONLY"] });
    assert.deepEqual(
      bench.requests().map((line) => line.replaceAll(/\/[0-9a-f]{24}/g, "")),
      [
        "GET /groups/users 200",
        "POST /groups/users 201",
        "POST /groups/users:addRole 200",
        "POST /groups/users:removeRole 200",
        "DELETE /groups/users 204",
      ],
    );
  });

  test("makes the new owner one before the old owner loses the role", async () => {
    for (const name of [ada, bob]) {
      world.addActiveUser(orgId, name);
    }
    const standing = await created();
    await update(standing, news({ [ada]: ["GROUP_READ_ONLY"], [bob]: ["GROUP_OWNER"] }));
    assert.deepEqual(inAtlas(), { [ada]: ["GROUP_READ_ONLY"], [bob]: ["GROUP_OWNER"] });
  });

  test("leaves the old owner when the new one could not be added", async () => {
    const standing = await created({
      [ada]: ["GROUP_OWNER"],
      [bob]: ["GROUP_OWNER"],
      [cleo]: ["GROUP_READ_ONLY"],
    });
    bench.atlasSimulator.fail({ operationId: "addGroupUsers", status: 400, errorCode: "DOMAIN_NOT_ALLOWED" });
    const wanted = await checked(handler, news({ [bob]: ["GROUP_READ_ONLY"], [eve]: ["GROUP_OWNER"] }));
    const failure = await thrownBy(handler.update(projectId, standing.outs as never, wanted));
    assert.match(failure.message, /Not tried after these failures: bob@example\.com, ada@example\.com\.$/);
    assert.deepEqual(inAtlas(), { [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_OWNER"] });
    await handler.update(projectId, failure.properties as never, wanted);
    assert.deepEqual(inAtlas(), { [bob]: ["GROUP_READ_ONLY"], [eve]: ["GROUP_OWNER"] });
  });

  test("removes nobody that the state did not name", async () => {
    const standing = await created();
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const { outs } = await update(standing, news({ [ada]: ["GROUP_OWNER"] }));
    assert.deepEqual(Object.keys(inAtlas()), [ada, eve]);
    assert.deepEqual((outs as { users: object }).users, { [ada]: ["GROUP_OWNER"] });
  });

  test("keeps who could not be removed in the state, and the next update removes them", async () => {
    const standing = await created({ ...both, [cleo]: ["GROUP_READ_ONLY"] });
    bench.atlasSimulator.fail({
      operationId: "removeGroupUser",
      status: 403,
      errorCode: "CANNOT_DELETE_LAST_ADMIN",
    });
    const wanted = await checked(handler, news({ [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_READ_ONLY"] }));
    const failure = await thrownBy(handler.update(projectId, standing.outs as never, wanted));
    assert.deepEqual((failure.properties as { users: Users }).users, {
      ...both,
      [cleo]: ["GROUP_READ_ONLY"],
    });
    assert.equal((await handler.diff(projectId, failure.properties as never, wanted)).changes, undefined);
    await handler.update(projectId, failure.properties as never, wanted);
    assert.deepEqual(inAtlas(), both);
  });

  test("removes a user that Atlas knows by another id since the invitation was accepted", async () => {
    const standing = await created();
    world.acceptInvitation(bob);
    await update(standing, news({ [ada]: ["GROUP_OWNER"] }));
    assert.deepEqual(inAtlas(), { [ada]: ["GROUP_OWNER"] });
  });

  test("says what is wrong with the project", async () => {
    await assert.rejects(
      handler.create({ ...(await checked(handler, news())), projectId: "0".repeat(24) }),
      (error: Error) => error instanceof AtlasError && error.errorCode === "GROUP_NOT_FOUND",
    );
  });
});

describe("read", () => {
  test("sees no difference in an accepted invitation, order and case", async () => {
    const standing = await created({ "Bob@Example.com": ["GROUP_READ_ONLY"], [ada]: ["GROUP_OWNER"] });
    await seesNoDifference(handler, { ...standing, outs: standing.outs as object, inputs: standing.inputs });
    world.acceptInvitation(bob);
    bench.restart();
    const now = await refreshed(handler, { id: projectId, outs: standing.outs as object });
    assert.deepEqual(now.inputs, standing.inputs);
    assert.equal(now.changes, false);
    assert.deepEqual(now.outs.pending, [ada]);
  });

  test("shows exactly the users that differ, and takes in who is not declared", async () => {
    const { id, outs } = await created({ ...both, [cleo]: ["GROUP_READ_ONLY"] });
    world.setRoles(projectId, bob, ["GROUP_OWNER"]);
    world.removeFromProject(projectId, cleo);
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const users = { [ada]: ["GROUP_OWNER"], [bob]: ["GROUP_OWNER"], [eve]: ["GROUP_OWNER"] };
    const read = await refreshed(handler, { id, outs: outs as object });
    assert.deepEqual(read.outs.users, users);
    assert.deepEqual(read.inputs, { projectId, users, unmanaged: [eve] });
    assert.deepEqual(read.outs.unmanaged, [eve]);
    // Another refresh shows no more.
    assert.deepEqual(await refreshed(handler, { id, outs: read.outs }), read);
  });

  test("makes an update remove who was not declared", async () => {
    const { id, outs } = await created();
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const read = await refreshed(handler, { id, outs: outs as object });
    const { outs: now } = await update({ id, inputs: read.inputs, outs: read.outs }, news());
    assert.deepEqual(inAtlas(), both);
    assert.deepEqual((now as { unmanaged: string[] }).unmanaged, []);
  });

  test("makes an update declare who was not declared, without a request that changes anything", async () => {
    const { id, outs } = await created();
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const read = await refreshed(handler, { id, outs: outs as object });
    bench.requests();
    const all = { ...both, [eve]: ["GROUP_OWNER"] };
    const now = await update({ id, inputs: read.inputs, outs: read.outs }, news(all));
    assert.deepEqual(requests(), ["GET /groups/<project>/users 200"]);
    bench.newRun();
    await handler.delete(id, now.outs);
    assert.deepEqual(inAtlas(), {});
  });

  test("leaves out who is ignored", async () => {
    const { id, outs, inputs } = await created(both, { ignore: ["eve@*"] });
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    assert.deepEqual((await refreshed(handler, { id, outs: outs as object })).inputs, inputs);
  });

  test("reads everybody for .get()", async () => {
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const { props } = await handler.read(projectId);
    assert.deepEqual(props?.users, { [eve]: ["GROUP_OWNER"] });
    assert.deepEqual(props?.unmanaged, []);
  });
});

describe("delete", () => {
  test("removes the declared users and nobody else", async () => {
    const { id, outs } = await created();
    world.grant(projectId, eve, ["GROUP_OWNER"]);
    const read = await refreshed(handler, { id, outs: outs as object });
    bench.newRun();
    await handler.delete(id, read.outs);
    assert.deepEqual(inAtlas(), { [eve]: ["GROUP_OWNER"] });
  });

  test("leaves the last owner, and says so", async () => {
    for (const name of [ada, bob]) {
      world.addActiveUser(orgId, name);
    }
    const { id, outs } = await created();
    bench.newRun();
    world.protectLastOwner = true;
    await handler.delete(id, outs);
    assert.deepEqual(inAtlas(), { [ada]: ["GROUP_OWNER"] });
    assert.deepEqual(bench.reports, [
      `${ada} stays in project ${projectId}: Atlas keeps the last owner of a project.`,
    ]);
  });

  for (const property of ["users", "unmanaged"]) {
    test(`removes nobody when the state lacks ${property}, and says what to do`, async () => {
      const { id, outs } = await created();
      await assert.rejects(handler.delete(id, { ...(outs as object), [property]: null }), {
        message:
          `The state does not say which members of project ${projectId} were declared, so nobody is removed. ` +
          "Run `pulumi refresh` and `pulumi up` first, or take the resource out of the state with `pulumi state delete`.",
      });
      assert.deepEqual(inAtlas(), both);
    });
  }
});

describe("a user whose addition failed, although Atlas had carried it out", () => {
  const lost = async () => {
    bench.atlasSimulator.fail({
      operationId: "addGroupUsers",
      when: "after",
      raw: { status: 404, headers: { "content-type": "text/html" }, body: "<html>" },
    });
    const failure = await thrownBy(handler.create(await checked(handler, news({ [ada]: ["GROUP_OWNER"] }))));
    assert.deepEqual(Object.keys(inAtlas()), [ada]);
    bench.newRun();
    return failure.properties;
  };

  test("goes when the resource is deleted", async () => {
    await handler.delete(projectId, await lost());
    assert.deepEqual(inAtlas(), {});
  });

  test("goes with an update that does not declare them any more", async () => {
    const properties = await lost();
    await handler.update(
      projectId,
      properties as never,
      await checked(handler, news({ [bob]: ["GROUP_OWNER"] })),
    );
    assert.deepEqual(Object.keys(inAtlas()), [bob]);
  });

  test("is declared for a refresh, and not unmanaged", async () => {
    const read = await handler.read(projectId, await lost());
    assert.deepEqual(read.props?.unmanaged, []);
    assert.deepEqual(read.props?.users, { [ada]: ["GROUP_OWNER"] });
  });
});
