import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { teamUserHandler } from "../../../provider/resources/teamUser/handler";
import type { World } from "../../simulator/world";
import { answersThatSayNothing, failureOf, lostAnswers } from "../failures";
import { type Bench, named, startBench } from "../harness";
import { checked, create } from "../lifecycle";

let bench: Bench;
let world: World;
let orgId: string;
let teamId: string;
let adaId: string;
let handler: ReturnType<typeof teamUserHandler>;

const nowhere = "0".repeat(24);

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  teamId = world.createTeam(orgId);
  adaId = world.addActiveUser(orgId, "ada@example.com");
  handler = teamUserHandler(bench);
});

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

const byName = (username = "ada@example.com") => ({ orgId, teamId, username });
const byId = (userId = adaId) => ({ orgId, teamId, userId });
const requests = (): string[] => named(bench.requests(), { org: orgId, team: teamId, nowhere });
const bodies = (operationId: string): unknown[] =>
  bench.atlasSimulator.log
    .matching(operationId)
    .filter((entry) => entry.authenticated)
    .map((entry) => entry.body);

/** Invites somebody, who is then pending in the organization. */
function invite(username: string): string {
  const project = world.project(world.createProject(orgId));
  return world.directory.invite(project, username, "colleague@example.com").userId;
}

/** Creates the membership and forgets the requests that it took. */
const created = (declared: object = byName()) => create(bench, handler, declared);

describe("check", () => {
  test("reports every mistake at once, each with its property and what it must be", async () => {
    const { failures } = await handler.check(
      {},
      { orgId: "my-org", teamId: 7, username: "ada", userId: "ada", roles: ["GROUP_OWNER"] },
    );
    assert.deepEqual(failures, [
      {
        property: "orgId",
        reason: "must be the organization's id, 24 hexadecimal digits, but got 'my-org'",
      },
      { property: "teamId", reason: "must be the team's id, 24 hexadecimal digits, but got 7" },
      { property: "username", reason: "must be an e-mail address such as ada@example.com, but got 'ada'" },
      { property: "userId", reason: "must be the user's id, 24 hexadecimal digits, but got 'ada'" },
      { property: "roles", reason: "must be left out: the arguments are orgId, teamId, username, userId" },
      { property: "username", reason: "must be given or userId, exactly one, but got both" },
    ]);
  });

  test("says what is missing", async () => {
    const { failures } = await handler.check({}, {});
    assert.deepEqual(failures, [
      { property: "orgId", reason: "must be the organization's id, 24 hexadecimal digits, but got nothing" },
      { property: "teamId", reason: "must be the team's id, 24 hexadecimal digits, but got nothing" },
      { property: "username", reason: "must be given or userId, exactly one, but got neither of them" },
    ]);
  });

  test("wants one of username and userId, also where one is not known yet", async () => {
    for (const [username, userId] of [
      [unknownMarker, adaId],
      ["ada@example.com", unknownMarker],
      [unknownMarker, unknownMarker],
    ]) {
      const { failures } = await handler.check({}, { orgId, teamId, username, userId });
      assert.deepEqual(failures, [
        { property: "username", reason: "must be given or userId, exactly one, but got both" },
      ]);
    }
  });

  test("keeps the user's spelling of the name, and writes ids as Atlas does", async () => {
    const inputs = await checked(handler, {
      orgId: orgId.toUpperCase(),
      teamId: teamId.toUpperCase(),
      username: "Ada@Example.com",
    });
    assert.deepEqual(inputs, { orgId, teamId, username: "Ada@Example.com" });
    assert.deepEqual(await checked(handler, byId(adaId.toUpperCase())), byId());
  });

  test("lets through what is not known yet", async () => {
    for (const who of [{ username: unknownMarker }, { userId: unknownMarker }]) {
      const news = { orgId: unknownMarker, teamId: unknownMarker, ...who };
      assert.deepEqual(await handler.check({}, news), { inputs: news, failures: [] });
    }
  });

  test("reports a mistake in the configuration beside those in the arguments", async () => {
    const broken = teamUserHandler({ ...bench, problem: () => "No Atlas credentials are configured." });
    assert.deepEqual((await broken.check({}, { orgId, teamId })).failures, [
      { property: "", reason: "No Atlas credentials are configured." },
      { property: "username", reason: "must be given or userId, exactly one, but got neither of them" },
    ]);
  });

  test("makes no request, and neither does diff", async () => {
    await handler.check({}, byName());
    await handler.diff(`${orgId}/${teamId}/ada@example.com`, {}, byName());
    assert.deepEqual(bench.atlasSimulator.log.lines(), []);
  });
});

describe("diff", () => {
  const outs = (over = {}) => ({ ...byName(), userId: adaId, orgMembershipStatus: "ACTIVE", ...over });
  const diff = (olds: object, news: object, name = "ada@example.com") =>
    handler.diff(`${orgId}/${teamId}/${name}`, olds, news);

  const replacement = (...replaces: string[]) => ({ replaces, deleteBeforeReplace: false });

  test("sees no difference in case and in what only Atlas fills in", async () => {
    const olds = outs({ userId: "another", orgMembershipStatus: "PENDING" });
    assert.deepEqual(await diff(olds, byName("ADA@Example.com")), { changes: false, ...replacement() });
  });

  test("sees no difference for a user declared by an id that Atlas has changed since", async () => {
    const { changes } = await diff(outs({ userId: nowhere }), byId(), adaId);
    assert.equal(changes, false);
  });

  test("sees no difference when the program follows to the id that the user has been given", async () => {
    const accepted = outs({ userId: nowhere });
    assert.equal((await diff(accepted, byId(nowhere), adaId)).changes, false);
    assert.deepEqual(await diff(accepted, byId("1".repeat(24)), adaId), replacement("userId"));
  });

  test("replaces on another organization, team or user, creating first", async () => {
    const news = { orgId: nowhere, teamId: nowhere, username: "bob@example.com" };
    assert.deepEqual(await diff(outs(), news), replacement("orgId", "teamId", "username"));
  });

  test("replaces when the user is declared by the id instead of the name, and the other way round", async () => {
    assert.deepEqual(await diff(outs(), byId()), replacement("userId"));
    assert.deepEqual(await diff(outs(), byName(), adaId), replacement("username"));
  });

  for (const news of [
    { orgId: unknownMarker },
    { teamId: unknownMarker },
    { username: unknownMarker },
    { username: undefined, userId: unknownMarker },
  ]) {
    test(`takes ${JSON.stringify(news)} for a possible change, and replaces nothing`, async () => {
      assert.deepEqual(await diff(outs(), { ...byName(), ...news }), replacement());
    });
  }
});

describe("create", () => {
  test("resolves the name first, then adds with one request", async () => {
    const { id, outs } = await handler.create(await checked(handler, byName("Ada@Example.com")));
    assert.equal(id, `${orgId}/${teamId}/ada@example.com`);
    assert.deepEqual(outs, {
      orgId,
      teamId,
      username: "Ada@Example.com",
      userId: adaId,
      orgMembershipStatus: "ACTIVE",
    });
    assert.deepEqual(requests(), ["GET /orgs/<org>/users 200", "POST /orgs/<org>/teams/<team>:addUser 200"]);
    assert.deepEqual(bodies("addOrgTeamUser"), [{ id: adaId }]);
  });

  test("adds a user by the id with one request", async () => {
    const { id, outs } = await handler.create(byId());
    assert.equal(id, `${orgId}/${teamId}/${adaId}`);
    assert.deepEqual(outs, {
      orgId,
      teamId,
      username: "ada@example.com",
      userId: adaId,
      orgMembershipStatus: "ACTIVE",
    });
    assert.deepEqual(requests(), ["POST /orgs/<org>/teams/<team>:addUser 200"]);
  });

  test("adds a user whose invitation is pending", async () => {
    const bobId = invite("bob@example.com");
    const { outs } = await handler.create(byName("bob@example.com"));
    assert.equal(outs?.orgMembershipStatus, "PENDING");
    assert.equal(outs?.userId, bobId);
    assert.deepEqual(world.teamMembers(teamId), ["bob@example.com"]);
  });

  test("adopts a user who is in the team already", async () => {
    world.addToTeam(teamId, "ada@example.com");
    const { outs } = await handler.create(byName());
    assert.equal(outs?.userId, adaId);
    assert.deepEqual(requests(), [
      "GET /orgs/<org>/users 200",
      "POST /orgs/<org>/teams/<team>:addUser 409",
      "GET /orgs/<org>/teams/<team>/users 200",
    ]);
    assert.deepEqual(bench.atlasSimulator.log.effects(), []);
  });

  test("touches nobody else in the team", async () => {
    for (const name of ["grace@example.com", "olivia@example.com"]) {
      world.addActiveUser(orgId, name);
      world.addToTeam(teamId, name);
    }
    const { id, outs } = await created();
    assert.deepEqual(world.teamMembers(teamId), [
      "ada@example.com",
      "grace@example.com",
      "olivia@example.com",
    ]);
    await inNewRun().delete(id, outs);
    assert.deepEqual(world.teamMembers(teamId), ["grace@example.com", "olivia@example.com"]);
  });

  for (const [what, { failure, status }] of Object.entries(lostAnswers)) {
    test(`adds once when ${what} after Atlas had added the user`, async () => {
      bench.atlasSimulator.fail({ operationId: "addOrgTeamUser", when: "after", ...failure });
      const { outs } = await handler.create(byName());
      assert.equal(outs?.userId, adaId);
      assert.deepEqual(requests(), [
        "GET /orgs/<org>/users 200",
        `POST /orgs/<org>/teams/<team>:addUser ${status}`,
        "GET /orgs/<org>/teams/<team>/users 200",
      ]);
    });

    test(`adds again when ${what} and Atlas had done nothing, after a look`, async () => {
      bench.atlasSimulator.fail({ operationId: "addOrgTeamUser", when: "before", ...failure });
      await handler.create(byName());
      assert.deepEqual(world.teamMembers(teamId), ["ada@example.com"]);
      assert.deepEqual(requests(), [
        "GET /orgs/<org>/users 200",
        `POST /orgs/<org>/teams/<team>:addUser ${status}`,
        "GET /orgs/<org>/teams/<team>/users 200",
        "GET /orgs/<org>/teams/<team>/users 200",
        "GET /orgs/<org>/users 200",
        "POST /orgs/<org>/teams/<team>:addUser 200",
      ]);
    });
  }

  for (const failure of [
    { cut: true },
    { raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>" } },
    { mutate: () => ({ id: 7 }) },
  ] as const) {
    test(`takes the user for added whose answer cannot be read (${Object.keys(failure)})`, async () => {
      bench.atlasSimulator.fail({ operationId: "addOrgTeamUser", when: "after", ...failure });
      const { outs } = await handler.create(byName());
      assert.equal(outs?.userId, adaId);
      assert.equal(bench.atlasSimulator.log.effects().length, 1);
    });
  }

  test("gives up after four rounds of lost requests", async () => {
    bench.atlasSimulator.fail({ operationId: "addOrgTeamUser", times: 100, reset: true });
    const error = await failureOf(bench, handler.create(byId()));
    assert.equal(
      error.message,
      `Could not add ${adaId} to team ${teamId}: POST /api/atlas/v2/orgs/${orgId}/teams/${teamId}:addUser got no answer (ECONNRESET). ` +
        `Check that ${new URL(bench.atlasSimulator.url).host} can be reached from here, then run the command again.`,
    );
    assert.equal(requests().filter((line) => line.startsWith("POST")).length, 4);
  });

  test("writes nothing for a stranger, and says to invite first", async () => {
    const error = await failureOf(bench, handler.create(byName("Eve@example.com")));
    assert.equal(
      error.message,
      `Eve@example.com is not a user of organization ${orgId}, so it cannot join a team. ` +
        "Invite the user first, for example with a ProjectUser, and make the TeamUser depend on it.",
    );
    assert.deepEqual(requests(), ["GET /orgs/<org>/users 200", "GET /orgs/<org>/invites 200"]);
  });

  test("writes nothing for somebody with a legacy invitation, and says that there is one", async () => {
    world.inviteInvisibly(world.createProject(orgId), "eve@example.com");
    const error = await failureOf(bench, handler.create(byName("Eve@example.com")));
    assert.equal(
      error.message,
      `Eve@example.com is not a user of organization ${orgId}, so it cannot join a team. ` +
        "There is an invitation made with the deprecated API, which teams do not accept: " +
        "wait until it is accepted, or withdraw it and invite with a ProjectUser.",
    );
    assert.deepEqual(bench.atlasSimulator.log.effects(), []);
  });

  for (const status of [404, 410] as const) {
    test(`says that legacy invitations could not be seen once Atlas answers ${status} for them`, async () => {
      world.removeEndpoint("invites", status);
      const error = await failureOf(bench, handler.create(byName("eve@example.com")));
      assert.equal(
        error.message,
        `eve@example.com is not a user of organization ${orgId}, so it cannot join a team. ` +
          "Invite the user first, for example with a ProjectUser; whether a legacy invitation is open could not be seen.",
      );
    });
  }

  test("does not take somebody whose invitation expired for a user", async () => {
    invite("bob@example.com");
    world.expireInvitation("bob@example.com");
    const error = await failureOf(bench, handler.create(byName("bob@example.com")));
    assert.match(error.message, /^bob@example\.com is not a user of organization/);
    assert.deepEqual(bench.atlasSimulator.log.effects(), []);
  });

  test("refuses an answer about somebody else", async () => {
    bench.atlasSimulator.fail({
      operationId: "listOrgUsers",
      mutate: (page) => ({
        ...(page as object),
        results: [{ id: nowhere, username: "mallory@example.com", orgMembershipStatus: "ACTIVE" }],
      }),
    });
    const error = await failureOf(bench, handler.create(byName()));
    assert.match(error.message, /^ada@example\.com is not a user of organization/);
    assert.deepEqual(world.teamMembers(teamId), []);
  });

  test("says that the team belongs to another organization", async () => {
    const foreign = world.createTeam(world.createOrganization());
    const error = await failureOf(bench, handler.create({ ...byName(), teamId: foreign }));
    assert.equal(
      error.message,
      `Could not add ada@example.com to team ${foreign}: POST /api/atlas/v2/orgs/${orgId}/teams/${foreign}:addUser ` +
        `was answered 404 TEAM_NOT_IN_ORG: Team ${foreign} is not in organization ${orgId}. ` +
        `Check that team ${foreign} belongs to organization ${orgId}.`,
    );
  });

  test("says that there is no such organization", async () => {
    const error = await failureOf(bench, handler.create({ ...byName(), orgId: nowhere }));
    assert.match(
      error.message,
      /^Could not look up ada@example\.com in organization 0{24}: GET \S+ was answered 404 ORG_NOT_FOUND: .* Check the organization's id, and that the credentials belong to it\.$/,
    );
  });

  test("says what to do when the team is full", async () => {
    world.limits.usersPerTeam = 0;
    const error = await failureOf(bench, handler.create(byName()));
    assert.match(
      error.message,
      /was answered 400 MAX_USERS_PER_TEAM_EXCEEDED: .* A team holds 250 users; remove some, or use a second team\.$/,
    );
    assert.equal(requests().filter((line) => line.startsWith("POST")).length, 1);
  });

  test("names the role that is missing", async () => {
    bench.restart({ credentials: { kind: "apiKey", ...bench.atlasSimulator.readOnlyKeys } });
    const error = await failureOf(bench, handler.create(byName()));
    assert.equal(
      error.message,
      `Could not add ada@example.com to team ${teamId}: POST /api/atlas/v2/orgs/${orgId}/teams/${teamId}:addUser was answered 401 USER_UNAUTHORIZED: ` +
        "Current user is not authorized to perform this action. " +
        "Give the credentials the role Organization Owner (ORG_OWNER), or use others that have it.",
    );
  });

  test("gives up on throttling when the time of customTimeouts is over", async () => {
    bench.atlasSimulator.fail({ operationId: "addOrgTeamUser", times: 1_000, status: 429 });
    const start = bench.clock.now();
    await failureOf(bench, handler.create({ ...byName(), __timeouts: { create: "1m" } }));
    assert.ok(bench.clock.now() - start <= 60_000);
  });
});

describe("read", () => {
  test("takes one request for one user and rebuilds all properties", async () => {
    const { id, outs } = await created(byName("Ada@Example.com"));
    bench.restart();
    assert.deepEqual(await handler.read(id, outs), { id, props: outs, inputs: byName("Ada@Example.com") });
    assert.deepEqual(requests(), ["GET /orgs/<org>/teams/<team>/users 200"]);
  });

  test("takes two requests for a whole team", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `user${index}@example.com`);
    for (const name of names) {
      world.addActiveUser(orgId, name);
      world.addToTeam(teamId, name);
    }
    const read = await Promise.all(names.map((name) => handler.read(`${orgId}/${teamId}/${name}`)));
    assert.deepEqual(
      read.map(({ id }) => id),
      names.map((name) => `${orgId}/${teamId}/${name}`),
    );
    assert.ok(requests().length <= 2);
  });

  for (const declaredBy of ["username", "userId"] as const) {
    test(`sees no difference for a user declared by ${declaredBy} who accepts, although Atlas gives another id`, async () => {
      const bobId = invite("bob@example.com");
      const declared = declaredBy === "username" ? byName("bob@example.com") : byId(bobId);
      const { id, outs } = await created(declared);
      world.acceptInvitation("bob@example.com");
      const read = await handler.read(id, outs);
      assert.equal(read.id, id);
      assert.deepEqual(read.inputs, declared);
      assert.deepEqual(read.props, {
        ...outs,
        userId: world.member(orgId, "bob@example.com").userId,
        orgMembershipStatus: "ACTIVE",
      });
      assert.notEqual(read.props?.userId, bobId);
      assert.equal((await handler.diff(id, read.props, declared)).changes, false);
    });
  }

  test("answers 'gone' for a user who was removed from the team, or from the organization", async () => {
    const { id, outs } = await created();
    world.removeFromTeam(teamId, "ada@example.com");
    assert.deepEqual(await handler.read(id, outs), {});
    await handler.create(byName());
    world.directory.forget(world.member(orgId, "ada@example.com"));
    assert.deepEqual(await handler.read(id, outs), {});
  });

  test("does not take another user in the answer for the one asked for", async () => {
    world.addActiveUser(orgId, "bob@example.com");
    world.addToTeam(teamId, "bob@example.com");
    const { id, outs } = await created();
    world.removeFromTeam(teamId, "ada@example.com");
    assert.deepEqual(await handler.read(id, outs), {});
  });

  test("rebuilds everything from the id alone, as .get() needs", async () => {
    await created();
    const props = { ...byName(), userId: adaId, orgMembershipStatus: "ACTIVE" };
    assert.deepEqual(await handler.read(`${orgId}/${teamId}/Ada@Example.com`), {
      id: `${orgId}/${teamId}/ada@example.com`,
      props,
      inputs: byName(),
    });
    assert.deepEqual(await handler.read(`${orgId}/${teamId}/${adaId.toUpperCase()}`), {
      id: `${orgId}/${teamId}/${adaId}`,
      props,
      inputs: byId(),
    });
  });

  test("says how an id must look", async () => {
    for (const id of ["ada@example.com", `${nowhere}/ada@example.com`, `${nowhere}/${nowhere}/`, ""]) {
      await assert.rejects(handler.read(id), {
        message:
          "The id of a TeamUser must be <orgId>/<teamId>/<username or userId>, such as " +
          `5f1b3c2a9d8e7f6a5b4c3d2e/5f1b3c2a9d8e7f6a5b4c3d2f/ada@example.com, but got '${id}'.`,
      });
    }
  });

  for (const [what, failure] of Object.entries({
    ...answersThatSayNothing,
    "a missing team": { status: 404, errorCode: "TEAM_NOT_FOUND" },
    "a team of another organization": { status: 404, errorCode: "TEAM_NOT_IN_ORG" },
    "a missing organization": { status: 404, errorCode: "ORG_NOT_FOUND" },
    "a 404 without a code": { status: 404, errorCode: null },
    "a page without its results": { mutate: () => ({ totalCount: 0, links: [] }) },
  } as const)) {
    test(`never takes ${what} for 'gone'`, async () => {
      const { id, outs } = await created();
      world.removeFromTeam(teamId, "ada@example.com");
      bench.atlasSimulator.fail({ operationId: "listOrgTeamUsers", ...failure });
      assert.ok((await failureOf(bench, handler.read(id, outs))) instanceof AtlasError);
    });
  }
});

describe("update", () => {
  test("adds the user again, as a retry of the engine may want", async () => {
    const { id, outs } = await created();
    world.removeFromTeam(teamId, "ada@example.com");
    assert.deepEqual(await handler.update(id, outs, byName()), { outs });
    assert.deepEqual(world.teamMembers(teamId), ["ada@example.com"]);
  });
});

/** The handler when the program does not declare what it did before. */
function inNewRun(): typeof handler {
  bench.newRun();
  return handler;
}

describe("delete", () => {
  test("removes the user with one request", async () => {
    const { id, outs } = await created();
    await inNewRun().delete(id, outs);
    assert.deepEqual(world.teamMembers(teamId), []);
    assert.deepEqual(requests(), ["POST /orgs/<org>/teams/<team>:removeUser 200"]);
    assert.deepEqual(bodies("removeOrgTeamUser"), [{ id: adaId }]);
  });

  test("succeeds when the user is not in the team", async () => {
    const { id, outs } = await created();
    world.removeFromTeam(teamId, "ada@example.com");
    await inNewRun().delete(id, outs);
    assert.deepEqual(requests(), [
      "POST /orgs/<org>/teams/<team>:removeUser 404",
      "GET /orgs/<org>/teams/<team>/users 200",
      "GET /orgs/<org>/teams/<team>/users 200",
    ]);
  });

  test("finds the user whose id changed when the invitation was accepted", async () => {
    invite("bob@example.com");
    const { id, outs } = await created(byName("bob@example.com"));
    world.acceptInvitation("bob@example.com");
    await inNewRun().delete(id, outs);
    assert.deepEqual(world.teamMembers(teamId), []);
    assert.deepEqual(requests(), [
      "POST /orgs/<org>/teams/<team>:removeUser 404",
      "GET /orgs/<org>/teams/<team>/users 200",
      "POST /orgs/<org>/teams/<team>:removeUser 200",
    ]);
  });

  for (const [what, { failure }] of Object.entries(lostAnswers)) {
    for (const when of ["before", "after"] as const) {
      test(`succeeds when ${what} ${when} the effect`, async () => {
        const { id, outs } = await created();
        bench.atlasSimulator.fail({ operationId: "removeOrgTeamUser", when, ...failure });
        await inNewRun().delete(id, outs);
        assert.deepEqual(world.teamMembers(teamId), []);
      });
    }
  }

  test("does not take a 404 for success while the user is listed in the team", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.fail({ operationId: "removeOrgTeamUser", status: 404, errorCode: null });
    const error = await failureOf(bench, inNewRun().delete(id, outs));
    assert.match(
      error.message,
      /^Could not remove ada@example\.com from team [0-9a-f]{24}: POST \S+ was answered 404/,
    );
    assert.deepEqual(world.teamMembers(teamId), ["ada@example.com"]);
  });

  test("does not take a missing permission, team or organization for success", async () => {
    const { id, outs } = await created();
    const { readOnlyKeys } = bench.atlasSimulator;
    for (const missing of [`${orgId}/${nowhere}`, `${nowhere}/${teamId}`]) {
      const error = await failureOf(bench, inNewRun().delete(`${missing}/ada@example.com`, outs));
      assert.ok(error instanceof AtlasError);
      assert.equal(error.status, 404);
    }
    bench.restart({ credentials: { kind: "apiKey", ...readOnlyKeys } });
    const error = await failureOf(bench, inNewRun().delete(id, outs));
    assert.match(
      error.message,
      /was answered 401 USER_UNAUTHORIZED.*Give the credentials the role Organization Owner \(ORG_OWNER\), or use others that have it\.$/,
    );
    assert.deepEqual(world.teamMembers(teamId), ["ada@example.com"]);
  });
});
