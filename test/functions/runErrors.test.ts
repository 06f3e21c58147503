import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { AtlasError, getProjectUsers } from "../../provider/index";
import { failureOf, type Stack, startStack } from "./stack";

/** Whether Pulumi shows the message of an error that ends a program, and no stack. */
const isShownAsSentence = (error: Error): boolean => pulumi.RunError.isInstance(error);

describe("Pulumi shows as a sentence, when it ends a program,", () => {
  let stack: Stack;

  before(async () => {
    stack = await startStack();
  });

  after(() => stack.stop());

  test("an error of Atlas, also with further advice", async () => {
    const error = await failureOf(stack, getProjectUsers({ projectId: "0".repeat(24) }));
    assert.ok(error instanceof AtlasError);
    assert.ok(isShownAsSentence(error));
    assert.ok(isShownAsSentence(error.withAdvice("Ask Ada.")));
  });

  test("a mistake in the configuration", async () => {
    const { "mongodbatlas:publicKey": publicKey, ...rest } = pulumi.runtime.allConfig();
    pulumi.runtime.setAllConfig(rest);
    try {
      const error = await failureOf(stack, getProjectUsers({ projectId: "0".repeat(24) }));
      assert.match(error.message, /^mongodbatlas:publicKey is missing/);
      assert.ok(isShownAsSentence(error));
    } finally {
      pulumi.runtime.setAllConfig({ ...rest, ...(publicKey && { "mongodbatlas:publicKey": publicKey }) });
    }
  });
});
