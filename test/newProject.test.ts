import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

test("the example beside @pulumi/mongodbatlas hands its project on, and shares its configuration", async () => {
  const registered: Record<string, Record<string, unknown>> = {};
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered[`${type} ${name}`] = inputs;
        return { id: `${name}-id`, state: inputs };
      },
      call: ({ inputs }) => inputs,
    },
    "new-project",
    "dev",
    true,
  );
  pulumi.runtime.setAllConfig({
    "new-project:orgId": "0".repeat(24),
    "new-project:owner": "ada@example.com",
  });
  const program = require("../examples/new-project/index") as () => Promise<
    Record<string, pulumi.Output<unknown>>
  >;
  const { projectId } = await program();
  await new Promise((resolve) => projectId?.apply(resolve));
  await pulumi.runtime.disconnect();

  const theirs = "mongodbatlas:index";
  const ours = "pulumi-nodejs:dynamic/mongodbatlas";
  assert.deepEqual(Object.keys(registered).sort(), [
    `${theirs}/maintenanceWindow:MaintenanceWindow sunday`,
    `${theirs}/project:Project shop`,
    `${ours}:MaintenanceDeferral freeze`,
    `${ours}:ProjectUser owner`,
  ]);
  for (const resource of ["ProjectUser owner", "MaintenanceDeferral freeze"]) {
    assert.equal(registered[`${ours}:${resource}`]?.["projectId"], "shop-id");
  }
});
