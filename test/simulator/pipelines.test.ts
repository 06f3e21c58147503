import assert from "node:assert/strict";
import { test } from "node:test";
import type { PipelineSchedule } from "./people";
import { assertRefused, atlas, atlasWithViolations } from "./testClient";

const daily: PipelineSchedule = {
  frequencyInterval: 1,
  frequencyType: "daily",
  id: "0123456789abcdef01234567",
  retentionUnit: "days",
  retentionValue: 7,
};
const monthly: PipelineSchedule = {
  frequencyInterval: 40,
  frequencyType: "monthly",
  retentionUnit: "months",
  retentionValue: 12,
};

test("lists the schedules of a pipeline as a bare list, and announces its end", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.addPipeline(projectId, "sales", [daily, monthly]);
  const reply = await client.get(`/groups/${projectId}/pipelines/sales/availableSchedules`);
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.body, [daily, monthly]);
  assert.equal(reply.headers.get("sunset"), "Tue, 9 Sep 2025 00:00:00 GMT");
});

test("does not know a pipeline, and announces its end all the same", async (t) => {
  const { client, projectId } = await atlas(t);
  const reply = await client.get(`/groups/${projectId}/pipelines/none/availableSchedules`);
  assertRefused(reply, 404, "DATA_LAKE_PIPELINE_NOT_FOUND");
  assert.notEqual(reply.headers.get("deprecation"), null);
});

test("removes the schedules with a 410 or a 404", async (t) => {
  const { simulator, client, projectId } = await atlas(t);
  simulator.world.addPipeline(projectId, "sales", [daily]);
  const path = `/groups/${projectId}/pipelines/sales/availableSchedules`;
  simulator.world.removeEndpoint("availableSchedules", 410);
  assertRefused(await client.get(path), 410, "VERSION_GONE");
  simulator.world.removeEndpoint("availableSchedules", 404);
  assertRefused(await client.get(path), 404, "RESOURCE_NOT_FOUND");
});

test("refuses a name that no pipeline can have", async (t) => {
  const { simulator, client, projectId } = await atlasWithViolations(t);
  const reply = await client.get(`/groups/${projectId}/pipelines/${"x".repeat(65)}/availableSchedules`);
  assertRefused(reply, 400, "PATH_PARAM_PARSE_ERROR");
  assert.equal(simulator.violations.length, 1);
});
