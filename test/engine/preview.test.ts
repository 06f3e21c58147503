import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Ajv } from "ajv";
import { runCommand } from "../cli/command";
import { named } from "../resources/harness";
import type { AtlasSimulator } from "../simulator/simulator";
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
  let orgId: string;
  let projectId: string;
  let teamId: string;

  before(async () => {
    simulator = await startSimulator({ invitationsPerMinute: 10_000 });
    orgId = simulator.world.createOrganization();
    projectId = simulator.world.createProject(orgId, { owner: "olivia@example.com" });
    teamId = simulator.world.createTeam(orgId);
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
import { ProjectUser, TeamUser } from "mongodbatlas-dynamic";
const [orgId, projectId, teamId] = ["${orgId}", "${projectId}", "${teamId}"];
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
        "  replace: First: zoe@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already. Then: ada@example.com will be removed from project shop.",
        "  create: olivia@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already.",
        "  update: sam@example.com in project shop: roles, which is secret, will change.",
      ],
    });
  });

  test("show who stays while a resource gets another name or parent, and count resources", async () => {
    await write(`
      new ProjectUser("old", { projectId, username: "mia@example.com", roles: ["GROUP_OWNER"] });
      new ProjectUser("leo", { projectId, username: "leo@example.com", roles: ["GROUP_READ_ONLY"] });
    `);
    await stack.up({ mustSucceed: true });
    await write(`
      new ProjectUser("new", { projectId, username: "Mia@example.com", roles: ["GROUP_OWNER"] });
      const parent = new pulumi.ComponentResource("acme:access:Team", "team");
      new ProjectUser("leo", { projectId, username: "leo@example.com", roles: ["GROUP_READ_ONLY"] }, { parent });
      const [kim, zoe] = ["kim", "zoe"].map((name) =>
        new ProjectUser(name, { projectId, username: name + "@example.com", roles: ["GROUP_READ_ONLY"] }));
      for (const user of [kim, zoe]) {
        new TeamUser(user === kim ? "kim" : "zoe", { orgId, teamId, userId: user.userId });
      }
    `);
    const { code, lines } = await run("preview");
    assert.equal(code, 0);
    assert.equal(lines[0], "An update of stack test: 5 to create, 2 to move, 0 unchanged");
    assert.deepEqual(
      lines.filter((line) => line.includes("move:")),
      [
        "  move: leo@example.com stays in project shop: resource leo gets another parent.",
        "  move: mia@example.com stays in project shop: resource old becomes new.",
      ],
    );

    const printed = await run("preview", "--json");
    const report: unknown = JSON.parse(printed.lines.join("\n"));
    const validate = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true }).compile(
      require("mongodbatlas-dynamic/preview-report.schema.json"),
    );
    validate(report);
    assert.deepEqual(validate.errors, null);
    const { changes, comparedWith, rows } = report as {
      changes: unknown;
      comparedWith: string;
      rows: { op: string; urn: string; movesTo: string | null }[];
    };
    assert.deepEqual([changes, comparedWith], [{ create: 5, move: 2 }, "state"]);
    const name = (urn: string | null) => urn?.split("::").at(-1);
    assert.deepEqual(
      rows.filter(({ op }) => op === "move").map(({ urn, movesTo }) => [name(urn), name(movesTo)]),
      [
        ["leo", "leo"],
        ["old", "new"],
      ],
    );
  });

  test("show who stays in a list by index, and the update leaves them", async () => {
    const list = (...people: string[]) =>
      write(`
        for (const [index, name] of ${JSON.stringify(people)}.entries()) {
          new ProjectUser("user-" + index, { projectId, username: name + "@example.com", roles: ["GROUP_READ_ONLY"] });
        }
      `);
    await list("ann", "ben", "cat");
    await stack.up({ mustSucceed: true });
    await list("ben", "cat");
    assert.deepEqual((await run("preview")).lines, [
      "An update of stack test: 1 to delete, 2 to move, 0 unchanged",
      "  delete: ann@example.com will be removed from project shop.",
      "  move: ben@example.com stays in project shop: resource user-1 becomes user-0.",
      "  move: cat@example.com stays in project shop: resource user-2 becomes user-1.",
    ]);
    await stack.up({ mustSucceed: true });
    const members = simulator.world.members(projectId);
    assert.deepEqual(
      ["ann", "ben", "cat"].filter((name) => members[`${name}@example.com`] !== undefined),
      ["ben", "cat"],
    );
  });

  test("say what a preview was compared with, whatever has it look at Atlas", async () => {
    await write(
      `new ProjectUser("old", { projectId, username: "mia@example.com", roles: ["GROUP_OWNER"] });`,
    );
    await stack.up({ mustSucceed: true });
    const last = async () => (await run("preview", "--markdown")).lines.at(-1);
    const state = "Compared with the last update; what was changed in Atlas by hand is not looked at.";
    const atlas = "Compared with Atlas as it is now: what was changed there by hand is among the changes.";
    assert.equal(await last(), state);
    simulator.world.setRoles(projectId, "mia@example.com", ["GROUP_READ_ONLY"]);
    cli.env["PULUMI_OPTION_REFRESH"] = "true";
    const { lines } = await run("preview", "--markdown");
    assert.match(lines[0] ?? "", /1 to update/);
    assert.equal(lines.at(-1), atlas);
    delete cli.env["PULUMI_OPTION_REFRESH"];
    const manifest = path.join(folder, "Pulumi.yaml");
    const content = await readFile(manifest, "utf8");
    await writeFile(manifest, `${content}options: {refresh: always}\n`);
    assert.equal(await last(), atlas);
    await writeFile(manifest, content);
    simulator.world.setRoles(projectId, "mia@example.com", ["GROUP_OWNER"]);
  });

  test("say in a sentence that dynamic resources do not know the option `import`", async () => {
    await write(
      `new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] }, { import: projectId + "/ada@example.com" } as object);`,
    );
    const { code, stdout, stderr } = await runCommand({ workDir: folder, env: cli.env }, [
      "preview",
      "--stack",
      stack.name,
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /\bada\b.* `?import`?.*\n$/);
    assert.doesNotMatch(stderr, /code must be a string|\n\s+at /);
  });

  test("report drift of what is secret, without showing it", async () => {
    await write(`
      new ProjectUser("ada", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] });
      new ProjectUser("secret", { projectId, username: "sam@example.com", roles: pulumi.secret(["GROUP_READ_ONLY"]) });
    `);
    await stack.up({ mustSucceed: true, refresh: true });
    simulator.world.setRoles(projectId, "sam@example.com", ["GROUP_READ_ONLY", "GROUP_OWNER"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 7);
    assert.deepEqual(await run("drift", "--no-attribution"), {
      code: 7,
      lines: [
        "Stack test has drifted: 1 difference, which is critical.",
        "",
        "sam@example.com in project shop: roles was changed outside the stack.",
        "  sam@example.com in project shop, roles",
        "  declared: [secret]",
        "  actual:   [secret]",
        "  severity: critical",
        "",
        "To bring back what is declared, run `pulumi up --refresh --stack test`. To keep what Atlas has now, declare it.",
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
    const { code, lines } = await run("drift", "--unmanaged");
    assert.equal(code, 7);
    assert.ok(
      lines.includes("ada@example.com was given GROUP_READ_ONLY and lost GROUP_OWNER outside the stack."),
    );
    assert.ok(!lines.some((line) => line.startsWith("ada@example.com") && line.includes("no resource")));
  });

  test("look at Atlas first with --refresh, and tell what the program asks for from what was changed by hand", async () => {
    const user = (name: string, role: string): string =>
      `new ProjectUser("${name}", { projectId, username: "${name}@example.com", roles: ["${role}"] });`;
    await write(
      [user("amy", "GROUP_READ_ONLY"), user("ben", "GROUP_READ_ONLY"), user("cat", "GROUP_READ_ONLY")].join(
        "\n",
      ),
    );
    await stack.up({ mustSucceed: true });
    const { world } = simulator;
    world.setRoles(projectId, "amy@example.com", ["GROUP_OWNER"]);
    world.removeFromProject(projectId, "ben@example.com");
    await write(
      [user("amy", "GROUP_READ_ONLY"), user("ben", "GROUP_READ_ONLY"), user("cat", "GROUP_OWNER")].join("\n"),
    );
    const requested =
      "  update: cat@example.com will be given GROUP_OWNER and will lose GROUP_READ_ONLY in project shop.";
    assert.deepEqual(await run("preview"), {
      code: 0,
      lines: ["An update of stack test: 1 to update, 2 unchanged", requested],
    });
    simulator.log.clear();
    const taken = "amy@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY outside the stack.";
    const gone =
      "ben@example.com is not in project shop any more: the invitation has expired, or was withdrawn or rejected, " +
      "or was accepted and the user has been removed since.";
    assert.deepEqual((await run("preview", "--refresh")).lines, [
      "An update of stack test: 1 to create, 2 to update, 0 unchanged",
      "  update: amy@example.com will be given GROUP_READ_ONLY and will lose GROUP_OWNER in project shop.",
      `    A merge takes back: ${taken}`,
      "  create: ben@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
      `    A merge takes back: ${gone}`,
      requested,
    ]);
    assert.deepEqual(simulator.log.effects(), []);
    assert.deepEqual((await run("preview", "--refresh", "--plain-up")).lines, [
      "An update of stack test: 1 to update, 2 unchanged",
      `  keep: A merge leaves this as it is: ${taken}`,
      `  keep: A merge leaves this as it is: ${gone}`,
      requested,
    ]);
    const markdown = (await run("preview", "--refresh", "--markdown")).lines.join("\n");
    assert.match(markdown, /\| update \|[^\n]*amy[^\n]*\| A merge takes back: amy/);
    assert.match(markdown, /\| update \|[^\n]*cat[^\n]*\| The program asks for it\. \|/);
  });
});
