import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as api from "../../provider/index";
import { rejected, type Stack, startStack } from "./stack";

let stack: Stack;
const id = "0".repeat(24);

beforeEach(async () => {
  stack = await startStack();
});
afterEach(async () => {
  assert.deepEqual(stack.simulator.log.lines(), [], "nothing is asked of Atlas");
  await stack.stop();
});

/** The message of a mistake, which Pulumi shows without a stack. */
async function mistakeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => assert.fail("must fail"),
    (reason: unknown) => reason,
  );
  assert.ok(pulumi.RunError.isInstance(error), String(error));
  return error.message;
}

// Programs in JavaScript, and ids out of files, know no types.
const functions = api as unknown as Record<string, (args: unknown) => Promise<unknown>>;
const call = (name: string, args: unknown): Promise<unknown> => {
  const fn = functions[name];
  assert.ok(fn);
  return fn(args);
};

for (const [name, args, message] of [
  ["getProjectUsers", undefined, "projectId must be 24 hexadecimal digits, but got nothing."],
  ["getProjectUsers", null, "projectId must be 24 hexadecimal digits, but got nothing."],
  ["getProjectUsers", { projectId: null }, "projectId must be 24 hexadecimal digits, but got nothing."],
  ["getProjectUsers", { projectId: 5 }, "projectId must be 24 hexadecimal digits, but got 5."],
  ["getProjectUsers", { projectId: [id] }, "projectId must be 24 hexadecimal digits, but got a list."],
  ["getProjectUsers", { projectId: {} }, "projectId must be 24 hexadecimal digits, but got an object."],
  [
    "getProjectUsers",
    { projectId: "x".repeat(1_000) },
    `projectId must be 24 hexadecimal digits, but got '${"x".repeat(80)}…'.`,
  ],
  [
    "getProjectUsers",
    { projectId: "\u001b[2Jshop" },
    "projectId must be 24 hexadecimal digits, but got '\\u001b[2Jshop'.",
  ],
  [
    "getProjectUsers",
    { projectID: id },
    "projectId must be 24 hexadecimal digits, but got nothing; projectID must be left out: the arguments are projectId.",
  ],
  [
    "getProjectUsers",
    { projectId: pulumi.output(id) },
    "projectId must be 24 hexadecimal digits, but got an output, which getProjectUsersOutput takes.",
  ],
  [
    "getProjectUsers",
    { projectId: Promise.resolve(id) },
    "projectId must be 24 hexadecimal digits, but got a promise, which getProjectUsersOutput takes.",
  ],
  [
    "getLiveMigration",
    { projectId: "shop" },
    "projectId must be 24 hexadecimal digits, but got 'shop'; liveMigrationId must be 24 hexadecimal digits, but got nothing.",
  ],
  [
    "getPipelineSchedules",
    { projectId: "shop", pipelineName: "a/b" },
    "projectId must be 24 hexadecimal digits, but got 'shop'; " +
      "pipelineName must be up to 64 characters without slashes, spaces, quotes and $, but got 'a/b'.",
  ],
  [
    "getOrganizationInvitations",
    { orgId: "acme", username: "ada" },
    "orgId must be 24 hexadecimal digits, but got 'acme'; " +
      "username must be an e-mail address such as ada@example.com, but got 'ada'.",
  ],
  [
    "getOrganizationInvitations",
    { orgId: id, username: 5 },
    "username must be an e-mail address such as ada@example.com, but got 5.",
  ],
] as const) {
  test(`${name} says what is wrong: ${message.slice(0, 100)}`, async () => {
    assert.equal(await mistakeOf(call(name, args)), `${name}: ${message}`);
  });
}

test("a username may be left out, in whatever way", async () => {
  for (const username of [undefined, null]) {
    assert.equal(
      await mistakeOf(call("getOrganizationInvitations", { orgId: "acme", username })),
      "getOrganizationInvitations: orgId must be 24 hexadecimal digits, but got 'acme'.",
    );
  }
});

test("no message shows a secret", async () => {
  const output = api.getOrganizationInvitationsOutput({ orgId: id, username: pulumi.secret("ada") });
  assert.equal(
    await mistakeOf(rejected(output)),
    "getOrganizationInvitations: username must be an e-mail address such as ada@example.com, " +
      "but got a secret that is something else.",
  );
});

test("a provider of another package is refused, given or of the parent", async () => {
  const urn = "urn:pulumi:stack::project::pulumi:providers:pulumi-nodejs::other";
  const provider = new pulumi.DependencyProviderResource(`${urn}::provider-id`);
  const parent = { getProvider: () => provider } as unknown as pulumi.Resource;
  for (const call of [
    api.getProjectUsers({ projectId: id }, { provider }),
    api.getProjectUsers({ projectId: id }, { parent }),
    rejected(api.getProjectUsersOutput({ projectId: id }, { provider })),
  ]) {
    assert.equal(
      await mistakeOf(call),
      "getProjectUsers: the provider must be a Provider of this package, but got another one: give it that, or none to use the " +
        "credentials in the stack's configuration or in the environment.",
    );
  }
});
