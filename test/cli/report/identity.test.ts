import assert from "node:assert/strict";
import { test } from "node:test";
import { idOf, propertiesOfId } from "../../../provider/cli/report/identity";

const token = (of: string) => `pulumi-nodejs:dynamic/mongodbatlas:${of}`;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("an id says what it is about, also with a slash in an address", () => {
  for (const [type, id, properties] of [
    ["ProjectUser", "shop/ops/night@example.com", { projectId: "shop", username: "ops/night@example.com" }],
    [
      "TeamUser",
      "acme/support/a/b@example.com",
      { orgId: "acme", teamId: "support", username: "a/b@example.com" },
    ],
    ["TeamUser", "acme/support/5f1b3c", { orgId: "acme", teamId: "support", userId: "5f1b3c" }],
    ["LinkToken", "acme", { orgId: "acme" }],
    ["MigrationCutover", "shop/m1", { projectId: "shop", liveMigrationId: "m1" }],
    ["MaintenanceDeferral", "shop", { projectId: "shop" }],
    ["ProjectUser", "shop", {}],
    ["ProjectUser", "", {}],
  ] as const) {
    assert.deepEqual(propertiesOfId(token(type), id), properties);
  }
  assert.deepEqual(propertiesOfId("aws:s3/bucket:Bucket", "a/b"), {});
});

test("arguments make an id where they are known", () => {
  const user = { projectId: "shop", username: "Ada@example.com" };
  assert.equal(idOf(token("ProjectUser"), user), "shop/ada@example.com");
  assert.equal(
    idOf(token("TeamUser"), { orgId: "acme", teamId: "support", userId: "5f" }),
    "acme/support/5f",
  );
  assert.equal(idOf(token("ProjectUser"), { ...user, username: unknown }), undefined);
  assert.equal(idOf(token("ProjectUser"), { ...user, username: { secret: true } }), undefined);
  assert.equal(idOf("aws:s3/bucket:Bucket", user), undefined);
});
