import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ProjectUser, type ProjectUserArgs } from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import type { EngineStack } from "./stack";

const username = "ada@example.com";

describe("a stack with a ProjectUser", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let projectId: string;
  const program =
    (args: Partial<ProjectUserArgs> = {}) =>
    async () => {
      const user = new ProjectUser("ada", { projectId, username, roles: ["GROUP_READ_ONLY"], ...args });
      return { roles: user.roles, status: user.orgMembershipStatus };
    };

  before(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization());
    stack = await atlasStack(simulator, { program: program() });
  });

  const roles = () => simulator.world.members(projectId)[username]?.roles;

  test("previews without any request, and creates with one", async () => {
    const preview = await stack.preview({ mustSucceed: true });
    assert.equal(preview.summary.create, 1);
    assert.deepEqual(simulator.log.lines(), []);
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs, { roles: ["GROUP_READ_ONLY"], status: "PENDING" });
    assert.deepEqual(tally(simulator), { "401": 1, POST: 1 });
  });

  test("has the constant line for its implementation in the state, and no more of its own than 600 bytes", async () => {
    const { deployment } = await stack.export();
    const resource = deployment.resources.find(
      ({ type }: { type: string }) => type === "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser",
    );
    assert.equal(resource.id, `${projectId}/${username}`);
    const line = 'exports.handler = () => require("mongodbatlas-dynamic/handlers").projectUser;';
    assert.equal(resource.inputs.__provider, line);
    assert.equal(resource.outputs.__provider, line);
    assert.match(resource.sourcePosition, /projectUser\.test\.ts#/, "names the place in the program");
    const own = JSON.stringify(resource.inputs).length + JSON.stringify(resource.outputs).length;
    assert.ok(own <= 650, `${own} bytes`);
  });

  test("has nothing to do in a second update", async () => {
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });

  test("shows a role that a colleague changed as the one property that moved", async () => {
    simulator.world.setRoles(projectId, username, ["GROUP_OWNER"]);
    const drift = await stack.refreshPreviewOnly();
    assert.equal(drift.exitCode, 7);
    assert.match(drift.stdout, /ProjectUser ada update \[diff: ~roles\]/);
  });

  test("heals it with an update after a refresh", async () => {
    await stack.up({ mustSucceed: true, refresh: true });
    assert.deepEqual(roles(), ["GROUP_READ_ONLY"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("sees no drift when the invitation is accepted, and sends no second one", async () => {
    simulator.world.acceptInvitation(username);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
    const up = await stack.up({ mustSucceed: true, refresh: true });
    assert.equal(up.summary.same, 1);
    assert.equal(up.outputs["status"], "ACTIVE");
    assert.equal(simulator.world.invitationsSent.length, 1);
  });

  test("changes roles in place", async () => {
    await stack.setProgram(program({ roles: ["GROUP_OWNER", "GROUP_BACKUP_MANAGER"] }));
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual([up.summary.update, up.summary.replace], [1, 0]);
    assert.deepEqual(roles(), ["GROUP_BACKUP_MANAGER", "GROUP_OWNER"]);
  });

  test("invites again who was removed by hand", async () => {
    simulator.world.removeFromProject(projectId, username);
    const up = await stack.up({ mustSucceed: true, refresh: true });
    assert.equal(up.summary.create, 1);
    assert.deepEqual(roles(), ["GROUP_BACKUP_MANAGER", "GROUP_OWNER"]);
  });

  test("replaces for another user, adding first", async () => {
    await stack.setProgram(program({ username: "bob@example.com" }));
    simulator.log.clear();
    await stack.up({ mustSucceed: true });
    assert.deepEqual(Object.keys(simulator.world.members(projectId)), ["bob@example.com"]);
    assert.deepEqual(
      simulator.log.effects().map(({ method }) => method),
      ["POST", "DELETE"],
    );
  });

  test("reads with .get() what it does not manage", async () => {
    simulator.world.grant(projectId, username, ["GROUP_OWNER"]);
    await stack.setProgram(async () => {
      const got = ProjectUser.get("ada", `${projectId}/${username}`);
      return { username: got.username, roles: got.roles, status: got.orgMembershipStatus };
    });
    simulator.log.clear();
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(up.outputs, { username, roles: ["GROUP_OWNER"], status: "ACTIVE" });
    simulator.world.setRoles(projectId, username, ["GROUP_READ_ONLY"]);
    assert.deepEqual((await stack.up({ mustSucceed: true })).outputs["roles"], ["GROUP_READ_ONLY"]);
    await stack.destroy({ mustSucceed: true });
    assert.deepEqual(Object.keys(simulator.world.members(projectId)), [username]);
  });

  test("reports every mistake of a resource in one preview", async () => {
    await stack.setProgram(
      program({ projectId: "my-project", username: "ada", roles: ["ORG_OWNER", "GROUP_OWNER"] }),
    );
    simulator.log.clear();
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    assert.deepEqual(preview.diagnostics.slice(0, 3), [
      "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser resource 'ada': property projectId value {my-project} has a problem: must be the project's id, 24 hexadecimal digits, but got 'my-project'",
      "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser resource 'ada': property username value {ada} has a problem: must be an e-mail address such as ada@example.com, but got 'ada'",
      "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser resource 'ada': property roles value {[{ORG_OWNER} {GROUP_OWNER}]} has a problem: must be a project role such as GROUP_READ_ONLY, not a role of the organization, but got 'ORG_OWNER'",
    ]);
    assert.deepEqual(simulator.log.lines(), []);
  });
});

describe("many ProjectUsers", () => {
  const users = (projectId: string, count: number) => async () => {
    for (let index = 0; index < count; index += 1) {
      new ProjectUser(`user${index}`, {
        projectId,
        username: `user${index}@example.com`,
        roles: ["GROUP_READ_ONLY"],
      });
    }
  };

  for (const [credentials, expected] of [
    ["apiKey", { "401": 1, POST: 10 }],
    ["serviceAccount", { token: 1, POST: 10, revoke: 1 }],
  ] as const) {
    test(`take ten requests for ten users with ${credentials}, and one to begin with`, async () => {
      const simulator = await startSimulator();
      const projectId = simulator.world.createProject(simulator.world.createOrganization());
      const stack = await atlasStack(simulator, { program: users(projectId, 10), credentials });
      await stack.up({ mustSucceed: true });
      assert.deepEqual(tally(simulator), expected);
    });
  }

  test("take at most five requests to refresh 500 of them", async () => {
    const simulator = await startSimulator();
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    for (let index = 0; index < 500; index += 1) {
      simulator.world.grant(projectId, `user${index}@example.com`, ["GROUP_READ_ONLY"]);
    }
    const stack = await atlasStack(simulator, { program: users(projectId, 500) });
    await stack.up({ mustSucceed: true });
    simulator.log.clear();
    await stack.refresh({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(tally(simulator), { "401": 1, GET: 2 });
  });
});

describe("a stack that cannot reach Atlas", () => {
  let simulator: AtlasSimulator;
  let projectId: string;
  const program = async () => {
    new ProjectUser("ada", { projectId, username, roles: ["GROUP_READ_ONLY"] });
  };

  before(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization());
  });

  for (const [what, config, sentence] of [
    [
      "without credentials",
      { "mongodbatlas:publicKey": "", "mongodbatlas:privateKey": "" },
      /No Atlas credentials are configured\. Set mongodbatlas:clientId/,
    ],
    [
      "with half a pair",
      { "mongodbatlas:privateKey": "" },
      /mongodbatlas:privateKey is missing, though mongodbatlas:publicKey is set\. .* in the variable MONGODB_ATLAS_PRIVATE_KEY\./,
    ],
    [
      "over plain http",
      { "mongodbatlas:baseUrl": "http://atlas.example" },
      /mongodbatlas:baseUrl must start with https:\/\/ \(plain http only reaches a loopback host, and atlas\.example is not one\)/,
    ],
  ] as const) {
    test(`${what} says so in the preview`, async () => {
      const stack = await atlasStack(simulator, { program, config });
      const preview = await stack.preview();
      assert.equal(preview.ok, false);
      assert.match(preview.diagnostics.join("\n"), sentence);
    });
  }

  test("says what to do about wrong keys, a missing permission and an address that is not allowed", async () => {
    const stack = await atlasStack(simulator, {
      program,
      config: { "mongodbatlas:privateKey": { value: "not-the-key", secret: true } },
    });
    const wrong = await stack.up();
    assert.match(
      wrong.diagnostics.join("\n"),
      /^Could not add ada@example\.com to project [0-9a-f]{24}: POST \S+ was answered 401 .* Atlas does not accept the API key: check mongodbatlas:publicKey and mongodbatlas:privateKey/,
    );
    assert.equal(simulator.log.lines().length, 2, "one challenge, one refused proof");

    const { publicKey, privateKey } = simulator.readOnlyKeys;
    await stack.setConfig({
      "mongodbatlas:publicKey": publicKey,
      "mongodbatlas:privateKey": { value: privateKey, secret: true },
    });
    const forbidden = await stack.up();
    assert.match(
      forbidden.diagnostics.join("\n"),
      /was answered 401 USER_UNAUTHORIZED.* Give the credentials the role Project Owner \(GROUP_OWNER\)/,
    );

    simulator.world.accessListOpen = false;
    const elsewhere = await stack.up();
    assert.match(
      elsewhere.diagnostics.join("\n"),
      /was answered 403 IP_ADDRESS_NOT_ON_ACCESS_LIST.* Add this machine's address to the API access list/,
    );
  });

  test("says what to do about a host that does not resolve", async () => {
    const stack = await atlasStack(simulator, {
      program,
      config: { "mongodbatlas:baseUrl": "https://atlas.invalid" },
    });
    const up = await stack.up();
    assert.match(up.diagnostics.join("\n"), /got no answer \((ENOTFOUND|EAI_AGAIN)\)\. .*atlas\.invalid/);
  });
});

describe("a drift check", () => {
  test("works with a key that may only read, given by the environment", async () => {
    const simulator = await startSimulator();
    const projectId = simulator.world.createProject(simulator.world.createOrganization());
    const program = async () => {
      new ProjectUser("ada", { projectId, username, roles: ["GROUP_READ_ONLY"] });
    };
    // A refresh uses the configuration of the last update, which the engine keeps in the state. The environment is
    // never kept, so it is how a drift check gets credentials of its own.
    const withKeys = ({ publicKey, privateKey }: { publicKey: string; privateKey: string }) => ({
      program,
      config: { "mongodbatlas:publicKey": "", "mongodbatlas:privateKey": "" },
      env: { MONGODB_ATLAS_PUBLIC_KEY: publicKey, MONGODB_ATLAS_PRIVATE_KEY: privateKey },
    });
    const owner = await atlasStack(simulator, withKeys(simulator.keys));
    await owner.up({ mustSucceed: true });
    const state = await owner.export();
    assert.ok(
      !JSON.stringify(state).includes(simulator.keys.privateKey),
      "no key in the state, in clear or not",
    );

    const reader = await atlasStack(simulator, withKeys(simulator.readOnlyKeys));
    await reader.import(state);
    assert.equal((await reader.refreshPreviewOnly()).exitCode, 0);
    simulator.world.setRoles(projectId, username, ["GROUP_OWNER"]);
    assert.equal((await reader.refreshPreviewOnly()).exitCode, 7);
    assert.match(
      (await reader.up({ refresh: true })).diagnostics.join("\n"),
      /USER_UNAUTHORIZED.* Give the credentials the role Project Owner/,
    );
  });
});
