import assert from "node:assert/strict";
import { truncate } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ProjectUser } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import { atlasStack, startSimulator } from "./atlasStack";
import { deleteBrokenAttributes, type Kill, upKilledAndUpAgain } from "./kills";

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

test("an engine that was killed while it wrote the attributes beside its state is healed by deleting them, and nothing is lost", async () => {
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
  const broken = await stack.up();
  assert.match(broken.stderr, /failed to load checkpoint: EOF/);
  assert.match(
    (await runCommand(stack, ["drift", "--stack", stack.name])).stderr,
    /^The attributes beside the state of stack 'test' are empty, [^\n]*: delete the file test\.json\.attrs in the backend\./,
  );
  await deleteBrokenAttributes(stack);
  await stack.up({ mustSucceed: true, expectNoChanges: true });
});
