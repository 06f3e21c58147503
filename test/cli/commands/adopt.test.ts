import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { parse } from "yaml";
import { accessFile } from "../../../provider/cli/commands/accessFile";
import { accessProgram } from "../../../provider/cli/commands/accessProgram";
import { Editor } from "../../docs/editor";
import { named } from "../../resources/harness";
import { AtlasSimulator } from "../../simulator/simulator";
import { runCommand } from "../command";

const [shop, warehouse, organization, support] = ["1", "2", "3", "4"].map((digit) => digit.repeat(24)) as [
  string,
  string,
  string,
  string,
];

const access = {
  projects: [
    {
      projectId: shop,
      members: [
        { username: "ada@example.com", roles: ["GROUP_OWNER", "GROUP_READ_ONLY"] },
        { username: "o'brien+atlas@example.com", roles: ["GROUP_READ_ONLY"] },
      ],
    },
    { projectId: warehouse, members: [{ username: "ada@example.com", roles: ["GROUP_READ_ONLY"] }] },
  ],
  teams: [{ orgId: organization, teamId: support, members: ["ada@example.com", "grace@example.com"] }],
};

describe("the printed program", () => {
  const programs = new Map([
    ["projects and teams", accessProgram(access, false)],
    ["projects only", accessProgram({ ...access, teams: [] }, false)],
    ["teams only", accessProgram({ ...access, projects: [] }, false)],
    ["all members of projects and teams", accessProgram(access, true)],
    ["all members of projects", accessProgram({ ...access, teams: [] }, true)],
    ["all members of teams", accessProgram({ ...access, projects: [] }, true)],
  ]);
  const editor = new Editor(programs);
  for (const name of programs.keys()) {
    test(`type-checks, with ${name}`, () => {
      assert.deepEqual(editor.mistakes(name), []);
    });
  }

  test("would not if it were wrong", () => {
    const wrong = accessProgram(access, false).replace(
      "projectId, username, roles }",
      "projectId, username }",
    );
    assert.match(new Editor(new Map([["wrong", wrong]])).mistakes("wrong").join(), /'roles' is missing/);
  });

  test("imports what it uses, and says who has what", () => {
    assert.equal(
      accessProgram({ projects: access.projects.slice(1), teams: [] }, false),
      `import { ProjectUser } from "mongodbatlas-dynamic";

// Declares who had access when this was printed. The first \`pulumi up\` takes it over, and changes nothing in Atlas.
// Resources are named by their ids, so that nothing in this file can rename them.

/** Roles by project and member. */
const projects: Record<string, Record<string, string[]>> = {
  "${warehouse}": {
    "ada@example.com": ["GROUP_READ_ONLY"],
  },
};

for (const [projectId, members] of Object.entries(projects)) {
  for (const [username, roles] of Object.entries(members)) {
    new ProjectUser(\`\${projectId}/\${username}\`, { projectId, username, roles });
  }
}`,
    );
  });
});

describe("the printed program for all members", () => {
  test("declares each project and team by one resource", () => {
    const text = accessProgram({ projects: access.projects.slice(1), teams: access.teams }, true);
    assert.match(text, /^import \{ ProjectUsers, TeamUsers \} from "mongodbatlas-dynamic";/);
    assert.match(text, /new ProjectUsers\(projectId, \{ projectId, users \}\)/);
    assert.match(text, /new TeamUsers\(.*usernames: members \}, \{ dependsOn: access \}\);/);
  });
});

describe("the printed file", () => {
  test("says that it is the whole truth where that is asked for", () => {
    const { projects, teams } = parse(accessFile(access, true));
    assert.deepEqual(projects["project-1"], { projectId: shop, exclusive: true });
    assert.deepEqual(teams, { "team-1": { orgId: organization, teamId: support, exclusive: true } });
  });

  test("says the same", () => {
    assert.deepEqual(parse(accessFile(access, false)), {
      projects: { "project-1": shop, "project-2": warehouse },
      teams: { "team-1": { orgId: organization, teamId: support } },
      people: {
        "ada@example.com": {
          projects: { "project-1": ["GROUP_OWNER", "GROUP_READ_ONLY"], "project-2": ["GROUP_READ_ONLY"] },
          teams: ["team-1"],
        },
        "grace@example.com": { teams: ["team-1"] },
        "o'brien+atlas@example.com": { projects: { "project-1": ["GROUP_READ_ONLY"] } },
      },
    });
  });

  test("keeps ids and names that YAML would take for something else", () => {
    const projectId = "1234567890e1234567890123";
    const members = ["1@example.com", "null@example.com", "- x: y #@example.com", "no@example.com"].map(
      (username) => ({ username, roles: ["GROUP_OWNER"] }),
    );
    const { projects, people } = parse(accessFile({ projects: [{ projectId, members }], teams: [] }, false));
    assert.deepEqual(projects, { "project-1": projectId });
    assert.deepEqual(Object.keys(people).sort(), members.map(({ username }) => username).sort());
  });
});

describe("the command", () => {
  let simulator: AtlasSimulator;
  let env: NodeJS.ProcessEnv;
  let ids: { orgId: string; projectId: string; teamId: string };

  const adopt = (...args: string[]) => runCommand({ workDir: process.cwd(), env }, ["adopt", ...args]);

  test("refuses one file for two things, of which one would be lost", async () => {
    const { code, stderr } = await adopt("--project", shop, "--output", "index.ts", "--import", "./index.ts");
    assert.deepEqual(
      [code, stderr],
      [1, "--output and --import name the same file, which can have one of them only: name two.\n"],
    );
  });

  beforeEach(async () => {
    simulator = await AtlasSimulator.start();
    const { world, readOnlyKeys, url } = simulator;
    const orgId = world.createOrganization();
    ids = { orgId, projectId: world.createProject(orgId), teamId: world.createTeam(orgId) };
    world.addActiveUser(orgId, "grace@example.com");
    world.grant(ids.projectId, "ada@example.com", ["GROUP_READ_ONLY", "GROUP_OWNER"]);
    world.invite(ids.projectId, "eve@example.com", ["GROUP_READ_ONLY"]);
    world.addToTeam(ids.teamId, "grace@example.com");
    env = {
      ...process.env,
      MONGODB_ATLAS_BASE_URL: url,
      MONGODB_ATLAS_CLIENT_ID: readOnlyKeys.clientId,
      MONGODB_ATLAS_CLIENT_SECRET: readOnlyKeys.clientSecret,
    };
  });
  afterEach(async () => {
    assert.deepEqual(simulator.violations, []);
    await simulator.stop();
  });

  test("prints who has access, with one request a project or team, and a key that may only read", async () => {
    const { projectId, orgId, teamId } = ids;
    // Given twice is adopted once.
    const args = [
      "--project",
      projectId,
      "--project",
      projectId.toUpperCase(),
      "--team",
      `${orgId}/${teamId}`,
    ];
    const { code, stdout, stderr } = await adopt(...args, "--yaml");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(parse(stdout).people, {
      "ada@example.com": { projects: { "project-1": ["GROUP_OWNER", "GROUP_READ_ONLY"] } },
      "eve@example.com": { projects: { "project-1": ["GROUP_READ_ONLY"] } },
      "grace@example.com": { teams: ["team-1"] },
    });
    assert.deepEqual(named(simulator.log.lines(), { project: projectId, org: orgId, team: teamId }).sort(), [
      "GET /groups/<project>/users 200",
      "GET /orgs/<org>/teams/<team>/users 200",
      "POST /api/oauth/revoke 200",
      "POST /api/oauth/token 200",
    ]);
  });

  test("writes a file when all went well, and leaves it alone when not", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "adopted-"));
    const file = path.join(folder, "access.yaml");
    try {
      await writeFile(file, "as it was");
      assert.equal((await adopt("--project", shop, "--output", file)).code, 1);
      assert.equal(await readFile(file, "utf8"), "as it was");
      assert.deepEqual(await adopt("--project", ids.projectId, "--yaml", "--output", file), {
        code: 0,
        stdout: "",
        stderr: `${file} has been written.\n`,
      });
      assert.deepEqual(parse(await readFile(file, "utf8")).projects, { "project-1": ids.projectId });
      const nowhere = path.join(folder, "nowhere", "access.yaml");
      const { code, stderr } = await adopt("--project", ids.projectId, "--output", nowhere);
      assert.equal(code, 1);
      assert.equal(stderr, `${nowhere} cannot be written: there is no such file or folder (ENOENT).\n`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("fails with one sentence, and prints no half of a program, when a project cannot be seen", async () => {
    const { code, stdout, stderr } = await adopt("--project", ids.projectId, "--project", shop);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      new RegExp(`^Could not list the users of project ${shop}: GET .* 404 GROUP_NOT_FOUND.*\\n$`),
    );
  });

  for (const [version, isOld] of [
    ["v3.253.0", true],
    ["v3.254.0", false],
  ] as const) {
    test(`writes an import file, and says whether pulumi ${version} can take it`, async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "adopted-"));
      try {
        await writeFile(path.join(folder, "pulumi"), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
        env = { ...env, PATH: `${folder}${path.delimiter}${env["PATH"]}` };
        const file = path.join(folder, "import.json");
        const { code, stderr } = await adopt("--project", ids.projectId, "--import", file);
        assert.equal(code, 0, stderr);
        const [written, old, ...rest] = stderr.trim().split("\n");
        assert.equal(
          written,
          `${file} has been written. Put the program into the stack first, then run \`pulumi import --file ${file} --generate-code=false\`, then \`pulumi preview\`, and delete the file.`,
        );
        assert.equal(
          old,
          isOld
            ? `The pulumi on the PATH is ${version}, which fails to import this file: install 3.254 or a newer 3.x first, ` +
                "or leave the import out, and let the first `pulumi up` take over what Atlas has."
            : undefined,
        );
        assert.deepEqual(rest, []);
        const { resources } = JSON.parse(await readFile(file, "utf8"));
        assert.deepEqual(
          resources.map(({ name, id }: { name: string; id: string }) => [name, id]),
          ["ada", "eve"].map((name) => Array(2).fill(`${ids.projectId}/${name}@example.com`)),
        );
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  test("imports nobody that the program leaves out, also for a whole membership", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "adopted-"));
    try {
      simulator.world.grant(ids.projectId, "roleless@example.com", []);
      const file = path.join(folder, "import.json");
      const { code, stdout, stderr } = await adopt(
        "--project",
        ids.projectId,
        "--exclusive",
        "--import",
        file,
      );
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /^roleless@example\.com has no role of its own in project \w+, and is left out\.\n/,
      );
      assert.doesNotMatch(stdout, /roleless/);
      assert.doesNotMatch(await readFile(file, "utf8"), /roleless/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const [where, script, way] of [
    ["a stack is selected", "echo production", "add `--stack production` (it is selected here)"],
    ["none is", "echo 'error: no stack selected' >&2; exit 255", "name it with `--stack`"],
  ] as const) {
    test(`says how to take the credentials of a stack when the environment has none, and ${where}`, async () => {
      const bin = await mkdtemp(path.join(tmpdir(), "bin-"));
      try {
        await writeFile(path.join(bin, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
        const bare = Object.entries(env).filter(([name]) => !name.startsWith("MONGODB_ATLAS_"));
        const result = await runCommand(
          {
            workDir: process.cwd(),
            env: { ...Object.fromEntries(bare), PATH: `${bin}${path.delimiter}${env["PATH"]}` },
          },
          ["adopt", "--project", ids.projectId],
        );
        assert.deepEqual([result.code, result.stdout], [1, ""]);
        assert.equal(
          result.stderr,
          `There are no Atlas credentials in the environment. If those of a stack are in its configuration, ${way}. Otherwise set ` +
            "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET (a service account), " +
            "or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (an API key).\n",
        );
      } finally {
        await rm(bin, { recursive: true });
      }
    });
  }

  for (const [what, args, sentence] of [
    [
      "nothing to adopt",
      [],
      "Neither --project nor --team is given: name what is to be adopted, as in `npx --no mongodbatlas-dynamic adopt --project 5f1b3c2a9d8e7f6a5b4c3d2e`.",
    ],
    [
      "a name for an id",
      ["--project", "shop"],
      "--project must be an id, 24 hexadecimal digits, but got 'shop'.",
    ],
    [
      "a team without its organization",
      ["--team", support],
      `--team must be the ids of an organization and of its team, 24 hexadecimal digits each, as ORG/TEAM, but got '${support}'.`,
    ],
  ] as const) {
    test(`asks for nothing, and says what to write, for ${what}`, async () => {
      assert.deepEqual(await adopt(...args), { code: 1, stdout: "", stderr: `${sentence}\n` });
      assert.deepEqual(simulator.log.lines(), []);
    });
  }
});

for (const [what, isExclusive, expected] of [
  [
    "each member",
    false,
    [
      `ProjectUser ${shop}/ada@example.com`,
      `ProjectUser ${shop}/o'brien+atlas@example.com`,
      `ProjectUser ${warehouse}/ada@example.com`,
      `TeamUser ${organization}/${support}/ada@example.com`,
      `TeamUser ${organization}/${support}/grace@example.com`,
    ],
  ],
  [
    "all members",
    true,
    [`ProjectUsers ${shop}`, `ProjectUsers ${warehouse}`, `TeamUsers ${organization}/${support}`],
  ],
] as const) {
  test(`the program and the file declare the same resources for ${what} under the same names, so that one can follow the other`, async () => {
    const declared: { resource: string; inputs: unknown }[] = [];
    const mocks: pulumi.runtime.Mocks = {
      newResource: ({ type, name, inputs }) => {
        declared.push({ resource: `${type} ${name}`, inputs });
        return { id: name, state: inputs };
      },
      call: ({ inputs }) => inputs,
    };
    await pulumi.runtime.setMocks(mocks, "project", "stack", false, "organization");
    const registered = async () => {
      await pulumi.runtime.disconnect();
      return declared.splice(0).sort((one, other) => (one.resource < other.resource ? -1 : 1));
    };

    const program = ts.transpileModule(accessProgram(access, isExclusive), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function("require", "exports", program.outputText)(require, {});
    const ofProgram = await registered();

    const folder = await mkdtemp(path.join(tmpdir(), "adopted-"));
    try {
      const file = path.join(folder, "access.yaml");
      await writeFile(file, accessFile(access, isExclusive));
      pulumi.runtime.setAllConfig({ "project:accessFile": file });
      await require("../../../examples/gitops/index")();
      assert.deepEqual(await registered(), ofProgram);
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.deepEqual(
      ofProgram.map(({ resource }) => resource.replace("pulumi-nodejs:dynamic/mongodbatlas:", "")),
      expected,
    );
  });
}
