import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { getProjectUsers } from "../../provider/index";
import { runProcess } from "../process";
import { AtlasSimulator } from "../simulator/simulator";

const root = path.join(__dirname, "../..");

/** A program that asks for the members of a project, twice and at once, and then goes on with `rest`. */
async function runProgram(simulator: AtlasSimulator, projectId: string, rest: string) {
  const args = JSON.stringify({ projectId });
  const program = `
    const { getProjectUsers } = require(${JSON.stringify(path.join(root, "provider/index.ts"))});
    const ask = () => getProjectUsers(${args});
    Promise.all([ask(), ask()]).then(ask).then(({ users }) => { ${rest} });`;
  return runProcess(process.execPath, ["--import", require.resolve("../tsx.mjs"), "-e", program], {
    cwd: root,
    env: {
      ...process.env,
      MONGODB_ATLAS_BASE_URL: simulator.url,
      MONGODB_ATLAS_CLIENT_ID: simulator.keys.clientId,
      MONGODB_ATLAS_CLIENT_SECRET: simulator.keys.clientSecret,
    },
  });
}

for (const [end, rest, code] of [
  ["ends", "console.log(users.length)", 0],
  ["fails", "throw new Error('elsewhere')", 1],
] as const) {
  test(`a service account's token is fetched once, and given back when the program ${end}`, async () => {
    const simulator = await AtlasSimulator.start();
    try {
      const projectId = simulator.world.createProject(simulator.world.createOrganization());
      const handlers = "process.on('unhandledRejection', () => { process.exitCode = 1; });";
      const result = await runProgram(simulator, projectId, `${handlers} ${rest}`);
      assert.equal(result.code, code, result.stderr);
      const { live, issued, revoked } = simulator.oauth;
      assert.deepEqual({ live, issued, revoked }, { live: 0, issued: 1, revoked: 1 });
      assert.equal(
        simulator.log.count(({ operationId }) => operationId === "listGroupUsers"),
        3,
      );
    } finally {
      await simulator.stop();
    }
  });
}

test("a program ends as well when Atlas does not take the token back", async () => {
  const simulator = await AtlasSimulator.start();
  try {
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    simulator.fail({ operationId: "revokeAccessToken", when: "before", status: 500, times: 20 });
    const result = await runProgram(simulator, projectId, "console.log(users.length)");
    assert.deepEqual(result, { code: 0, stdout: "0\n", stderr: "" });
    assert.equal(simulator.oauth.live, 1);
  } finally {
    await simulator.stop();
  }
});

test("stacks with different credentials in one process have a token each, and no more, in whatever order they ask", async () => {
  const simulators = await Promise.all([AtlasSimulator.start(), AtlasSimulator.start()]);
  pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "organization");
  try {
    const projects = simulators.map(({ world }) => world.createProject(world.createOrganization()));
    for (let round = 0; round < 3; round += 1) {
      for (const [index, { url, keys }] of simulators.entries()) {
        pulumi.runtime.setAllConfig({
          "mongodbatlas:baseUrl": url,
          "mongodbatlas:clientId": keys.clientId,
          "mongodbatlas:clientSecret": keys.clientSecret,
        });
        await getProjectUsers({ projectId: projects[index] ?? "" });
      }
    }
    assert.deepEqual(
      simulators.map(({ oauth: { live, issued } }) => ({ live, issued })),
      [
        { live: 1, issued: 1 },
        { live: 1, issued: 1 },
      ],
    );
  } finally {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
  }
});
