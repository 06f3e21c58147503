import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../../provider/atlas/errors/error";
import { getLiveMigration, getLiveMigrationOutput } from "../../provider/functions/getLiveMigration";
import type { MigrationStep } from "../simulator/migration";
import type { World } from "../simulator/world";
import { failureOf, resolve, type Stack, startStack, unknown } from "./stack";

let stack: Stack;
let world: World;
let projectId: string;

const nowhere = "0".repeat(24);
const environment = { ...process.env };

beforeEach(() => begin());
afterEach(async () => {
  process.env = { ...environment };
  await stack.stop();
});

async function begin(options: { preview?: boolean } = {}): Promise<void> {
  stack = await startStack(options);
  world = stack.simulator.world;
  projectId = world.createProject(world.createOrganization());
}

function migrating(...steps: MigrationStep[]): string {
  return world.addMigration(projectId, { steps, migrationHosts: ["a.example.com"] }).id;
}

for (const status of ["NEW", "WORKING", "FAILED", "COMPLETE", "EXPIRED", null] as const) {
  test(`shows where a migration stands whose status is ${status}, with one request`, async () => {
    const liveMigrationId = migrating({
      status,
      readyForCutover: status === "WORKING",
      lagTimeSeconds: null,
    });
    assert.deepEqual(await getLiveMigration({ projectId, liveMigrationId }), {
      projectId,
      liveMigrationId,
      status: status ?? undefined,
      readyForCutover: status === "WORKING",
      lagTimeSeconds: undefined,
      migrationHosts: ["a.example.com"],
    });
    assert.deepEqual(stack.requests({ project: projectId, migration: liveMigrationId }), [
      "GET /groups/<project>/liveMigrations/<migration> 200",
    ]);
  });
}

test("shows the lag, and takes ids in capitals", async () => {
  const liveMigrationId = migrating({ status: "WORKING", readyForCutover: false, lagTimeSeconds: 0 });
  const shown = await getLiveMigration({
    projectId: projectId.toUpperCase(),
    liveMigrationId: liveMigrationId.toUpperCase(),
  });
  assert.equal(shown.lagTimeSeconds, 0);
  assert.equal(shown.liveMigrationId, liveMigrationId);
});

test("says what is wrong with all arguments at once, and asks nothing", async () => {
  await assert.rejects(getLiveMigration({ projectId: "p" } as never), {
    message:
      "getLiveMigration: projectId must be 24 hexadecimal digits, but got 'p'; " +
      "liveMigrationId must be 24 hexadecimal digits, but got nothing.",
  });
  assert.deepEqual(stack.simulator.log.lines(), []);
});

test("is an error for a migration of another project", async () => {
  const liveMigrationId = migrating({ status: "NEW", readyForCutover: false, lagTimeSeconds: null });
  const other = world.createProject(world.createOrganization());
  const error = await failureOf(stack, getLiveMigration({ projectId: other, liveMigrationId }));
  assert.equal(
    error.message,
    `Could not look at live migration ${liveMigrationId} of project ${other}: GET /api/atlas/v2/groups/${other}/liveMigrations/${liveMigrationId} ` +
      `was answered 404 LIVE_MIGRATION_NOT_FOUND: No live migration with ID ${liveMigrationId} exists. ` +
      `Check that live migration ${liveMigrationId} belongs to project ${other}.`,
  );
  assert.ok(error instanceof AtlasError);
});

test("names the role that looking needs, where it is missing", async () => {
  const liveMigrationId = migrating({ status: "NEW", readyForCutover: false, lagTimeSeconds: null });
  stack.simulator.fail({
    operationId: "getGroupLiveMigration",
    when: "before",
    status: 401,
    errorCode: "USER_UNAUTHORIZED",
  });
  const error = await failureOf(stack, getLiveMigration({ projectId, liveMigrationId }));
  assert.match(
    error.message,
    / Give the credentials the role Organization Member, or use others that have it\.$/,
  );
});

describe("getLiveMigrationOutput", () => {
  test("takes inputs", async () => {
    const liveMigrationId = migrating({ status: "NEW", readyForCutover: false, lagTimeSeconds: null });
    const { value } = await resolve(
      getLiveMigrationOutput({
        projectId: Promise.resolve(projectId),
        liveMigrationId: pulumi.output(liveMigrationId),
      }),
    );
    assert.equal(value.status, "NEW");
  });

  test("does not ask for what a preview does not know yet", async () => {
    await stack.stop();
    await begin({ preview: true });
    for (const args of [
      { projectId: unknown(), liveMigrationId: nowhere },
      { projectId, liveMigrationId: unknown() },
    ]) {
      assert.equal((await resolve(getLiveMigrationOutput(args))).known, false);
    }
    assert.deepEqual(stack.simulator.log.lines(), []);
  });
});

describe("the configuration of the stack", () => {
  const ask = () => getLiveMigration({ projectId, liveMigrationId: nowhere });
  const withoutEnvironment = (): void => {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith("MONGODB_ATLAS_")) {
        delete process.env[name];
      }
    }
  };

  test("is asked for in a sentence when it is missing", async () => {
    withoutEnvironment();
    pulumi.runtime.setAllConfig({ "mongodbatlas:baseUrl": stack.simulator.url });
    const error = await failureOf(stack, ask());
    assert.equal(
      error.message,
      "No Atlas credentials are configured. Set mongodbatlas:clientId and mongodbatlas:clientSecret (a service account) " +
        "or mongodbatlas:publicKey and mongodbatlas:privateKey (an API key) with `pulumi config set --secret`, " +
        "or the variables MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, " +
        "or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.",
    );
    assert.deepEqual(stack.simulator.log.lines(), []);
  });

  test("falls back to the environment", async () => {
    withoutEnvironment();
    const { url, keys } = stack.simulator;
    pulumi.runtime.setAllConfig({});
    process.env["MONGODB_ATLAS_BASE_URL"] = url;
    process.env["MONGODB_ATLAS_CLIENT_ID"] = keys.clientId;
    process.env["MONGODB_ATLAS_CLIENT_SECRET"] = keys.clientSecret;
    assert.ok((await failureOf(stack, ask())) instanceof AtlasError);
    assert.deepEqual(
      stack.simulator.log.entries.map(({ operationId }) => operationId),
      ["createAccessToken", "getGroupLiveMigration"],
    );
  });

  test("counts anew for another stack in the same process, as under the Automation API", async () => {
    await failureOf(stack, ask());
    assert.equal(stack.requests().length, 1);
    const first = stack;
    await begin();
    await failureOf(stack, ask());
    assert.equal(first.requests().length, 0);
    assert.equal(stack.requests().length, 1);
    await first.stop();
  });

  test("is challenged once in a process", async () => {
    const liveMigrationId = migrating({ status: "NEW", readyForCutover: false, lagTimeSeconds: null });
    await Promise.all([1, 2, 3].map(() => getLiveMigration({ projectId, liveMigrationId })));
    await getLiveMigration({ projectId, liveMigrationId });
    assert.equal(
      stack.simulator.log.count((entry) => entry.authenticated),
      4,
    );
    assert.ok(stack.simulator.log.count((entry) => !entry.authenticated) <= 3);
  });

  test("appears in no error, also with keys that Atlas does not accept", async () => {
    const privateKey = "00000000-not-the-key";
    pulumi.runtime.setConfig("mongodbatlas:privateKey", privateKey);
    const error = await failureOf(stack, ask());
    assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(privateKey));
    assert.match(
      error.message,
      /was answered 401 UNEXPECTED_ERROR.*Atlas does not accept the API key: check mongodbatlas:publicKey and mongodbatlas:privateKey/,
    );
  });
});
