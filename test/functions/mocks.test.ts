import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as api from "../../provider/index";
import { AtlasSimulator } from "../simulator/simulator";
import { resolve, unknown } from "./stack";

/** What the mocks were asked, in order. */
let asked: pulumi.runtime.MockCallArgs[];
let simulator: AtlasSimulator;
const environment = { ...process.env };

beforeEach(async () => {
  asked = [];
  simulator = await AtlasSimulator.start();
  // As on the machine of somebody who has credentials in the shell.
  process.env["MONGODB_ATLAS_BASE_URL"] = simulator.url;
  process.env["MONGODB_ATLAS_PUBLIC_KEY"] = simulator.keys.publicKey;
  process.env["MONGODB_ATLAS_PRIVATE_KEY"] = simulator.keys.privateKey;
});

afterEach(async () => {
  process.env = { ...environment };
  assert.deepEqual(simulator.log.lines(), [], "nothing is asked of Atlas");
  await simulator.stop();
});

async function setMocks(preview = false): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: (args) => {
        asked.push(args);
        return { answer: 42 };
      },
    },
    "project",
    "stack",
    preview,
  );
}

const token = (name: string): string => `pulumi-nodejs:dynamic/mongodbatlas:${name}`;
const functions = [
  ["getLiveMigration", { projectId: "shop", liveMigrationId: "orders" }],
  ["getOrganizationInvitations", { orgId: "acme" }],
  ["getPipelineSchedules", { projectId: "shop", pipelineName: "nightly" }],
  ["getProjectUsers", { projectId: "shop" }],
] as const;

/** A function and its twin, for arguments of whatever kind. */
function named(name: (typeof functions)[number][0]) {
  const all = Object.entries(api);
  const find = (wanted: string): unknown => all.find(([exported]) => exported === wanted)?.[1];
  return {
    plain: find(name) as (args: object, options?: pulumi.InvokeOptions) => Promise<unknown>,
    twin: find(`${name}Output`) as (
      args: object,
      options?: pulumi.InvokeOutputOptions,
    ) => pulumi.Output<unknown>,
  };
}

for (const [name, args] of functions) {
  const { plain, twin } = named(name);

  describe(`${name} under the mocks of a unit test`, () => {
    test("is answered by them, for ids that are no ids of Atlas too", async () => {
      await setMocks();
      assert.deepEqual(await plain(args), { answer: 42 });
      assert.deepEqual(
        asked.map(({ token, inputs }) => ({ token, inputs })),
        [{ token: token(name), inputs: args }],
      );
    });

    test("is answered by them for inputs, after what they depend on", async () => {
      await setMocks();
      const user = new api.ProjectUser("ada", { projectId: "shop", username: "ada@example.com", roles: [] });
      const inputs = { ...args, extra: user.id };
      const { value, known } = await resolve(twin(inputs, { dependsOn: [user] }));
      assert.deepEqual({ value, known }, { value: { answer: 42 }, known: true });
      assert.deepEqual(asked[0]?.inputs, { ...args, extra: "ada-id" });
    });

    test("is not asked for what a preview does not know", async () => {
      await setMocks(true);
      const [first] = Object.keys(args);
      const { known } = await resolve(twin({ ...args, [first as string]: unknown() }));
      assert.equal(known, false);
      assert.deepEqual(asked, []);
    });
  });
}

test("mocks are told the provider of a call, given or of the parent", async () => {
  await setMocks();
  const urn = "urn:pulumi:stack::project::pulumi:providers:pulumi-nodejs::other";
  const provider = new pulumi.DependencyProviderResource(`${urn}::provider-id`);
  await api.getProjectUsers({ projectId: "shop" }, { provider });
  const parent = new pulumi.ComponentResource("acme:Team", "team", {}, { providers: [provider] });
  await resolve(api.getProjectUsersOutput({ projectId: "shop" }, { parent }));
  assert.deepEqual(
    asked.map(({ provider }) => provider),
    [`${urn}::provider-id`, `${urn}::provider-id`],
  );
});
