import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { runCommand } from "../cli/command";
import { runProcess } from "../process";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator, tally } from "./atlasStack";
import { withLanguagePlugin } from "./languagePlugin";
import { type OldDeclaration, oldState } from "./oldState";
import { programFolder } from "./programFolder";
import type { EngineStack } from "./stack";

/** Who a stack declares with `@pulumi/mongodbatlas`, and what Atlas has of it. */
function oldWorld({ world }: AtlasSimulator) {
  const orgId = world.createOrganization();
  const [projectId, teamId, otherTeamId] = [
    world.createProject(orgId),
    world.createTeam(orgId),
    world.createTeam(orgId),
  ];
  world.grant(projectId, "ada@example.com", ["GROUP_OWNER", "GROUP_READ_ONLY"]);
  world.invite(projectId, "grace@example.com", ["GROUP_READ_ONLY"]);
  world.grant(projectId, "accepted@example.com", ["GROUP_READ_ONLY"]);
  world.inviteInvisibly(projectId, "invited@example.com", ["GROUP_READ_ONLY"]);
  world.grant(projectId, "unmanaged@example.com", ["GROUP_READ_ONLY"]);
  world.addActiveUser(orgId, "bob@example.com");
  for (const name of ["ada", "bob"]) {
    world.addToTeam(teamId, `${name}@example.com`);
  }
  const edithId = world.addActiveUser(orgId, "edith@example.com");
  world.addToTeam(otherTeamId, "edith@example.com");
  const declarations: OldDeclaration[] = [
    {
      kind: "Project",
      name: "shop",
      inputs: { orgId, name: "shop", teams: [{ teamId, roleNames: ["GROUP_READ_ONLY"] }] },
    },
    {
      kind: "CloudUserProjectAssignment",
      name: "ada's access",
      inputs: { projectId, username: "Ada@Example.com", roles: ["GROUP_READ_ONLY", "GROUP_OWNER"] },
      outputs: { userId: "5f1b3c2a9d8e7f6a5b4c3d2e", orgMembershipStatus: "ACTIVE" },
      dependsOn: ["shop"],
      protect: true,
    },
    {
      kind: "CloudUserProjectAssignment",
      name: "grace",
      inputs: { projectId, username: "grace@example.com", roles: ["GROUP_OWNER"] },
      // It leaves the state before the one that it depends on.
      dependsOn: ["ada's access"],
    },
    {
      kind: "CloudUserProjectAssignment",
      name: "gone",
      inputs: { projectId, username: "gone@example.com", roles: ["GROUP_OWNER"] },
    },
    {
      kind: "ProjectInvitation",
      name: "accepted",
      inputs: { projectId, username: "accepted@example.com", roles: ["GROUP_READ_ONLY"] },
      outputs: { invitationId: "5f1b3c2a9d8e7f6a5b4c3d2e", inviterUsername: "colleague@example.com" },
    },
    {
      kind: "ProjectInvitation",
      name: "invited",
      inputs: { projectId, username: "invited@example.com", roles: ["GROUP_READ_ONLY"] },
    },
    {
      kind: "Team",
      name: "support",
      inputs: { orgId, name: "support", usernames: ["ada@example.com"] },
      outputs: { teamId },
    },
    {
      kind: "Team",
      name: "informed",
      inputs: { orgId, name: "informed" },
      outputs: { teamId: otherTeamId, usernames: ["edith@example.com"] },
    },
    {
      kind: "CloudUserTeamAssignment",
      name: "edith",
      inputs: { orgId, teamId: otherTeamId, userId: edithId },
      dependsOn: ["informed"],
    },
    {
      kind: "OrgInvitation",
      name: "bob",
      inputs: { orgId, username: "bob@example.com", roles: ["ORG_MEMBER"], teamsIds: [teamId] },
    },
    {
      kind: "CloudUserOrgAssignment",
      name: "carol",
      inputs: { orgId, username: "carol@example.com", roles: { orgRoles: ["ORG_OWNER"] } },
    },
    {
      kind: "TeamProjectAssignment",
      name: "support in shop",
      inputs: { projectId, teamId, roleNames: ["GROUP_READ_ONLY"] },
    },
    {
      kind: "DatabaseUser",
      name: "application",
      inputs: { projectId, username: "application", authDatabaseName: "admin" },
      dependsOn: ["grace"],
    },
  ];
  return { declarations, orgId, projectId, teamId, otherTeamId };
}

describe("a stack that declares members with @pulumi/mongodbatlas", () => {
  let simulator: AtlasSimulator;
  let old: EngineStack;
  let stack: EngineStack;
  let folder: string;
  let ids: ReturnType<typeof oldWorld>;
  let page: string;

  const inOldStack = (...args: string[]) =>
    runCommand({ workDir: old.workDir, env: { ...old.env } }, ["adopt", ...args]);
  const importOld = (declarations: OldDeclaration[]) => old.import(oldState("legacy", "old", declarations));

  before(async () => {
    simulator = await startSimulator();
    ids = oldWorld(simulator);
    folder = await programFolder("imported");
    stack = await atlasStack(simulator, { program: { folder }, workDir: folder, credentials: "readOnly" });
    old = await atlasStack(simulator, {
      name: "old",
      project: "legacy",
      program: async () => {},
      credentials: "readOnly",
    });
    await importOld(ids.declarations);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test("is asked for nothing but a listing of each project and team, with the credentials of its configuration", async () => {
    const { code, stdout, stderr } = await inOldStack(
      ...["--from-stack", "old", "--output", path.join(folder, "index.ts")],
      ...["--import", path.join(folder, "import.json"), "--checklist", path.join(folder, "move.md")],
    );
    assert.deepEqual([code, stdout], [0, ""], stderr);
    assert.deepEqual(tally(simulator), { "401": 1, GET: 3 });
    const stays = stderr.split("\n").filter((line) => / stays\. /.test(line));
    assert.deepEqual(stays.map((line) => line.split(" stays. ")[0]).sort(), [
      "CloudUserOrgAssignment 'carol'",
      "CloudUserProjectAssignment 'gone'",
      "OrgInvitation 'bob'",
      "Project 'shop'",
      "ProjectInvitation 'invited'",
      "Team 'support'",
      "TeamProjectAssignment 'support in shop'",
    ]);
    assert.match(stderr, /does not list gone@example\.com in project /);
    assert.match(
      stderr,
      /does not list invited@example\.com in project .* deprecated API shows when it has been accepted/,
    );
    assert.match(stderr, /Roles in an organization \(ORG_MEMBER\) are kept by CloudUserOrgAssignment/);
    assert.match(
      stderr,
      /^ {2}pulumi import mongodbatlas:index\/cloudUserOrgAssignment:CloudUserOrgAssignment bob /m,
    );
    page = await readFile(path.join(folder, "move.md"), "utf8");
    assert.match(
      page,
      /grace@example\.com in Project \w+: GROUP\\_READ\\_ONLY in Atlas, GROUP\\_OWNER in the stack/,
    );
    assert.match(page, /Let CloudUserProjectAssignment 'grace' be needed by nothing: .* application/);
    assert.match(page, /Give Team 'support' the option `ignoreChanges: \["usernames"\]`\./);
  });

  test("is read from the folder of another project by its full name, with the credentials of the environment", async () => {
    const { publicKey, privateKey } = simulator.readOnlyKeys;
    const credentials = {
      MONGODB_ATLAS_BASE_URL: simulator.url,
      MONGODB_ATLAS_PUBLIC_KEY: publicKey,
      MONGODB_ATLAS_PRIVATE_KEY: privateKey,
    };
    const args = ["adopt", "--from-stack", "organization/legacy/old", "--checklist", "other.md"];
    const { code, stdout, stderr } = await runCommand(
      { workDir: folder, env: { ...old.env, ...credentials } },
      args,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"ada@example\.com": \["GROUP_OWNER", "GROUP_READ_ONLY"\]/);
    const commands = await readFile(path.join(folder, "other.md"), "utf8");
    assert.match(commands, /pulumi state delete .* --stack organization\/legacy\/old --yes/);
  });

  test("has its members in the new stack after the import, to which everything is the same", async () => {
    const { projectId, orgId, teamId, otherTeamId } = ids;
    simulator.log.clear();
    const imported = await runProcess(
      "pulumi",
      [
        "import",
        "--file",
        "import.json",
        "--generate-code=false",
        "--yes",
        "--non-interactive",
        "--stack",
        stack.name,
      ],
      { cwd: folder, env: await withLanguagePlugin(stack.env, path.join(folder, ".plugins")) },
    );
    assert.equal(imported.code, 0, imported.stdout);
    assert.equal((await stack.preview({ mustSucceed: true, expectNoChanges: true })).summary.same, 6);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(tally(simulator), {});
    const { resources = [] } = (await stack.export()).deployment as {
      resources?: { type: string; id: string }[];
    };
    assert.deepEqual(
      resources
        .filter(({ type }) => type.startsWith("pulumi-nodejs:"))
        .map(({ id }) => id)
        .sort(),
      [
        `${projectId}/accepted@example.com`,
        `${projectId}/ada@example.com`,
        `${projectId}/grace@example.com`,
        `${orgId}/${teamId}/ada@example.com`,
        `${orgId}/${teamId}/bob@example.com`,
        `${orgId}/${otherTeamId}/edith@example.com`,
      ].sort(),
    );
  });

  test("loses them by the commands of the checklist in their order, and nothing else", async () => {
    const commands = /```sh\n([\s\S]*?)```/.exec(page)?.[1]?.trim().split("\n") ?? [];
    assert.equal(commands.length, 4);
    const run = (command: string) =>
      runProcess("sh", ["-c", command], { cwd: old.workDir, env: { ...old.env } });
    const grace = commands.find((command) => /::grace/.test(command)) ?? "";
    assert.match((await run(grace)).stderr, /can't be safely deleted|depend on it/);
    // As the page says, the other resource no longer depends on it after an update of the old stack.
    await importOld(
      ids.declarations.map((each) => (each.kind === "DatabaseUser" ? { ...each, dependsOn: [] } : each)),
    );
    for (const command of commands) {
      const { code, stderr } = await run(command);
      assert.equal(code, 0, stderr);
    }
    const { resources = [] } = (await old.export()).deployment as { resources?: { urn: string }[] };
    assert.deepEqual(
      resources.map(({ urn }) => urn.split("::").at(-1)),
      [
        ...["legacy-old", "default", "shop", "gone", "invited", "support", "informed"],
        ...["bob", "carol", "support in shop", "application"],
      ],
    );
    assert.deepEqual(simulator.log.effects(), []);
    assert.equal((await inOldStack("--from-stack", "old", "--output", "x.ts")).code, 0, "the team stays");
  });

  test("is taken as a whole truth with --exclusive, also with who was not declared", async () => {
    await importOld(ids.declarations);
    const { code, stdout, stderr } = await inOldStack(
      "--from-stack",
      "old",
      "--exclusive",
      "--checklist",
      "move.md",
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /new ProjectUsers\(/);
    assert.match(stdout, /"unmanaged@example\.com"/);
    assert.match(stderr, /unmanaged@example\.com is in project \w+ as well/);
  });

  for (const [what, declarations, sentence] of [
    [
      "has no such resource",
      [{ kind: "DatabaseUser", name: "application", inputs: { username: "application" } }],
      "Stack 'old' has no resource of @pulumi/mongodbatlas that says who is in a project or a team, so there is nothing to take over from it.",
    ],
    [
      "has nobody that Atlas has",
      undefined,
      "Nobody can be taken over from stack 'old': the lines above say why.",
    ],
  ] as const) {
    test(`is told so in a sentence when it ${what}`, async () => {
      await importOld(
        declarations === undefined
          ? ids.declarations.filter(({ name }) => name === "gone")
          : [...declarations],
      );
      const { code, stdout, stderr } = await inOldStack(
        "--from-stack",
        "old",
        "--output",
        path.join(folder, "none.ts"),
      );
      assert.deepEqual([code, stdout], [1, ""]);
      assert.equal(stderr.trim().split("\n").at(-1), sentence);
    });
  }

  test("is told so in a sentence when it does not exist, or is named with other options that do not fit", async () => {
    const sentences: [string[], RegExp][] = [
      [["--from-stack", "nowhere", "--output", "x.ts"], /^There is no stack 'nowhere' here: /],
      [["--from-stack", "old"], /^--from-stack prints a program and a checklist: /],
      [
        ["--from-stack", "old", "--project", ids.projectId],
        /^--from-stack finds projects and teams in the stack: /,
      ],
      [
        ["--checklist", "x.md", "--project", ids.projectId],
        /^--checklist is about a stack that members leave: /,
      ],
    ];
    for (const [args, sentence] of sentences) {
      const { code, stdout, stderr } = await inOldStack(...args);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split("\n").length, 1);
    }
  });
});
