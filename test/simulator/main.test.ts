import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { runCommand } from "./commands";
import { introduction, populate } from "./demonstration";
import { AtlasSimulator } from "./simulator";
import { TestClient } from "./testClient";

interface Running {
  readonly process: ChildProcess;
  /** Resolves with the next line of the output that fits. */
  readonly line: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly type: (line: string) => void;
  readonly ended: Promise<unknown[]>;
  readonly errors: () => string;
}

function start(t: TestContext, ...args: string[]): Running {
  const child = spawn(process.execPath, [
    "--import",
    require.resolve("../tsx.mjs"),
    join(__dirname, "main.ts"),
    ...args,
  ]);
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const unread: string[] = [];
  let wanted: ((line: string) => void) | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (wanted) {
      wanted(line);
    } else {
      unread.push(line);
    }
  });
  const next = (): Promise<string> => {
    const line = unread.shift();
    if (line !== undefined) {
      return Promise.resolve(line);
    }
    return new Promise((resolve) => {
      wanted = (text) => {
        wanted = undefined;
        resolve(text);
      };
    });
  };
  const line = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(await next());
      if (found) {
        return found;
      }
    }
  };
  return {
    process: child,
    line,
    ended,
    errors: () => errors,
    type: (text) => child.stdin.write(`${text}\n`),
  };
}

test("starts as a command, shows requests, obeys, and ends cleanly on Ctrl-C", async (t) => {
  const running = start(t);
  const set = async (key: string): Promise<string> =>
    (await running.line(new RegExp(`^ {2}pulumi config set (?:--secret )?${key} (\\S+)$`)))[1] ?? "";
  const [, clientId = "", clientSecret = ""] = await running.line(
    /^ {2}export MONGODB_ATLAS_CLIENT_ID=(\S+) MONGODB_ATLAS_CLIENT_SECRET=(\S+)$/,
  );
  const url = await set("mongodbatlas:baseUrl");
  const publicKey = await set("mongodbatlas:publicKey");
  const privateKey = await set("mongodbatlas:privateKey");
  await set("orgId");
  const projectId = await set("projectId");
  const client = new TestClient(url, { publicKey, privateKey, clientId, clientSecret });
  const body = { username: "new@example.com", roles: ["GROUP_READ_ONLY"] };
  assert.equal((await client.post(`/groups/${projectId}/users`, body)).status, 201);
  await running.line(new RegExp(`^POST /groups/${projectId}/users 401$`));
  await running.line(new RegExp(`^POST /groups/${projectId}/users 201$`));
  await client.get("/nothing");
  await running.line(/^ {2}not as the API describes it: GET .*\/nothing: 404/);
  running.type("accept new@example.com");
  await running.line(/^new@example.com is an active user now\.$/);
  running.process.kill("SIGINT");
  assert.deepEqual(await running.ended, [0, null]);
  assert.equal(running.errors(), "");
});

test("ends when told to quit", async (t) => {
  const running = start(t);
  await running.line(/^Atlas is at /);
  running.type("quit");
  assert.deepEqual(await running.ended, [0, null]);
});

test("says in one sentence that a port is in use", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const port = new URL(simulator.url).port;
  const running = start(t, "--port", port);
  assert.deepEqual(await running.ended, [1, null]);
  assert.equal(
    running.errors(),
    `Port ${port} is in use by another program; choose another one with --port.\n`,
  );
});

test("explains arguments that it does not understand", async (t) => {
  const running = start(t, "--port", "http");
  assert.deepEqual(await running.ended, [1, null]);
  assert.match(
    running.errors(),
    /^--port must be a whole number up to 65535, but got 'http'\nUsage: npm run atlas/,
  );
});

test("plays the part of other people", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const { world } = simulator;
  const { organizationId, projectId, otherProjectId, ...demonstration } = populate(simulator);
  assert.match(
    introduction(simulator, { organizationId, projectId, otherProjectId, ...demonstration }),
    /Type 'help'/,
  );
  assert.equal(runCommand(world, `members ${otherProjectId}`), "Nobody.");
  assert.equal(
    runCommand(world, `roles ${projectId} ada@example.com GROUP_OWNER GROUP_READ_ONLY`),
    "ada@example.com has GROUP_OWNER, GROUP_READ_ONLY.",
  );
  assert.equal(
    runCommand(world, `members ${projectId}`),
    "ada@example.com ACTIVE GROUP_OWNER, GROUP_READ_ONLY\nolivia@example.com ACTIVE GROUP_OWNER",
  );
  assert.match(runCommand(world, `remove ${projectId} ada@example.com`) ?? "", /not in the project any more/);
  assert.deepEqual(Object.keys(world.members(projectId)), ["olivia@example.com"]);
  runCommand(world, `invite ${projectId} eve@example.com GROUP_OWNER`);
  assert.equal(world.members(projectId)["eve@example.com"]?.status, "PENDING");
  runCommand(world, `team-add ${demonstration.teamId} ada@example.com`);
  assert.deepEqual(world.teamMembers(demonstration.teamId).sort(), ["ada@example.com", "grace@example.com"]);
  runCommand(world, `team-remove ${demonstration.teamId} ada@example.com`);
  assert.deepEqual(world.teamMembers(demonstration.teamId), ["grace@example.com"]);
  world.setMaintenance(projectId, { numberOfDeferrals: 1 });
  runCommand(world, `edit-window ${projectId}`);
  assert.equal(world.maintenance(projectId).numberOfDeferrals, 0);
  assert.equal(
    runCommand(world, "accept nobody@example.com"),
    "nobody@example.com has no pending invitation.",
  );
  assert.equal(runCommand(world, "expire"), "Usage: expire EMAIL");
  assert.match(runCommand(world, "dance") ?? "", /There is no command 'dance'/);
  assert.match(runCommand(world, "help") ?? "", /edit-window PROJECT/);
  assert.equal(runCommand(world, "quit"), undefined);
});

test("lets a colleague act, and the activity feeds name the colleague and an address", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const { organizationId, projectId, teamId } = populate(simulator);
  const client = new TestClient(simulator.url, simulator.keys);
  for (const line of [
    `invite ${projectId} dan@example.com GROUP_READ_ONLY`,
    `roles ${projectId} ada@example.com GROUP_OWNER`,
    `remove ${projectId} ada@example.com`,
    `edit-window ${projectId}`,
    `team-add ${teamId} ada@example.com`,
    `team-remove ${teamId} ada@example.com`,
  ]) {
    runCommand(simulator.world, line);
  }
  const told = async (path: string): Promise<unknown[]> => {
    const { body } = await client.get(`${path}/events`);
    return (body as { results: Record<string, string>[] }).results.map(
      ({ eventTypeName, username, remoteAddress }) => `${eventTypeName} ${username} ${remoteAddress}`,
    );
  };
  const who = "colleague@example.com 203.0.113.7";
  assert.deepEqual(await told(`/groups/${projectId}`), [
    `ATLAS_MAINTENANCE_WINDOW_MODIFIED ${who}`,
    `REMOVED_FROM_GROUP ${who}`,
    `USER_ROLES_CHANGED_AUDIT ${who}`,
    `INVITED_TO_GROUP ${who}`,
  ]);
  assert.deepEqual(await told(`/orgs/${organizationId}`), [`REMOVED_FROM_TEAM ${who}`, `JOINED_TEAM ${who}`]);
  const users = await client.get(`/groups/${projectId}/users`);
  assert.match(users.text, /"inviterUsername":"colleague@example\.com"/);
});

test("refuses roles that a project does not have, and changes nothing", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const { world } = simulator;
  const { projectId } = populate(simulator);
  const before = world.members(projectId);
  for (const line of [
    `invite ${projectId} dan@example.com NOT_A_ROLE`,
    `invite ${projectId} dan@example.com GROUP_OWNER NOT_A_ROLE`,
    `roles ${projectId} ada@example.com NOT_A_ROLE`,
  ]) {
    assert.match(
      runCommand(world, line) ?? "",
      /^A project does not have the role NOT_A_ROLE\. Choose from GROUP_OWNER, .*GROUP_READ_ONLY.*\.$/,
    );
  }
  assert.deepEqual(world.members(projectId), before);
});

test("has its commands in the README, as 'help' shows them", async (t) => {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  const readme = readFileSync(join(__dirname, "README.md"), "utf8");
  assert.ok(readme.includes(`\n${runCommand(simulator.world, "help")}\n`));
});
