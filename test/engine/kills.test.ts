import assert from "node:assert/strict";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ProjectUser } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import { atlasStack, startSimulator } from "./atlasStack";
import { type Kill, releaseLock, upKilledAndUpAgain, usersKilledAndUpAgain } from "./kills";

// The soak (`npm run test:soak:kills`) goes through many more; these are one of each kind, at requests that differ.
const kills: Kill[] = [
  { request: 1, when: "after", victim: "engine" },
  { request: 3, when: "before", victim: "provider" },
  { request: 5, when: "after", victim: "provider" },
  { request: 8, when: "after", victim: "engine" },
  { request: 9, when: "before", victim: "engine" },
  { request: 10, when: "after", victim: "engine, by SIGINT" },
];

describe("an update that is ended in the middle", () => {
  for (const kill of kills) {
    const { request, when, victim } = kill;
    test(`is healed by the next one: ${victim} ended ${when} request ${request}`, async () => {
      const { effects, struck, mended: _mended, ...aftermath } = await upKilledAndUpAgain(kill);
      assert.ok(struck, "the run was ended");
      assert.deepEqual(
        aftermath,
        {
          invitations: 1,
          deferrals: 2,
          cutovers: 1,
          linkTokensAlive: 1,
          teamMembers: ["ada@example.com"],
          roles: ["GROUP_OWNER"],
          settled: true,
        },
        effects.join(", "),
      );
    });
  }
});

test("the invitation of many users by one resource that is ended in the middle is finished by the next one, and nobody is invited twice", async () => {
  const aftermath = await usersKilledAndUpAgain({ request: 40, when: "after", victim: "engine" }, 80);
  assert.deepEqual(aftermath, {
    members: 80,
    invitations: 80,
    mostForOne: 1,
    settled: true,
    struck: true,
    mended: aftermath.mended,
  });
});

test("an engine that was killed while it wrote the attributes beside its state is healed by deleting them and then releasing the lock, and nothing is lost", async () => {
  const simulator = await startSimulator();
  const projectId = simulator.world.createProject(simulator.world.createOrganization());
  const stack = await atlasStack(simulator, {
    program: async () => {
      new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] });
    },
  });
  await stack.up({ mustSucceed: true });
  const backend = fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? "");
  await truncate(path.join(backend, ".pulumi/stacks/atlas-access", `${stack.name}.json.attrs`));
  const locks = path.join(backend, ".pulumi/locks/organization/atlas-access", stack.name);
  await mkdir(locks, { recursive: true });
  await writeFile(
    path.join(locks, "killed.json"),
    JSON.stringify({ pid: 1, username: "ci", hostname: "runner", timestamp: new Date(0).toISOString() }),
  );
  const broken = await stack.cli(["cancel", "--yes"]);
  assert.match(broken.stderr, /failed to load checkpoint: EOF/);
  assert.match(
    (await runCommand(stack, ["drift", "--stack", stack.name])).stderr,
    /^The attributes beside the state of stack 'test' are empty, [^\n]*: delete the file test\.json\.attrs in the backend, and then run `pulumi cancel`/,
  );
  assert.equal(await releaseLock(stack), true);
  await stack.up({ mustSucceed: true, expectNoChanges: true });
});
