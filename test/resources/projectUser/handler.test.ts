import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { projectUserHandler } from "../../../provider/resources/projectUser/handler";
import { failureOf } from "../failures";
import { type Bench, named, startBench } from "../harness";
import { checked, create, refreshed, seesNoDifference } from "../lifecycle";

let bench: Bench;
let orgId: string;
let projectId: string;
let handler: ReturnType<typeof projectUserHandler>;

beforeEach(async () => {
  bench = await startBench();
  orgId = bench.atlasSimulator.world.createOrganization();
  projectId = bench.atlasSimulator.world.createProject(orgId);
  handler = projectUserHandler(bench);
});

afterEach(() => bench.stop());

const ada = (roles: string[] = ["GROUP_READ_ONLY"], username = "ada@example.com") => ({
  projectId,
  username,
  roles,
});

const id = (): string => `${projectId}/ada@example.com`;
const requests = (): string[] => named(bench.requests(), { project: projectId, ada: userId() });
const userId = (): string => bench.atlasSimulator.world.members(projectId)["ada@example.com"]?.id ?? "nobody";
const roles = (): readonly string[] | undefined =>
  bench.atlasSimulator.world.members(projectId)["ada@example.com"]?.roles;

/** Creates Ada's membership and forgets the requests that it took. */
const created = (declared = ada()) => create(bench, handler, declared);

describe("check", () => {
  test("reports every mistake at once, each with its property and what it must be", async () => {
    const { failures } = await handler.check(
      {},
      {
        projectId: "my-project",
        username: "ada",
        roles: ["ORG_OWNER", "owner", 7],
        role: "GROUP_OWNER",
      },
    );
    assert.deepEqual(failures, [
      {
        property: "projectId",
        reason: "must be the project's id, 24 hexadecimal digits, but got 'my-project'",
      },
      { property: "username", reason: "must be an e-mail address such as ada@example.com, but got 'ada'" },
      {
        property: "roles",
        reason:
          "must be a project role such as GROUP_READ_ONLY, not a role of the organization, but got 'ORG_OWNER'",
      },
      { property: "roles", reason: "must be a project role such as GROUP_READ_ONLY, but got 'owner'" },
      { property: "roles", reason: "must be a project role such as GROUP_READ_ONLY, but got 7" },
      { property: "role", reason: "must be left out: the arguments are projectId, username, roles" },
    ]);
  });

  test("says what is missing", async () => {
    const { failures } = await handler.check({}, {});
    assert.deepEqual(failures, [
      { property: "projectId", reason: "must be the project's id, 24 hexadecimal digits, but got nothing" },
      { property: "username", reason: "must be an e-mail address such as ada@example.com, but got nothing" },
      { property: "roles", reason: "must be a list of project roles, but got nothing" },
    ]);
    assert.deepEqual((await handler.check({}, ada([]))).failures, [
      { property: "roles", reason: "must be a list of at least one project role, but got an empty list" },
    ]);
  });

  test("sorts roles and merges those given twice, silently", async () => {
    const inputs = await checked(handler, ada(["GROUP_READ_ONLY", "GROUP_OWNER", "GROUP_READ_ONLY"]));
    assert.deepEqual(inputs.roles, ["GROUP_OWNER", "GROUP_READ_ONLY"]);
  });

  test("takes an id in capitals, and keeps the user's spelling of the name", async () => {
    const inputs = await checked(handler, {
      projectId: projectId.toUpperCase(),
      username: "Ada@Example.com",
      roles: ["GROUP_OWNER"],
    });
    assert.equal(inputs.projectId, projectId);
    assert.equal(inputs.username, "Ada@Example.com");
  });

  test("takes every form of e-mail address that Atlas takes, and refuses what is none", async () => {
    for (const good of ["o'brien@example.com", "ada+atlas@example.co.uk"]) {
      assert.deepEqual((await handler.check({}, ada(undefined, good))).failures, []);
    }
    for (const bad of ["ada", "ada@example", "ada@@example.com", "a da@example.com", "ada@example.com\n"]) {
      assert.equal((await handler.check({}, ada(undefined, bad))).failures?.length, 1, bad);
    }
  });

  test("lets through what is not known yet, also inside and instead of a list", async () => {
    for (const roles of [unknownMarker, [unknownMarker, "GROUP_OWNER"]]) {
      const news = { projectId: unknownMarker, username: unknownMarker, roles };
      assert.deepEqual(await handler.check({}, news), { inputs: news, failures: [] });
    }
  });

  test("checks the known part of a list that is not all known", async () => {
    const { failures } = await handler.check({}, ada([unknownMarker, "ORG_OWNER"]));
    assert.deepEqual(
      failures?.map(({ property }) => property),
      ["roles"],
    );
  });

  test("reports a mistake in the configuration beside those in the arguments", async () => {
    const broken = projectUserHandler({ ...bench, problem: () => "No Atlas credentials are configured." });
    const { failures } = await broken.check({}, ada([]));
    assert.deepEqual(
      failures?.map(({ property }) => property),
      ["roles", ""],
    );
    assert.equal(failures?.[1]?.reason, "No Atlas credentials are configured.");
  });

  test("makes no request", async () => {
    await handler.check({}, ada());
    await handler.diff(id(), ada(), ada(["GROUP_OWNER"]));
    assert.deepEqual(bench.atlasSimulator.log.lines(), []);
  });
});

describe("diff", () => {
  const outs = (over = {}) => ({ ...ada(), userId: "u", orgMembershipStatus: "ACTIVE", ...over });

  test("sees no difference in order, case and what only Atlas fills in", async () => {
    const olds = outs({ username: "ADA@example.com", roles: ["B", "A"], orgMembershipStatus: "PENDING" });
    assert.deepEqual(await handler.diff(id(), olds, ada(["A", "B"])), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  test("leaves it to the engine to compare changed roles, which change in place", async () => {
    assert.deepEqual(await handler.diff(id(), outs(), ada(["GROUP_OWNER"])), {
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  test("replaces on another project or user, creating first", async () => {
    const other = { projectId: "0".repeat(24), username: "bob@example.com", roles: ["GROUP_READ_ONLY"] };
    assert.deepEqual(await handler.diff(id(), outs(), other), {
      replaces: ["projectId", "username"],
      deleteBeforeReplace: false,
    });
  });

  for (const argument of ["projectId", "username", "roles"]) {
    test(`takes ${argument} that is not known yet for a possible change, and replaces nothing`, async () => {
      const news = { ...ada(), [argument]: unknownMarker };
      assert.deepEqual(await handler.diff(id(), outs(), news), { replaces: [], deleteBeforeReplace: false });
    });
  }

  test("says how an id must look", async () => {
    await assert.rejects(
      handler.diff("ada@example.com", outs(), ada()),
      /^Error: The id of a ProjectUser must be /,
    );
  });
});

describe("create", () => {
  test("invites a stranger with one request", async () => {
    const { id, outs } = await handler.create(
      await checked(handler, ada(["GROUP_READ_ONLY"], "Ada@Example.com")),
    );
    assert.equal(id, `${projectId}/ada@example.com`);
    assert.deepEqual(outs, {
      projectId,
      username: "Ada@Example.com",
      roles: ["GROUP_READ_ONLY"],
      userId: userId(),
      orgMembershipStatus: "PENDING",
      invitationCreatedAt: "2026-01-01T00:00:00Z",
      invitationExpiresAt: "2026-01-31T00:00:00Z",
      inviterUsername: bench.atlasSimulator.keys.publicKey,
    });
    assert.deepEqual(requests(), ["POST /groups/<project>/users 201"]);
  });

  test("adds a member of the organization at once", async () => {
    bench.atlasSimulator.world.addActiveUser(orgId, "ada@example.com");
    const { outs } = await handler.create(ada());
    assert.equal(outs?.orgMembershipStatus, "ACTIVE");
    assert.equal(outs?.invitationCreatedAt, undefined);
    assert.equal(bench.atlasSimulator.world.invitationsSent.length, 0);
  });

  test("adopts a user who is there and brings it to the declared roles, adding before removing", async () => {
    bench.atlasSimulator.world.grant(projectId, "ada@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
    const { outs } = await handler.create(ada(["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"]));
    assert.deepEqual(outs?.roles, ["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"]);
    assert.deepEqual(roles(), ["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"]);
    assert.deepEqual(requests(), [
      "POST /groups/<project>/users 409",
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users/<ada>:addRole 200",
      "POST /groups/<project>/users/<ada>:removeRole 200",
    ]);
  });

  for (const [what, failure] of Object.entries({
    "the connection was reset": { reset: true },
    "a 500 came back": { status: 500, errorCode: "UNEXPECTED_ERROR" },
    "a 503 came back": { status: 503, errorCode: null },
    "the answer was cut off": { cut: true },
    "the answer was HTML": { raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>" } },
  } as const)) {
    test(`sends one invitation when ${what} after Atlas had sent it`, async () => {
      bench.atlasSimulator.fail({ operationId: "addGroupUsers", when: "after", ...failure });
      const { outs } = await handler.create(ada());
      assert.equal(outs?.userId, userId());
      assert.equal(bench.atlasSimulator.world.invitationsSent.length, 1);
      assert.deepEqual(requests().slice(1), ["GET /groups/<project>/users 200"]);
    });
  }

  test("sends the invitation again only after it has seen that none was sent", async () => {
    bench.atlasSimulator.fail({ operationId: "addGroupUsers", when: "before", status: 502 });
    await handler.create(ada());
    assert.equal(bench.atlasSimulator.world.invitationsSent.length, 1);
    assert.deepEqual(requests(), [
      "POST /groups/<project>/users 502",
      "GET /groups/<project>/users 200",
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users 201",
    ]);
  });

  test("invites again after an invitation that expired or was rejected", async () => {
    for (const end of ["expireInvitation", "rejectInvitation"] as const) {
      const { id, outs } = await created();
      bench.atlasSimulator.world[end]("ada@example.com");
      assert.deepEqual(await handler.read(id, outs), {});
      const again = await handler.create(ada());
      assert.equal(again.outs?.orgMembershipStatus, "PENDING");
    }
  });

  test("waits for the limit of invitations, and says why", async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        handler.create(ada(["GROUP_READ_ONLY"], `user${index}@example.com`)),
      ),
    );
    assert.equal(bench.atlasSimulator.world.invitationsSent.length, 12);
    assert.match(
      bench.reports[0] ?? "",
      /^Rate limited by Atlas \(invitations\): retrying in \d+ s; \d+ requests? waits?\.$/,
    );
  });

  test("gives up waiting when the time of customTimeouts is over, and says so", async () => {
    bench.atlasSimulator.fail({
      operationId: "addGroupUsers",
      times: 1_000,
      status: 400,
      errorCode: "RATE_LIMITED_IP",
      detail: "Rate limit exceeded",
    });
    await assert.rejects(handler.create({ ...ada(), __timeouts: { create: "1m30s" } }), (error: Error) => {
      assert.match(
        error.message,
        /^Could not add ada@example\.com to project [0-9a-f]{24}: POST \/api\/atlas\/v2\/groups\/[0-9a-f]{24}\/users was answered 400 RATE_LIMITED_IP: Rate limit exceeded\. Atlas limits how often it may be asked, and lets the next request through in 20 s at the earliest, after the 90 s that are allowed for all of it\. Run the command again, or allow more with `customTimeouts`\.$/,
      );
      return true;
    });
  });

  test("says that an invisible legacy invitation is in the way", async () => {
    bench.atlasSimulator.world.inviteLegacy(orgId, "ada@example.com", { projectId });
    await assert.rejects(handler.create(ada()), (error: Error) => {
      assert.ok(error instanceof AtlasError);
      assert.equal(error.status, 409);
      assert.match(
        error.message,
        /Atlas does not list such a user in the project, though it was asked again for half a minute\. .* it can be an invitation made with the deprecated API/,
      );
      return true;
    });
  });

  test("reports a missing project with what to do", async () => {
    await assert.rejects(handler.create({ ...ada(), projectId: "0".repeat(24) }), (error: Error) => {
      assert.equal(
        error.message.replace(/group ID 0{24}[^.]*/, "…"),
        "Could not add ada@example.com to project 000000000000000000000000: POST /api/atlas/v2/groups/000000000000000000000000/users " +
          "was answered 404 GROUP_NOT_FOUND: No group with ID 000000000000000000000000 exists. " +
          "Check the project's id, that it has not been deleted, and that mongodbatlas:baseUrl and the credentials belong to its organization.",
      );
      return true;
    });
  });
});

describe("read", () => {
  test("takes one request for one user and rebuilds all properties", async () => {
    const { id, outs } = await created(ada(["GROUP_READ_ONLY"], "Ada@Example.com"));
    bench.restart();
    const read = await handler.read(id, outs);
    assert.deepEqual(read, {
      id,
      props: outs,
      inputs: { projectId, username: "Ada@Example.com", roles: ["GROUP_READ_ONLY"] },
    });
    assert.deepEqual(requests(), ["GET /groups/<project>/users 200"]);
  });

  test("takes four requests for 500 users of a project, the challenge included", async () => {
    const { world } = bench.atlasSimulator;
    const names = Array.from({ length: 500 }, (_, index) => `user${index}@example.com`);
    for (const name of names) {
      world.grant(projectId, name, ["GROUP_READ_ONLY"]);
    }
    const read = await Promise.all(names.map((name) => handler.read(`${projectId}/${name}`)));
    assert.deepEqual(
      read.map(({ id }) => id),
      names.map((name) => `${projectId}/${name}`),
    );
    assert.deepEqual(named(bench.atlasSimulator.log.lines(), { project: projectId }).sort(), [
      "GET /groups/<project>/users 200",
      "GET /groups/<project>/users 200",
      "GET /groups/<project>/users 401",
    ]);
  });

  test("shows one changed role as one changed property", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.setRoles(projectId, "ada@example.com", ["GROUP_OWNER"]);
    const { props, inputs } = await handler.read(id, outs);
    assert.deepEqual(props, { ...outs, roles: ["GROUP_OWNER"] });
    assert.deepEqual(inputs, ada(["GROUP_OWNER"]));
  });

  test("gives customTimeouts back, which a refresh has from the outputs only", async () => {
    const timeouts = { __timeouts: { create: "5m" } };
    const { id, outs } = await create(bench, handler, { ...ada(), ...timeouts });
    await seesNoDifference(handler, { id, outs, inputs: { ...ada(), ...timeouts } });
  });

  test("sees no difference when an invitation is accepted, although Atlas gives another id", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.acceptInvitation("ada@example.com");
    const now = await refreshed(handler, { id, outs });
    assert.notEqual(now.outs.userId, outs.userId);
    assert.equal(now.outs.orgMembershipStatus, "ACTIVE");
    assert.equal(now.outs.invitationExpiresAt, undefined);
    assert.equal(now.changes, false);
  });

  test("answers 'gone' for a user who was removed", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.removeFromProject(projectId, "ada@example.com");
    assert.deepEqual(await handler.read(id, outs), {});
  });

  test("rebuilds everything from the id alone, as .get() needs", async () => {
    await created();
    const { id, props } = await handler.read(`${projectId}/Ada@Example.com`);
    assert.equal(id, `${projectId}/ada@example.com`);
    assert.equal(props?.username, "ada@example.com");
    assert.deepEqual(props?.roles, ["GROUP_READ_ONLY"]);
  });

  test("says how an id must look", async () => {
    await assert.rejects(handler.read("ada@example.com"), {
      message:
        "The id of a ProjectUser must be <projectId>/<username>, such as 5f1b3c2a9d8e7f6a5b4c3d2e/ada@example.com, but got 'ada@example.com'.",
    });
  });

  for (const [what, failure] of Object.entries({
    "a missing permission": { status: 401, errorCode: "USER_UNAUTHORIZED" },
    "an address that is not allowed": { status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" },
    "a missing project": { status: 404, errorCode: "GROUP_NOT_FOUND" },
    "a lasting failure of Atlas": { status: 500, errorCode: "UNEXPECTED_ERROR", times: 20 },
    "an answer that is no listing": { raw: { status: 200, headers: {}, body: '{"results":{}}' } },
    "an answer that is empty": { raw: { status: 200, headers: {}, body: "" } },
  } as const)) {
    test(`never takes ${what} for 'gone'`, async () => {
      const { id, outs } = await created();
      bench.atlasSimulator.fail({ operationId: "listGroupUsers", ...failure });
      await assert.rejects(handler.read(id, outs), AtlasError);
    });
  }
});

describe("a state without roles", () => {
  for (const [what, kept] of [
    ["none", {}],
    ["null", { roles: null }],
    ["a text", { roles: "GROUP_OWNER" }],
  ] as const) {
    test(`differs from what Atlas has, where the inputs hold ${what}`, async () => {
      const { id, outs } = await created();
      const { projectId, username } = ada();
      const { changes } = await handler.diff(id, outs, { projectId, username, ...kept } as never);
      assert.notEqual(changes, false);
    });
  }
});

describe("update", () => {
  test("waits between looks that show roles as they were before a request whose answer was lost", async () => {
    const { id, outs } = await created(ada(["GROUP_READ_ONLY"]));
    bench.atlasSimulator.world.lags.projects = 2;
    bench.atlasSimulator.fail({ operationId: "addGroupUserRole", when: "after", reset: true });
    await handler.update(id, outs, ada(["GROUP_OWNER"]));
    assert.deepEqual(roles(), ["GROUP_OWNER"]);
    assert.ok(bench.clock.sleeps.some((ms) => ms >= 2_000));
  });

  test("tells of the request that was not answered when there is no time to look what became of it", async () => {
    bench.atlasSimulator.fail({
      matching: ({ operationId }) => {
        if (operationId === "addGroupUsers") {
          bench.clock.advance(60_000);
        }
        return operationId === "addGroupUsers";
      },
      when: "after",
      reset: true,
    });
    await assert.rejects(
      handler.create({ ...ada(), __timeouts: { create: "30s" } }),
      /^AtlasError: Could not add ada@example\.com to project \w+: POST \S+ got no answer/,
    );
  });

  test("adds what is missing, then removes what is extra, going by the live roles", async () => {
    const { id, outs } = await created(ada(["GROUP_OWNER", "GROUP_READ_ONLY"]));
    bench.atlasSimulator.world.setRoles(projectId, "ada@example.com", [
      "GROUP_BACKUP_MANAGER",
      "GROUP_READ_ONLY",
    ]);
    const { outs: updated } = await handler.update(
      id,
      outs,
      ada(["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"]),
    );
    assert.deepEqual(updated?.roles, ["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"]);
    assert.deepEqual(requests(), [
      "GET /groups/<project>/users 200",
      "POST /groups/<project>/users/<ada>:addRole 200",
      "POST /groups/<project>/users/<ada>:removeRole 200",
    ]);
  });

  test("never leaves the user without a role on the way", async () => {
    const { id, outs } = await created(ada(["GROUP_OWNER"]));
    const seen: number[] = [];
    bench.atlasSimulator.onAnswer(() => seen.push(roles()?.length ?? 0));
    await handler.update(id, outs, ada(["GROUP_READ_ONLY", "GROUP_BACKUP_MANAGER"]));
    assert.ok(Math.min(...seen) >= 1);
    assert.deepEqual(roles(), ["GROUP_BACKUP_MANAGER", "GROUP_READ_ONLY"]);
  });

  for (const verb of ["addGroupUserRole", "removeGroupUserRole"]) {
    for (const when of ["before", "after"] as const) {
      test(`converges when the connection breaks ${when} the effect of ${verb}`, async () => {
        const { id, outs } = await created(ada(["GROUP_OWNER"]));
        bench.atlasSimulator.fail({ operationId: verb, when, reset: true });
        await handler.update(id, outs, ada(["GROUP_READ_ONLY"]));
        assert.deepEqual(roles(), ["GROUP_READ_ONLY"]);
      });
    }
  }

  test("adds the user again who was removed in the meantime", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.removeFromProject(projectId, "ada@example.com");
    await handler.update(id, outs, ada(["GROUP_OWNER"]));
    assert.deepEqual(roles(), ["GROUP_OWNER"]);
  });

  test("says what to do when Atlas keeps the last owner", async () => {
    const owned = bench.atlasSimulator.world.createProject(orgId, { owner: "ada@example.com" });
    const declared = { projectId: owned, username: "ada@example.com", roles: ["GROUP_READ_ONLY"] };
    await assert.rejects(handler.update(`${owned}/ada@example.com`, {}, declared), (error: Error) => {
      assert.ok(error instanceof AtlasError);
      assert.equal(error.errorCode, "CANNOT_DELETE_LAST_ADMIN");
      assert.match(error.message, /Give another user the role GROUP_OWNER in the project first/);
      return true;
    });
  });
});

describe("a change of roles that Atlas refuses in the middle", () => {
  const owner = ["GROUP_BACKUP_MANAGER", "GROUP_OWNER"];
  const demote = (owned: string) =>
    handler.update(
      `${owned}/ada@example.com`,
      {},
      {
        projectId: owned,
        username: "ada@example.com",
        roles: ["GROUP_READ_ONLY", "GROUP_CLUSTER_MANAGER"],
      },
    );
  let owned: string;

  beforeEach(() => {
    const { world } = bench.atlasSimulator;
    owned = world.createProject(orgId, { owner: "ada@example.com" });
    world.grant(owned, "ada@example.com", owner);
  });

  const rolesIn = (): readonly string[] | undefined =>
    bench.atlasSimulator.world.members(owned)["ada@example.com"]?.roles;

  test("leaves the last owner with the roles of before, and says how to hand the project over", async () => {
    const error = await failureOf(bench, demote(owned));
    assert.match(
      error.message,
      /CANNOT_DELETE_LAST_ADMIN.* If this update makes another user an owner, run `pulumi up` again: that user is one by then\.$/,
    );
    assert.deepEqual(rolesIn(), owner);
  });

  test("leaves the roles of before when a role is not known, after another was added", async () => {
    const roles = ["GROUP_READ_ONLY", "GROUP_UNHEARD_OF"];
    const declared = { projectId: owned, username: "ada@example.com", roles };
    const error = await failureOf(bench, handler.update("", {}, declared));
    assert.match(error.message, /GROUP_UNHEARD_OF in project .* was answered 400/);
    assert.deepEqual(rolesIn(), owner);
  });

  test("says so when what was done before cannot be undone", async () => {
    bench.atlasSimulator.fail({
      operationId: "removeGroupUserRole",
      skip: 1,
      status: 401,
      errorCode: "USER_UNAUTHORIZED",
    });
    const error = await failureOf(bench, demote(owned));
    assert.match(
      error.message,
      /The change of GROUP_CLUSTER_MANAGER that came before could not be undone, so the user has other roles than before\.$/,
    );
  });

  test("is undone also when the time of customTimeouts is over by then", async () => {
    const stop = bench.atlasSimulator.onAnswer(({ operationId, authenticated }) => {
      if (operationId === "removeGroupUserRole" && authenticated) {
        stop();
        bench.clock.advance(3_600_000);
      }
    });
    const declared = { projectId: owned, username: "ada@example.com", roles: ["GROUP_READ_ONLY"] };
    await failureOf(bench, handler.update("", {}, { ...declared, __timeouts: { update: "1m" } }));
    assert.deepEqual(rolesIn(), owner);
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
    const before = userId();
    await inNewRun().delete(id, outs);
    assert.deepEqual(bench.atlasSimulator.world.members(projectId), {});
    assert.deepEqual(named(bench.requests(), { project: projectId, ada: before }), [
      "DELETE /groups/<project>/users/<ada> 204",
    ]);
  });

  test("succeeds when the user is not there", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.removeFromProject(projectId, "ada@example.com");
    await inNewRun().delete(id, outs);
  });

  test("finds the user whose id changed when the invitation was accepted", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.world.acceptInvitation("ada@example.com");
    await inNewRun().delete(id, outs);
    assert.deepEqual(bench.atlasSimulator.world.members(projectId), {});
  });

  for (const when of ["before", "after"] as const) {
    test(`succeeds when the connection breaks ${when} the effect`, async () => {
      const { id, outs } = await created();
      bench.atlasSimulator.fail({ operationId: "removeGroupUser", when, reset: true });
      await inNewRun().delete(id, outs);
      assert.deepEqual(bench.atlasSimulator.world.members(projectId), {});
    });
  }

  test("does not take a 404 for success while the user is listed in the project", async () => {
    const { id, outs } = await created();
    bench.atlasSimulator.fail({ operationId: "removeGroupUser", status: 404, errorCode: "UNEXPECTED_ERROR" });
    await assert.rejects(inNewRun().delete(id, outs), AtlasError);
    assert.notEqual(userId(), "nobody");
  });

  test("does not take a missing permission or a missing project for success", async () => {
    const { id, outs } = await created();
    const { publicKey, privateKey } = bench.atlasSimulator.readOnlyKeys;
    bench.restart({ credentials: { kind: "apiKey", publicKey, privateKey } });
    await assert.rejects(inNewRun().delete(id, outs), (error: Error) => {
      assert.match(
        error.message,
        /was answered 401 USER_UNAUTHORIZED.*Give the credentials the role Project Owner \(GROUP_OWNER\)/,
      );
      return true;
    });
    await assert.rejects(inNewRun().delete(id, { ...outs, projectId: "0".repeat(24) }), AtlasError);
    assert.notEqual(userId(), "nobody");
  });
});
