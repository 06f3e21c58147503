import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { AtlasSimulator } from "../atlas/simulator";
import { runCommand } from "../cli/command";
import { named } from "../handlers/harness";
import { atlasStack, startSimulator } from "./atlasStack";
import { type HostedCli, hostedCli } from "./hostedCli";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

/** What the commands say where the engine has more to do than to create, update and delete. */
describe("the commands", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let cli: HostedCli;
  let folder: string;
  let projectId: string;

  before(async () => {
    simulator = await startSimulator();
    projectId = simulator.world.createProject(simulator.world.createOrganization(), {
      owner: "olivia@example.com",
    });
    folder = await programFolder("preview");
    stack = await atlasStack(simulator, { program: { folder }, workDir: folder });
    cli = await hostedCli(stack);
  });

  after(async () => {
    await cli.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (statements: string): Promise<void> =>
    writeFile(
      path.join(folder, "index.ts"),
      `import * as pulumi from "@pulumi/pulumi";
import { ProjectUser } from "mongodbatlas-dynamic";
const projectId = "${projectId}";
${statements}
export const atlas = { projects: { shop: projectId } };
`,
    );

  const run = async (...args: string[]): Promise<{ code: number | null; lines: string[] }> => {
    const { code, stdout, stderr } = await runCommand({ workDir: folder, env: cli.env }, [
      ...args,
      "--stack",
      stack.name,
    ]);
    assert.equal(stderr, "");
    return { code, lines: named([stdout], { project: projectId }).join().trim().split("\n") };
  };

  test("name what is planned, by labels, with what is taken away first", async () => {
    await write(`
      new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] });
      new ProjectUser("eve", { projectId, username: "eve@example.com", roles: ["GROUP_READ_ONLY"] });
      new ProjectUser("kim", { projectId, username: "kim@example.com", roles: ["GROUP_READ_ONLY"] }, { retainOnDelete: true });
      new ProjectUser("secret", { projectId, username: "sam@example.com", roles: pulumi.secret(["GROUP_READ_ONLY"]) });
      ProjectUser.get("olivia", projectId + "/olivia@example.com");
    `);
    await stack.up({ mustSucceed: true });
    assert.deepEqual(await run("preview"), {
      code: 0,
      lines: ["An update of stack test changes nothing"],
    });
    await write(`
      new ProjectUser("ada", { projectId, username: "zoe@example.com", roles: ["GROUP_OWNER"] });
      new ProjectUser("secret", { projectId, username: "sam@example.com", roles: pulumi.secret(["GROUP_OWNER"]) });
      new ProjectUser("olivia", { projectId, username: "olivia@example.com", roles: ["GROUP_OWNER"] });
    `);
    assert.deepEqual(await run("preview"), {
      code: 0,
      lines: [
        "An update of stack test: 1 to create, 1 to update, 1 to replace, 2 to delete, 0 unchanged",
        "  delete: eve@example.com will be removed from project shop.",
        "  delete: kim@example.com in project shop will not be managed any more. Nothing changes in Atlas.",
        "  replace: First: ada@example.com will be removed from project shop. Then: zoe@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already.",
        "  create: olivia@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already.",
        "  update: sam@example.com in project shop: roles, which is secret, will change.",
      ],
    });
  });

  test("report drift of what is secret, without showing it", async () => {
    simulator.world.setRoles(projectId, "sam@example.com", ["GROUP_READ_ONLY", "GROUP_OWNER"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 7);
    assert.deepEqual(await run("drift"), {
      code: 7,
      lines: [
        "Stack test has drifted: 1 difference.",
        "",
        "sam@example.com in project shop: roles was changed outside the stack.",
        "  sam@example.com in project shop, roles",
        "  declared: [secret]",
        "  actual:   [secret]",
        "",
        "To bring back what is declared, run `pulumi up --refresh --stack test`. To keep what there is now, declare it.",
      ],
    });
    simulator.world.setRoles(projectId, "sam@example.com", ["GROUP_READ_ONLY"]);
  });

  test("see drift of a resource that the state has twice, as an interrupted replacement leaves it", async () => {
    const state = await stack.export();
    const ada = state.deployment.resources.find(({ id }: { id?: string }) =>
      id?.endsWith("/ada@example.com"),
    );
    assert.ok(ada);
    await stack.import({
      ...state,
      deployment: {
        ...state.deployment,
        resources: [...state.deployment.resources, { ...ada, delete: true }],
      },
    });
    simulator.world.setRoles(projectId, "ada@example.com", ["GROUP_READ_ONLY"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 7);
    const { code, lines } = await run("drift", "--strangers");
    assert.equal(code, 7);
    assert.ok(
      lines.includes("ada@example.com was given GROUP_READ_ONLY and lost GROUP_OWNER outside the stack."),
    );
    assert.ok(!lines.some((line) => line.startsWith("ada@example.com") && line.includes("no resource")));
  });
});
