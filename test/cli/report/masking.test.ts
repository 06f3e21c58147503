import assert from "node:assert/strict";
import { test } from "node:test";
import { maskFor } from "../../../provider/cli/report/masking";
import { named, secret, step } from "./steps";

const user = { projectId: "shop", username: secret, roles: ["GROUP_OWNER"] };

test("hides a secret wherever it stands in clear: in ids, names, sentences and lists, in any spelling", () => {
  const found = named(step("delete", "ProjectUser", user, undefined), "x", { id: "shop/sam+1@example.com" });
  assert.deepEqual(
    maskFor([found])({
      id: "shop/sam+1@example.com",
      urn: "urn::Sam+1@example.com",
      list: [{ message: "sam+1@example.com, SAM+1@EXAMPLE.COM and ada@example.com" }],
      other: "sam1@example.com",
      property: null,
      external: false,
    }),
    {
      id: "shop/[secret]",
      urn: "urn::[secret]",
      list: [{ message: "[secret], [secret] and ada@example.com" }],
      other: "sam1@example.com",
      property: null,
      external: false,
    },
  );
});

test("hides what is secret in a new program, in the state, or among the outputs only", () => {
  const plain = { ...user, username: "sam@example.com" };
  for (const found of [
    step("update", "ProjectUser", plain, user),
    step("update", "ProjectUser", user, plain),
    step("delete", "ProjectUser", plain, undefined, { before: { username: secret }, after: undefined }),
  ]) {
    assert.equal(maskFor([{ ...found, id: "shop/sam@example.com" }])("sam@example.com"), "[secret]");
  }
});

test("hides nothing where nothing is secret", () => {
  const found = step("delete", "ProjectUser", { ...user, username: "ada@example.com" }, undefined);
  assert.equal(maskFor([{ ...found, id: "shop/ada@example.com" }])("ada@example.com"), "ada@example.com");
});
