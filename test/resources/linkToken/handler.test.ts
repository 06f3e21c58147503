import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../../provider/atlas/errors/error";
import { unknownMarker } from "../../../provider/resources/handler/unknown";
import { linkTokenHandler } from "../../../provider/resources/linkToken/handler";
import type { World } from "../../simulator/world";
import { failureOf, lostAnswers, showsNothingOf } from "../failures";
import { type Bench, named, startBench } from "../harness";
import { checked, create, seesNoDifference } from "../lifecycle";

let bench: Bench;
let world: World;
let orgId: string;
let handler: ReturnType<typeof linkTokenHandler>;

const nowhere = "0".repeat(24);
const post = "POST /orgs/<org>/liveMigrations/linkTokens";
const remove = "DELETE /orgs/<org>/liveMigrations/linkTokens";

beforeEach(async () => {
  bench = await startBench();
  world = bench.atlasSimulator.world;
  orgId = world.createOrganization();
  handler = linkTokenHandler(bench);
});

afterEach(async () => {
  assert.deepEqual(bench.atlasSimulator.violations, []);
  await bench.stop();
});

const requests = (): string[] => named(bench.requests(), { org: orgId, nowhere });
const token = (): string => world.link(orgId).current?.linkToken ?? "none";

const created = (accessListIps?: string[]) =>
  create(bench, handler, accessListIps === undefined ? { orgId } : { orgId, accessListIps });

describe("check", () => {
  test("reports every mistake at once, each with its property and what it must be", async () => {
    const accessListIps = ["203.0.113.300", "fe80::1%eth0", "10.0.0.0/33", 7, "10.0.0.1"];
    const { failures } = await handler.check({}, { orgId: "my-org", accessListIps, linkToken: "x" });
    const reason = (got: string): string =>
      `must be an IP address or a CIDR block such as 203.0.113.0/24, but got ${got}`;
    assert.deepEqual(failures, [
      {
        property: "orgId",
        reason: "must be the organization's id, 24 hexadecimal digits, but got 'my-org'",
      },
      { property: "accessListIps", reason: reason("'203.0.113.300'") },
      { property: "accessListIps", reason: reason("'fe80::1%eth0'") },
      { property: "accessListIps", reason: reason("'10.0.0.0/33'") },
      { property: "accessListIps", reason: reason("7") },
      { property: "linkToken", reason: "must be left out: the arguments are orgId, accessListIps" },
    ]);
  });

  test("says what is missing, and that a single address is no list", async () => {
    assert.deepEqual((await handler.check({}, {})).failures, [
      { property: "orgId", reason: "must be the organization's id, 24 hexadecimal digits, but got nothing" },
    ]);
    const { failures } = await handler.check({}, { orgId, accessListIps: "10.0.0.1" });
    assert.deepEqual(failures, [
      {
        property: "accessListIps",
        reason: "must be a list of IP addresses and CIDR blocks, but got '10.0.0.1'",
      },
    ]);
  });

  for (const text of [
    "",
    "10.0.0",
    "1.2.3.4.5",
    "0x7f.0.0.1",
    "10.0.0.1/",
    "10.0.0.0/24/8",
    "::g",
    "::/129",
    " 10.0.0.1",
  ]) {
    test(`refuses the address '${text}'`, async () => {
      const { failures } = await handler.check({}, { orgId, accessListIps: [text] });
      assert.deepEqual(failures, [
        {
          property: "accessListIps",
          reason: `must be an IP address or a CIDR block such as 203.0.113.0/24, but got '${text}'`,
        },
      ]);
    });
  }

  test("takes what Atlas takes: addresses and blocks of both families", async () => {
    const accessListIps = ["0.0.0.0/0", "10.0.0.1", "2001:db8::/32", "2001:db8::1", "::ffff:10.0.0.1"];
    assert.deepEqual(await checked(handler, { orgId, accessListIps }), { orgId, accessListIps });
    await handler.create({ orgId, accessListIps });
    assert.deepEqual(world.link(orgId).current?.accessListIps, accessListIps);
  });

  test("sorts addresses and merges those given twice, in whatever case", async () => {
    const inputs = await checked(handler, {
      orgId: orgId.toUpperCase(),
      accessListIps: ["2001:DB8::1", "10.0.0.2", "10.0.0.1", "2001:db8::1"],
    });
    assert.deepEqual(inputs, { orgId, accessListIps: ["10.0.0.1", "10.0.0.2", "2001:db8::1"] });
  });

  test("lets through what is not known yet, also inside and instead of a list", async () => {
    for (const accessListIps of [unknownMarker, [unknownMarker, "10.0.0.1"]]) {
      const news = { orgId: unknownMarker, accessListIps };
      assert.deepEqual(await handler.check({}, news), { inputs: news, failures: [] });
    }
  });

  test("checks the known part of a list that is not all known", async () => {
    const { failures } = await handler.check({}, { orgId, accessListIps: [unknownMarker, "ten"] });
    assert.equal(failures?.length, 1);
    assert.match(failures?.[0]?.reason ?? "", /but got 'ten'$/);
  });

  test("makes no request, and neither do diff and read", async () => {
    await handler.check({}, { orgId });
    await handler.diff(orgId, { orgId }, { orgId });
    await handler.read(orgId, { orgId, linkToken: "kept" });
    assert.deepEqual(bench.atlasSimulator.log.lines(), []);
  });
});

describe("diff", () => {
  const diff = (before: string[] | undefined, after: unknown) =>
    handler.diff(
      orgId,
      { orgId, linkToken: "t", ...(before && { accessListIps: before }) },
      {
        orgId,
        ...(after === undefined ? {} : { accessListIps: after }),
      },
    );

  test("sees no difference in order, nor between no list and an empty one", async () => {
    assert.equal((await diff(["10.0.0.1", "10.0.0.2"], ["10.0.0.2", "10.0.0.1"])).changes, false);
    assert.equal((await diff(undefined, [])).changes, false);
    assert.equal((await diff([], undefined)).changes, false);
    assert.equal((await diff(undefined, undefined)).changes, false);
  });

  test("replaces on other addresses, deleting first", async () => {
    for (const [before, after] of [
      [["10.0.0.1"], ["10.0.0.2"]],
      [["10.0.0.1"], undefined],
      [undefined, ["10.0.0.1"]],
    ] as const) {
      assert.deepEqual(await diff(before as string[] | undefined, after), {
        replaces: ["accessListIps"],
        deleteBeforeReplace: true,
      });
    }
  });

  test("takes addresses that are not known yet for a possible change, and replaces nothing", async () => {
    for (const after of [unknownMarker, ["10.0.0.1", unknownMarker]]) {
      assert.deepEqual(await diff(["10.0.0.1"], after), { replaces: [], deleteBeforeReplace: true });
    }
  });

  test("replaces when the token is no longer in the state, as Atlas does not show it again", async () => {
    assert.deepEqual((await handler.diff(orgId, { orgId }, { orgId })).replaces, ["linkToken"]);
  });

  test("replaces on another organization, once it is known", async () => {
    assert.deepEqual((await handler.diff(orgId, { orgId }, { orgId: nowhere })).replaces, ["orgId"]);
    assert.deepEqual((await handler.diff(orgId, { orgId }, { orgId: unknownMarker })).replaces, []);
  });
});

describe("create", () => {
  test("makes a token with one request", async () => {
    const { id, outs } = await handler.create({ orgId });
    assert.equal(id, orgId);
    assert.deepEqual(outs, { orgId, linkToken: token() });
    assert.deepEqual(requests(), [`${post} 201`]);
    assert.deepEqual(bench.atlasSimulator.log.effects()[0]?.body, {});
  });

  test("hands the addresses on", async () => {
    const { outs } = await created(["10.0.0.2", "10.0.0.1"]);
    assert.deepEqual(outs.accessListIps, ["10.0.0.1", "10.0.0.2"]);
    assert.deepEqual(world.link(orgId).current?.accessListIps, ["10.0.0.1", "10.0.0.2"]);
  });

  test("drops a link that is in the way, and makes another", async () => {
    await created();
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      status: 409,
      errorCode: null,
    });
    const { outs } = await handler.create({ orgId });
    assert.equal(outs?.linkToken, token());
    assert.deepEqual(requests(), [`${post} 409`, `${remove} 204`, `${post} 201`]);
  });

  for (const [what, { failure, status }] of Object.entries({
    ...lostAnswers,
    "the answer was cut off": { failure: { cut: true }, status: "-" },
    "the answer was HTML": {
      failure: { raw: { status: 200, headers: { "content-type": "text/html" }, body: "<html>" } },
      status: "200",
    },
    "the answer had no token": { failure: { mutate: () => ({ linkToken: "" }) }, status: "201" },
  } as const)) {
    test(`drops the token that nobody has seen and makes another when ${what}`, async () => {
      bench.atlasSimulator.fail({
        operationId: "createOrgLiveMigrationLinkToken",
        when: "after",
        ...failure,
      });
      const { outs } = await handler.create({ orgId });
      assert.equal(outs?.linkToken, token());
      assert.equal(world.link(orgId).made, 2);
      assert.deepEqual(requests(), [`${post} ${status}`, `${remove} 204`, `${post} 201`]);
    });
  }

  for (const code of [null, "UNEXPECTED_ERROR"]) {
    test(`makes another when nothing had happened and Atlas knows no link (code ${code})`, async () => {
      world.missingLinkCode = code;
      bench.atlasSimulator.fail({ operationId: "createOrgLiveMigrationLinkToken", reset: true });
      const { outs } = await handler.create({ orgId });
      assert.equal(outs?.linkToken, token());
      assert.equal(world.link(orgId).made, 1);
      assert.deepEqual(requests(), [`${post} -`, `${remove} 404`, `${post} 201`]);
    });
  }

  test("shows no token in the error after two lost answers", async () => {
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      when: "after",
      times: 2,
      mutate: (answer) => ({ linkTokens: (answer as { linkToken: string }).linkToken }),
    });
    const error = await failureOf(bench, handler.create({ orgId }));
    assert.equal(
      error.message,
      `Could not create a link token for organization ${orgId}: the answer to POST /api/atlas/v2/orgs/${orgId}/liveMigrations/linkTokens (status 201) ` +
        "does not have the form that the API describes (linkToken is missing). " +
        "Check that mongodbatlas:baseUrl leads to Atlas itself, and not to a proxy or a sign-in page.",
    );
    showsNothingOf([token()], error);
    assert.deepEqual(requests(), [`${post} 201`, `${remove} 204`, `${post} 201`]);
  });

  test("shows no token in the error when the body breaks off in the middle of it", async () => {
    bench.atlasSimulator.fail({ operationId: "createOrgLiveMigrationLinkToken", times: 2, cut: true });
    const error = await failureOf(bench, handler.create({ orgId }));
    showsNothingOf([token(), token().slice(0, 12)], error);
  });

  test("names the projects whose migration keeps a link that is in the way", async () => {
    const projectId = world.createProject(orgId);
    await created();
    world.addMigration(projectId, { usesLink: true });
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      status: 409,
      errorCode: null,
    });
    const error = await failureOf(bench, handler.create({ orgId }));
    assert.match(
      error.message,
      new RegExp(`${projectId}.*Finish or cancel the live migrations of these projects first\\.$`),
    );
    showsNothingOf([token()], error);
  });

  for (const [what, failure] of Object.entries({
    "a missing permission": { status: 401, errorCode: "NOT_ORG_OWNER" },
    "a strange address": { status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" },
    "a bad request": { status: 400, errorCode: "INVALID_IP_ADDRESS_OR_CIDR_NOTATION" },
    "a missing organization": { status: 404, errorCode: "ORG_NOT_FOUND" },
  } as const)) {
    test(`drops no link on ${what}`, async () => {
      bench.atlasSimulator.fail({ operationId: "createOrgLiveMigrationLinkToken", ...failure });
      assert.ok((await failureOf(bench, handler.create({ orgId }))) instanceof AtlasError);
      assert.deepEqual(requests(), [`${post} ${failure.status}`]);
    });
  }

  test("waits while Atlas throttles, and makes one token", async () => {
    bench.atlasSimulator.fail({
      operationId: "createOrgLiveMigrationLinkToken",
      status: 429,
      headers: { "Retry-After": "7" },
    });
    await handler.create({ orgId });
    assert.deepEqual(requests(), [`${post} 429`, `${post} 201`]);
    assert.deepEqual(bench.clock.sleeps, [7_000]);
    assert.equal(world.link(orgId).made, 1);
  });
});

describe("read", () => {
  test("keeps what is stored, makes no request and no token", async () => {
    const { id, outs } = await created(["10.0.0.1"]);
    bench.restart();
    assert.deepEqual(await handler.read(id, outs), {
      id,
      props: outs,
      inputs: { orgId, accessListIps: ["10.0.0.1"] },
    });
    assert.deepEqual(requests(), []);
    assert.equal(world.link(orgId).made, 1);
  });

  test("keeps it also when the link is gone in Atlas, which nothing shows", async () => {
    const standing = await created();
    world.organization(orgId).link = undefined;
    await seesNoDifference(handler, standing);
  });

  test("knows only the organization from the id alone, as .get() has it", async () => {
    assert.deepEqual(await handler.read(orgId.toUpperCase()), {
      id: orgId,
      props: { orgId },
      inputs: { orgId },
    });
  });

  test("says how an id must look", async () => {
    for (const id of ["my-org", `${nowhere}/x`, ""]) {
      await assert.rejects(handler.read(id), {
        message: `The id of a LinkToken must be <orgId>, such as 5f1b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
      });
    }
  });
});

/** The handler when the program does not declare what it did before. */
function inNewRun(): typeof handler {
  bench.newRun();
  return handler;
}

describe("delete", () => {
  test("drops the link with one request", async () => {
    const { id, outs } = await created();
    await inNewRun().delete(id, outs);
    assert.equal(token(), "none");
    assert.deepEqual(requests(), [`${remove} 204`]);
  });

  for (const code of [null, "UNEXPECTED_ERROR"]) {
    test(`succeeds when there is no link (code ${code})`, async () => {
      const { id, outs } = await created();
      world.organization(orgId).link = undefined;
      world.missingLinkCode = code;
      await inNewRun().delete(id, outs);
      assert.deepEqual(requests(), [`${remove} 404`]);
    });
  }

  for (const [what, { failure }] of Object.entries(lostAnswers)) {
    for (const when of ["before", "after"] as const) {
      test(`succeeds when ${what} ${when} the effect`, async () => {
        const { id, outs } = await created();
        bench.atlasSimulator.fail({ operationId: "deleteOrgLiveMigrationLinkTokens", when, ...failure });
        await inNewRun().delete(id, outs);
        assert.equal(token(), "none");
      });
    }
  }

  test("names the projects whose migration is active, and keeps the link", async () => {
    const projectId = world.createProject(orgId);
    const migration = world.addMigration(projectId, { usesLink: true });
    const { id, outs } = await created();
    const error = await failureOf(bench, inNewRun().delete(id, outs));
    assert.equal(
      error.message,
      `Could not delete the link token of organization ${orgId}: DELETE /api/atlas/v2/orgs/${orgId}/liveMigrations/linkTokens ` +
        "was answered 409 CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK: " +
        `Cannot delete organization link while there is active migration in following project ids: ${projectId}. ` +
        "Finish or cancel the live migrations of these projects first.",
    );
    showsNothingOf([token()], error);
    assert.equal(token(), outs.linkToken);
    migration.vanish();
    await inNewRun().delete(id, outs);
    assert.equal(token(), "none");
  });

  test("does not take a missing permission or a missing organization for success", async () => {
    const { id, outs } = await created();
    const missing = await failureOf(bench, inNewRun().delete(nowhere, { ...outs, orgId: nowhere }));
    assert.match(missing.message, /was answered 404 ORG_NOT_FOUND: /);
    bench.restart({ credentials: { kind: "apiKey", ...bench.atlasSimulator.readOnlyKeys } });
    const refused = await failureOf(bench, inNewRun().delete(id, outs));
    assert.match(
      refused.message,
      /was answered 401 USER_UNAUTHORIZED: .* Give the credentials the role Organization Owner \(ORG_OWNER\), or use others that have it\.$/,
    );
    assert.equal(token(), outs.linkToken);
  });
});

describe("replace", () => {
  test("is a deletion and then a token with the new addresses", async () => {
    const { id, outs } = await created(["10.0.0.1"]);
    await inNewRun().delete(id, outs);
    const again = await handler.create({ orgId, accessListIps: ["10.0.0.2"] });
    assert.notEqual(again.outs?.linkToken, outs.linkToken);
    assert.deepEqual(requests(), [`${remove} 204`, `${post} 201`]);
    assert.deepEqual(world.link(orgId).current?.accessListIps, ["10.0.0.2"]);
  });
});
