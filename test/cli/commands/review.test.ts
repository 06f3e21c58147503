import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { named } from "../../resources/harness";
import { AtlasSimulator } from "../../simulator/simulator";
import { runCommand } from "../command";

const unknownId = "0123456789abcdef01234567";

describe("the review of projects", () => {
  let simulator: AtlasSimulator;
  let env: NodeJS.ProcessEnv;
  let orgId: string;
  let projectId: string;
  let support: string;

  const review = (...args: string[]) => runCommand({ workDir: process.cwd(), env }, ["review", ...args]);

  /** The cells of the table of one user, by the first column. */
  const rowsOf = (stdout: string, username: string): string[][] =>
    stdout
      .split("\n")
      .filter((line) => line.startsWith(username))
      .map((line) => line.split(/ {2,}/).slice(1));

  const requests = (): string[] =>
    named(
      simulator.log.lines(({ authenticated }) => authenticated),
      { project: projectId, org: orgId },
    );

  beforeEach(async () => {
    simulator = await AtlasSimulator.start();
    const { world, readOnlyKeys, url } = simulator;
    orgId = world.createOrganization();
    projectId = world.createProject(orgId, { name: "shop" });
    support = world.createTeam(orgId, "support");
    world.grant(projectId, "ada@example.com", ["GROUP_OWNER"]);
    world.addActiveUser(orgId, "boss@example.com", { orgRoles: ["ORG_OWNER"] });
    world.addActiveUser(orgId, "nobody@example.com");
    world.addActiveUser(orgId, "tess@example.com");
    world.invite(projectId, "zoe@example.com", ["GROUP_READ_ONLY"]);
    world.addToTeam(support, "tess@example.com");
    world.grantTeam(projectId, support, ["GROUP_DATA_ACCESS_READ_ONLY"]);
    world.setAccountTimes("ada@example.com", {
      createdAt: new Date("2024-03-02"),
      lastAuth: new Date("2026-01-02"),
    });
    world.setAccountTimes("tess@example.com", { lastAuth: null });
    env = {
      ...process.env,
      MONGODB_ATLAS_BASE_URL: url,
      MONGODB_ATLAS_PUBLIC_KEY: readOnlyKeys.publicKey,
      MONGODB_ATLAS_PRIVATE_KEY: readOnlyKeys.privateKey,
    };
  });
  afterEach(async () => {
    assert.deepEqual(simulator.violations, []);
    await simulator.stop();
  });

  test("says who has access by which way, since when, and who are the owners, with a key that may only read", async () => {
    const { code, stdout, stderr } = await review(
      "--project",
      projectId,
      "--project",
      projectId.toUpperCase(),
    );
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      new RegExp(
        `Project ${projectId}: 4 users, 1 of them invited only\\. Owners \\(2\\): ada@example\\.com, boss@example\\.com\\.`,
      ),
    );
    const [ada] = rowsOf(stdout, "ada");
    assert.deepEqual(ada?.slice(0, 3), [
      "GROUP_OWNER",
      "added to the project",
      "not known (account of 2024-03-02)",
    ]);
    assert.match(ada?.[3] ?? "", /^2026-01-02 \(\d+ days ago\)$/);
    assert.deepEqual(rowsOf(stdout, "boss")[0]?.slice(0, 2), ["ORG_OWNER", "role in the organization"]);
    const [tess] = rowsOf(stdout, "tess");
    assert.deepEqual(tess?.slice(0, 2), ["GROUP_DATA_ACCESS_READ_ONLY", "team support"]);
    assert.equal(tess?.[3], "none shown");
    const [zoe] = rowsOf(stdout, "zoe");
    assert.match(zoe?.[2] ?? "", /^\d{4}-\d\d-\d\d \(invited\)$/);
    assert.match(zoe?.[4] ?? "", /^0 days old, by olivia@example\.com, until \d{4}-\d\d-\d\d$/);
    assert.deepEqual(rowsOf(stdout, "nobody"), []);
    assert.deepEqual(requests().sort(), [
      "GET /groups/<project> 200",
      "GET /groups/<project>/users 200",
      "GET /orgs/<org>/teams 200",
      "GET /orgs/<org>/users 200",
    ]);
  });

  test("takes from the listing of the organization what the one of a project does not show", async () => {
    const keys = ["createdAt", "lastAuth", "invitationCreatedAt", "invitationExpiresAt", "inviterUsername"];
    simulator.fail({
      operationId: "listGroupUsers",
      mutate: (body) => ({
        ...(body as object),
        results: (body as { results: object[] }).results.map((user) =>
          Object.fromEntries(Object.entries(user).filter(([key]) => !keys.includes(key))),
        ),
      }),
    });
    const { stdout } = await review("--project", projectId);
    assert.deepEqual(rowsOf(stdout, "ada")[0]?.[2], "not known (account of 2024-03-02)");
    assert.match(rowsOf(stdout, "ada")[0]?.[3] ?? "", /^2026-01-02/);
    assert.match(rowsOf(stdout, "zoe")[0]?.[4] ?? "", /^0 days old, by olivia@example\.com, until/);
  });

  test("has nobody who was invited with the deprecated invitations of a project, as no list of users has", async () => {
    simulator.world.inviteInvisibly(projectId, "ivy@example.com");
    const { stdout } = await review("--project", projectId);
    assert.doesNotMatch(stdout, /ivy@/);
  });

  for (const flattenedList of [
    { showsRolesOfTeams: false, showsImpliedRoles: false },
    { showsRolesOfTeams: false, showsImpliedRoles: true },
    { showsRolesOfTeams: true, showsImpliedRoles: true },
  ]) {
    test(`finds the same ways where Atlas shows roles as in ${JSON.stringify(flattenedList)}`, async () => {
      simulator.world.flattenedList = flattenedList;
      const { stdout } = await review("--project", projectId);
      const ways = ["ada", "boss", "tess", "zoe"].map((name) =>
        rowsOf(stdout, name).map(([roles, way]) => [roles, way]),
      );
      assert.deepEqual(ways, [
        [["GROUP_OWNER", "added to the project"]],
        [["ORG_OWNER", "role in the organization"]],
        [
          [
            flattenedList.showsRolesOfTeams ? "GROUP_DATA_ACCESS_READ_ONLY" : "not shown by Atlas",
            "team support",
          ],
        ],
        [["GROUP_READ_ONLY", "added to the project"]],
      ]);
      const exact = await review("--project", projectId, "--details");
      assert.deepEqual(rowsOf(exact.stdout, "tess")[0]?.slice(0, 2), [
        "GROUP_DATA_ACCESS_READ_ONLY",
        "team support",
      ]);
    });
  }

  test("asks each project for its name and its teams where details are wanted, and no project twice", async () => {
    simulator.world.addToTeam(support, "ada@example.com");
    const { stdout, stderr } = await review("--project", projectId, "--details");
    assert.equal(stderr, "");
    assert.match(stdout, new RegExp(`Project shop \\(${projectId}\\): 4 users`));
    assert.deepEqual(
      rowsOf(stdout, "ada").map(([roles, way]) => [roles, way]),
      [
        ["GROUP_OWNER", "added to the project"],
        ["GROUP_DATA_ACCESS_READ_ONLY", "team support"],
      ],
    );
    assert.equal(requests().length, 5);
    assert.equal(requests().filter((line) => line === "GET /groups/<project> 200").length, 1);
  });

  test("needs no look at a project where its organization is named", async () => {
    await review("--project", projectId, "--org", orgId);
    assert.ok(!requests().includes("GET /groups/<project> 200"));
    assert.equal(requests().length, 3);
  });

  test("says which teams cannot be told, and how to know", async () => {
    const { world } = simulator;
    const blue = world.createTeam(orgId, "blue");
    world.addToTeam(blue, "ada@example.com");
    const { code, stdout } = await review("--project", projectId);
    assert.equal(code, 0);
    assert.match(
      stdout,
      new RegExp(
        `Gap: Whether these teams also give access cannot be told, because all their members have it by another way: blue in project ${projectId}\\. To know for certain, add --details: it takes two more requests a project\\.`,
      ),
    );
    assert.doesNotMatch((await review("--project", projectId, "--details")).stdout, /Gap:/);
  });

  test("gives the report that can be given where the organization may not be read, with its gaps, and the same exit code", async () => {
    for (const operationId of ["listOrgUsers", "listOrgTeams"]) {
      simulator.fail({
        operationId,
        status: 401,
        errorCode: "USER_UNAUTHORIZED",
        detail: "Current user is not authorized to perform this action.",
        times: 9,
      });
    }
    const { code, stdout } = await review("--project", projectId);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /Gap: By which way users have access is known in part only\. Could not list the users of organization \w+: .*401 USER_UNAUTHORIZED/,
    );
    assert.match(stdout, /Gap: Teams are shown by their ids\. Could not list the teams of organization/);
    const ways = ["ada", "boss", "tess", "zoe"].map((name) => rowsOf(stdout, name).map(([, way]) => way));
    const unknown = "not known: a team or a role in the organization";
    assert.deepEqual(ways, [["added to the project"], [unknown], [unknown], ["added to the project"]]);
    const { stderr, stdout: csv } = await review("--project", projectId, "--csv");
    assert.match(stderr, /^Gap: By which way users have access/m);
    assert.match(csv, /"By which way users have access is known in part only\./);
  });

  test("leaves out a project that it may not see, says so, and goes on", async () => {
    const { code, stdout } = await review("--project", unknownId, "--project", projectId);
    assert.equal(code, 0);
    assert.match(
      stdout,
      new RegExp(
        `Gap: A project is missing\\. Could not list the users of project ${unknownId}: .*404 GROUP_NOT_FOUND`,
      ),
    );
    assert.match(stdout, /4 users/);
  });

  test("says so where a project belongs to another organization", async () => {
    const { world } = simulator;
    const other = world.createProject(world.createOrganization());
    world.grant(other, "eve@example.com", ["GROUP_OWNER"]);
    const { code, stdout } = await review("--project", projectId, "--project", other);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Gap: The organization has none of the users of project ${other}\\.`));
    assert.deepEqual(rowsOf(stdout, "eve")[0]?.slice(0, 2), ["GROUP_OWNER", "added to the project"]);
  });

  test("fails with the first refusal when no project can be read", async () => {
    const { code, stdout, stderr } = await review("--project", unknownId);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      new RegExp(`^Could not list the users of project ${unknownId}: .*404 GROUP_NOT_FOUND.*\\n$`),
    );
  });

  test("writes each form into a file when all went well", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "review-"));
    try {
      for (const [format, begins] of [
        ["--csv", /^project,project_id,user,.*\r\n/],
        ["--html", /^<!doctype html>/],
        ["--markdown", /^## Access review\n/],
      ] as const) {
        const file = path.join(folder, "review");
        const { code, stdout, stderr } = await review("--project", projectId, format, "--output", file);
        assert.deepEqual([code, stdout, stderr], [0, "", `${file} has been written.\n`]);
        const text = await readFile(file, "utf8");
        assert.match(text, begins);
        assert.equal((await review("--project", projectId, format)).stdout.slice(0, 15), text.slice(0, 15));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const [what, args, sentence] of [
    [
      "nothing to review",
      [],
      "Neither --project nor --stack is given: name what is to be reviewed, as in `npx --no mongodbatlas-dynamic review --project 5f1b3c2a9d8e7f6a5b4c3d2e`.",
    ],
    [
      "a name for an id",
      ["--project", "shop"],
      "--project must be an id, 24 hexadecimal digits, but got 'shop'.",
    ],
    [
      "a name for an organization",
      ["--project", unknownId, "--org", "acme"],
      "--org must be an id, 24 hexadecimal digits, but got 'acme'.",
    ],
    [
      "two forms",
      ["--project", unknownId, "--csv", "--html"],
      "--csv and --html exclude each other: give one of them.",
    ],
    ["a stack without a name", ["--stack", ""], "--stack must be the name of a stack, but got nothing."],
  ] as const) {
    test(`asks for nothing, and says what to write, for ${what}`, async () => {
      assert.deepEqual(await review(...args), { code: 1, stdout: "", stderr: `${sentence}\n` });
      assert.deepEqual(simulator.log.lines(), []);
    });
  }
});

test("20 projects of 500 users take 25 requests at the most, and none that changes anything", async (t) => {
  const simulator = await AtlasSimulator.start();
  try {
    const { world, readOnlyKeys, url } = simulator;
    const orgId = world.createOrganization();
    const projects = Array.from({ length: 20 }, () => world.createProject(orgId));
    const team = world.createTeam(orgId, "operations");
    for (let index = 0; index < 500; index += 1) {
      const username = `user${index}@example.com`;
      world.addActiveUser(orgId, username, index < 3 ? { orgRoles: ["ORG_OWNER"] } : {});
      if (index < 250) {
        world.addToTeam(team, username);
      }
      for (const projectId of projects) {
        if (index >= 5) {
          world.grant(projectId, username, ["GROUP_READ_ONLY"]);
        }
      }
    }
    for (const projectId of projects) {
      world.grantTeam(projectId, team, ["GROUP_CLUSTER_MANAGER"]);
    }
    const env = {
      ...process.env,
      MONGODB_ATLAS_BASE_URL: url,
      MONGODB_ATLAS_PUBLIC_KEY: readOnlyKeys.publicKey,
      MONGODB_ATLAS_PRIVATE_KEY: readOnlyKeys.privateKey,
    };
    const args = projects.flatMap((projectId) => ["--project", projectId]);
    const { code, stdout } = await runCommand({ workDir: process.cwd(), env }, ["review", "--csv", ...args]);
    assert.equal(code, 0);
    const records = stdout.trimEnd().split("\r\n").slice(1);
    const ofWay = (way: string): number => records.filter((record) => record.includes(`,${way},`)).length;
    assert.deepEqual(
      [ofWay("project"), ofWay("team"), ofWay("organization"), records.length],
      [20 * 495, 20 * 250, 20 * 3, 20 * 748],
    );
    const { entries } = simulator.log;
    t.diagnostic(`${entries.length} requests, the challenge of the authentication included`);
    assert.ok(entries.length <= 25, String(entries.length));
    assert.deepEqual([simulator.log.effects(), simulator.violations], [[], []]);
  } finally {
    await simulator.stop();
  }
});
