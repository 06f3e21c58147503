import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { parse, stringify } from "yaml";
import type { Access } from "../../examples/gitops/access";
import { FakeGitHub } from "../gitops/forges";
import { runProcess } from "../process";
import { named } from "../resources/harness";
import type { AtlasSimulator } from "../simulator/simulator";
import { startSimulator } from "./atlasStack";
import { type HostedCli, hostedCli } from "./hostedCli";
import { createStack, type EngineStack } from "./stack";

const root = path.join(__dirname, "../..");
const example = path.join(root, "examples/gitops");

/** The last step of a workflow's job: what it runs, and with which names of secrets in which variables. */
function lastStepOf(workflow: string): { run: string; env: Record<string, string> } {
  const { jobs } = parse(readFileSync(path.join(example, `.github/workflows/${workflow}.yml`), "utf8"));
  return jobs[workflow].steps.at(-1);
}

describe("the gitops example", () => {
  let simulator: AtlasSimulator;
  let forge: FakeGitHub;
  let stack: EngineStack;
  let cli: HostedCli;
  let repository: string;
  let ids: { project: string; organization: string; team: string };

  before(async () => {
    simulator = await startSimulator();
    forge = await new FakeGitHub().start();
    const { world } = simulator;
    const organization = world.createOrganization();
    ids = {
      organization,
      project: world.createProject(organization, { owner: "olivia@example.com" }),
      team: world.createTeam(organization),
    };
    // A repository that somebody has copied the example into. What `npm ci` would install is a link.
    repository = await mkdtemp(path.join(tmpdir(), "gitops-"));
    await cp(example, repository, { recursive: true });
    await symlink(path.join(root, "node_modules"), path.join(repository, "node_modules"), "junction");
    stack = await createStack({
      secrets: "passphrase",
      name: "production",
      program: { folder: repository },
      workDir: repository,
      env: { MONGODB_ATLAS_BASE_URL: simulator.url },
    });
    cli = await hostedCli(stack);
  });

  after(async () => {
    await cli.dispose();
    await stack.dispose();
    await forge.stop();
    await rm(repository, { recursive: true, force: true });
  });

  /** Somebody edits the file on a branch, or merges it. */
  async function writeAccess(people: Access["people"]): Promise<void> {
    const access: Access = {
      projects: { shop: ids.project },
      teams: { support: { orgId: ids.organization, teamId: ids.team } },
      people,
    };
    await writeFile(path.join(repository, "access.yaml"), stringify(access));
  }

  /** Runs the step as a runner does, with the secrets that the job would see. */
  async function runJob(workflow: "preview" | "deploy" | "drift", context?: TestContext) {
    const { run, env } = lastStepOf(workflow);
    // The environment's secrets win over the repository's, where a job has an environment.
    const keys = workflow === "deploy" ? simulator.keys : simulator.readOnlyKeys;
    const values: Record<string, string | undefined> = {
      "secrets.MONGODB_ATLAS_CLIENT_ID": keys.clientId,
      "secrets.MONGODB_ATLAS_CLIENT_SECRET": keys.clientSecret,
      "secrets.PULUMI_CONFIG_PASSPHRASE": stack.env["PULUMI_CONFIG_PASSPHRASE"],
      "vars.PULUMI_BACKEND_URL": stack.env["PULUMI_BACKEND_URL"],
      "github.token": forge.token,
    };
    const result = await runProcess("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: repository,
      env: {
        ...cli.env,
        ...forge.env(),
        STACK: "production",
        ...Object.fromEntries(
          Object.entries(env).map(([name, expression]) => [
            name,
            values[expression.replace(/^\$\{\{ (.*) \}\}$/, "$1")] ?? "",
          ]),
        ),
      },
    });
    context?.diagnostic(`${workflow}, exit code ${result.code}:\n${readable(result.stdout)}`);
    return result;
  }

  const readable = (text: string | undefined): string => named([text ?? ""], ids).join();

  /** Without the marker that the tool finds its own text by, and without its last line, which leads to the log. */
  const published = (text: string | null | undefined): string[] =>
    readable(text ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("<!--") && !line.includes("/actions/runs/"));

  test("runs its whole story: preview, merge, drift by hand, report, heal, empty report", async (context) => {
    const { world } = simulator;

    // What is there at the beginning.
    await writeAccess({
      "olivia@example.com": { projects: { shop: ["GROUP_OWNER"] } },
      "ada@example.com": { projects: { shop: ["GROUP_READ_ONLY"] } },
    });
    assert.equal((await runJob("deploy", context)).code, 0);

    // A pull request.
    await writeAccess({
      "olivia@example.com": { projects: { shop: ["GROUP_OWNER"] } },
      "ada@example.com": { projects: { shop: ["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"] } },
      "grace@example.com": { projects: { shop: ["GROUP_READ_ONLY"] }, teams: ["support"] },
    });
    simulator.log.clear();
    assert.equal((await runJob("preview", context)).code, 0);
    assert.deepEqual(simulator.log.lines(), [], "a preview asks Atlas for nothing");
    assert.deepEqual(
      forge.comments.map(({ body }) => published(body)),
      [
        [
          "### An update of stack production: 2 to create, 1 to update, 1 unchanged",
          "| Change | Who or what | What happens |",
          "| --- | --- | --- |",
          "| update | ada@example.com in project shop | ada@example.com will be given GROUP\\_CLUSTER\\_MANAGER in project shop. |",
          "| create | grace@example.com in project shop | grace@example.com will be invited to project shop with GROUP\\_READ\\_ONLY, or brought to these roles if there already. |",
          "| create | grace@example.com in team support | grace@example.com will be in team support. |",
          "Compared with the last update; what was changed in Atlas by hand is not looked at.",
        ],
      ],
    );

    // The merge.
    assert.equal((await runJob("deploy", context)).code, 0);
    assert.deepEqual(world.members(ids.project)["ada@example.com"]?.roles, [
      "GROUP_CLUSTER_MANAGER",
      "GROUP_READ_ONLY",
    ]);
    assert.deepEqual(world.teamMembers(ids.team), ["grace@example.com"]);
    assert.equal((await runJob("preview", context)).code, 0);
    assert.deepEqual(
      forge.comments.map(({ body }) => published(body)),
      [
        [
          "### An update of stack production changes nothing",
          "Compared with the last update; what was changed in Atlas by hand is not looked at.",
        ],
      ],
    );

    // The night after.
    assert.equal((await runJob("drift", context)).code, 0);
    assert.equal(forge.issues.length, 0);

    // Drift by hand, and the night after that, twice.
    world.setRoles(ids.project, "ada@example.com", ["GROUP_OWNER"]);
    world.invite(ids.project, "mallory@example.com", ["GROUP_OWNER"]);
    simulator.log.clear();
    assert.equal((await runJob("drift", context)).code, 0);
    assert.equal((await runJob("drift")).code, 0);
    assert.deepEqual(simulator.log.effects(), []);
    assert.equal(forge.issues.length, 1);
    assert.deepEqual(published(forge.issues[0]?.body).slice(0, 5), [
      "### Stack production has drifted: 2 differences",
      "| What happened | Who or what | Property | Declared | Actual |",
      "| --- | --- | --- | --- | --- |",
      "| ada@example.com was given GROUP\\_OWNER and lost GROUP\\_CLUSTER\\_MANAGER, GROUP\\_READ\\_ONLY outside the stack. | ada@example.com in project shop | roles | GROUP\\_CLUSTER\\_MANAGER, GROUP\\_READ\\_ONLY | GROUP\\_OWNER |",
      "| mallory@example.com is invited with GROUP\\_OWNER in project shop, and no resource of the stack declares it. | mallory@example.com in project shop | roles | nothing | GROUP\\_OWNER |",
    ]);

    // A check that fails leaves the issue alone.
    simulator.fail({ operationId: "listGroupUsers", when: "before", status: 403, times: 9 });
    assert.equal((await runJob("drift")).code, 1);
    assert.deepEqual([forge.issues.length, forge.issues[0]?.isOpen], [1, true]);
    simulator.clearFailures();

    // Healed, by a deployment that somebody starts, and by hand.
    assert.equal((await runJob("deploy", context)).code, 0);
    assert.deepEqual(world.members(ids.project)["ada@example.com"]?.roles, [
      "GROUP_CLUSTER_MANAGER",
      "GROUP_READ_ONLY",
    ]);
    world.removeFromProject(ids.project, "mallory@example.com");
    assert.equal((await runJob("drift", context)).code, 0);
    assert.deepEqual([forge.issues.length, forge.issues[0]?.isOpen], [1, false]);
    assert.equal(
      await readFile(path.join(repository, "drift.md"), "utf8"),
      "### Stack production is as declared\n",
    );
  });

  test("says in the comment what is wrong with the file, with its lines, and asks Atlas for nothing", async () => {
    await writeFile(
      path.join(repository, "access.yaml"),
      `projects:
  shop: ${ids.project}
people:
  ada@example.com:
    role: GROUP_OWNER
  ADA@example.com:
    projects:
      shop: [ORG_OWNER]
`,
    );
    simulator.log.clear();
    const { code } = await runJob("preview");
    assert.equal(code, 1);
    assert.deepEqual(simulator.log.lines(), []);
    assert.deepEqual(
      forge.comments.map(({ body }) => published(body)),
      [
        [
          "The preview of stack production failed:",
          "    access.yaml:5: unknown key 'role' of ada@example.com: write 'projects' or 'teams'",
          "    access.yaml:6: ADA@example.com is there already, in line 4: keep one entry, with everything that this person may do",
          "    access.yaml:8: ORG_OWNER is a role of the organization, and this is a project's list: write a project role such as GROUP_OWNER, or give it in Atlas under the organization's users",
        ],
      ],
    );
  });
});
