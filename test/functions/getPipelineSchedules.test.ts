import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../../provider/atlas/errors/error";
import {
  getPipelineSchedules,
  getPipelineSchedulesOutput,
} from "../../provider/functions/getPipelineSchedules";
import type { World } from "../simulator/world";
import { failureOf, resolve, type Stack, startStack, unknown } from "./stack";

let stack: Stack;
let world: World;
let projectId: string;

const nowhere = "0".repeat(24);
const daily = {
  frequencyType: "daily",
  frequencyInterval: 1,
  retentionUnit: "days",
  retentionValue: 7,
} as const;
const monthly = {
  id: "5f1b3c2a9d8e7f6a5b4c3d2e",
  frequencyType: "monthly",
  frequencyInterval: 40,
  retentionUnit: "months",
  retentionValue: 12,
} as const;

beforeEach(() => begin());
afterEach(() => stack.stop());

async function begin(options: { preview?: boolean } = {}): Promise<void> {
  stack = await startStack(options);
  world = stack.simulator.world;
  world.sunset.availableSchedules = null;
  projectId = world.createProject(world.createOrganization());
  world.addPipeline(projectId, "orders", [daily, monthly]);
}

const ask = (over: object = {}) => getPipelineSchedules({ projectId, pipelineName: "orders", ...over });
const requests = (): string[] => stack.requests({ project: projectId });

test("lists the schedules with one request", async () => {
  assert.deepEqual(await ask({ projectId: projectId.toUpperCase() }), {
    projectId,
    pipelineName: "orders",
    schedules: [{ ...daily, id: undefined }, monthly],
  });
  assert.deepEqual(requests(), ["GET /groups/<project>/pipelines/orders/availableSchedules 200"]);
});

test("answers with an empty list for a pipeline that can follow none", async () => {
  world.addPipeline(projectId, "none", []);
  assert.deepEqual((await ask({ pipelineName: "none" })).schedules, []);
});

test("finds a pipeline whose name needs encoding", async () => {
  for (const name of ["bücher%2F", "a?b#c", "a&b=c", "..;", "x".repeat(64)]) {
    world.addPipeline(projectId, name, [daily]);
    assert.equal((await ask({ pipelineName: name })).schedules.length, 1);
  }
});

test("refuses what cannot be a pipeline's name, and asks nothing", async () => {
  for (const [pipelineName, got] of [
    ["orders/../../users", "'orders/../../users'"],
    ["a/b", "'a/b'"],
    ["a b", "'a b'"],
    ['a"b', "'a\"b'"],
    ["a$b", "'a$b'"],
    ["a\\b", "'a\\b'"],
    ["", "''"],
    ["x".repeat(65), `'${"x".repeat(65)}'`],
    [".", "'.'"],
    ["..", "'..'"],
    [undefined, "nothing"],
  ]) {
    await assert.rejects(ask({ pipelineName }), {
      message:
        "getPipelineSchedules: pipelineName must be up to 64 characters without slashes, spaces, quotes and $, " +
        `but got ${got}.`,
    });
  }
  await assert.rejects(ask({ projectId: "my-project" }), {
    message: "getPipelineSchedules: projectId must be 24 hexadecimal digits, but got 'my-project'.",
  });
  assert.deepEqual(stack.simulator.log.lines(), []);
});

describe("after the removal", () => {
  test("is an error that says so when Atlas answers 410", async () => {
    world.removeEndpoint("availableSchedules", 410);
    const error = await failureOf(stack, ask());
    assert.ok(error instanceof AtlasError);
    assert.equal(
      error.message,
      `Could not list the schedules of pipeline orders in project ${projectId}: GET /api/atlas/v2/groups/${projectId}/pipelines/orders/availableSchedules ` +
        `was answered 410 VERSION_GONE: Version 2023-01-01 of /api/atlas/v2/groups/${projectId}/pipelines/orders/availableSchedules is no longer available. ` +
        "Atlas has removed this operation. Data Lake pipelines no longer exist: take this call out of the program.",
    );
  });

  test("is an error that says so when Atlas no longer knows the path", async () => {
    world.removeEndpoint("availableSchedules", 404);
    const error = await failureOf(stack, ask());
    assert.equal(
      error.message,
      `Could not list the schedules of pipeline orders in project ${projectId}: GET /api/atlas/v2/groups/${projectId}/pipelines/orders/availableSchedules ` +
        `was answered 404 RESOURCE_NOT_FOUND: Cannot find resource /api/atlas/v2/groups/${projectId}/pipelines/orders/availableSchedules. ` +
        "Atlas knows nothing under this path: the project or the organization may be being deleted, or something on the way " +
        "may have changed the path. " +
        "Either the project has no such pipeline, or Atlas has removed Data Lake pipelines, as announced for September 2025.",
    );
  });
});

test("says that there may be no such pipeline", async () => {
  const error = await failureOf(stack, ask({ pipelineName: "nothing" }));
  assert.match(
    error.message,
    /was answered 404 DATA_LAKE_PIPELINE_NOT_FOUND: .* Either the project has no such pipeline, or Atlas has removed/,
  );
});

test("says that there is no such project, and nothing about pipelines", async () => {
  const error = await failureOf(stack, ask({ projectId: nowhere }));
  assert.match(
    error.message,
    /was answered 404 GROUP_NOT_FOUND: .* Check the project's id, that it has not been deleted, /,
  );
  assert.ok(!error.message.includes("Data Lake"));
});

for (const [what, failure] of Object.entries({
  "a missing permission": { status: 401, errorCode: "USER_CANNOT_ACCESS_GROUP" },
  "an answer that is no list": { mutate: () => ({ results: [] }) },
  "a schedule without its frequency": { mutate: () => [{ id: nowhere }] },
  "an empty answer": { raw: { status: 200, headers: {}, body: "" } },
} as const)) {
  test(`never takes ${what} for an empty list`, async () => {
    stack.simulator.fail({ operationId: "listPipelineSchedules", ...failure });
    assert.ok((await failureOf(stack, ask())) instanceof AtlasError);
  });
}

describe("getPipelineSchedulesOutput", () => {
  test("takes inputs", async () => {
    const { value } = await resolve(
      getPipelineSchedulesOutput({
        projectId: pulumi.output(projectId),
        pipelineName: Promise.resolve("orders"),
      }),
    );
    assert.equal(value.schedules.length, 2);
  });

  test("does not ask for what a preview does not know yet", async () => {
    await stack.stop();
    await begin({ preview: true });
    for (const args of [
      { projectId: unknown(), pipelineName: "orders" },
      { projectId, pipelineName: unknown() },
    ]) {
      assert.equal((await resolve(getPipelineSchedulesOutput(args))).known, false);
    }
    assert.deepEqual(stack.simulator.log.lines(), []);
  });
});

test("warns once a run that the announced end is over", async (context) => {
  const warn = context.mock.method(console, "warn", () => {});
  world.sunset.availableSchedules = new Date(Date.UTC(2025, 8, 9));
  await ask();
  await ask();
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [
      [
        "warning: [runtime] Atlas has deprecated the operation listPipelineSchedules, which is used to list the " +
          `schedules of pipeline orders in project ${projectId}: Atlas may remove it any day (announced for ` +
          "2025-09-09). Look for a newer release of mongodbatlas-dynamic.",
      ],
    ],
  );
});
