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
  async function runJob(workflow: "preview" | "deploy" | "drift" | "take-over", context?: TestContext) {
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

  const requests = (): string[] => simulator.log.lines().map(readable);

  /** The requests of a preview: it looks at Atlas before it compares. */
  const looks = [
    "POST /api/oauth/token 200",
    "GET /groups/<project>/users 200",
    "GET /groups/<project>/users 200",
    "POST /api/oauth/revoke 200",
  ];

  /** Without the marker that the tool finds its own text by, and without its last line, which leads to the log. */
  const published = (text: string | null | undefined): string[] =>
    readable(text ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("<!--") && !line.includes("/actions/runs/"));

  const withoutDates = (lines: string[]): string[] =>
    lines.map((line) =>
      line
        .replace(/\| \d{4}-\d{2}-\d{2} \|$/, "| (today) |")
        .replace(/, \w{3} \d+ \w{3} \d{2}:\d{2} UTC/, ", (when)"),
    );

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
    assert.deepEqual(
      requests(),
      looks,
      "a preview looks at Atlas, with two requests a project, and changes nothing",
    );
    assert.deepEqual(
      forge.comments.map(({ body }) => published(body)),
      [
        [
          "### An update of stack production: 2 to create, 1 to update, 1 unchanged",
          "| Change | Who or what | What happens | Why |",
          "| --- | --- | --- | --- |",
          "| update | ada@example.com in project shop | ada@example.com will be given GROUP\\_CLUSTER\\_MANAGER in project shop. | The program asks for it. |",
          "| create | grace@example.com in project shop | grace@example.com will be invited to project shop with GROUP\\_READ\\_ONLY, or brought to these roles if there already. | The program asks for it. |",
          "| create | grace@example.com in team support | grace@example.com will be in team support. | The program asks for it. |",
          "Compared with Atlas as it is now: what was changed there by hand is among the changes.",
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
          "Compared with Atlas as it is now: what was changed there by hand is among the changes.",
        ],
      ],
    );

    // The night after.
    assert.equal((await runJob("drift", context)).code, 0);
    assert.equal(forge.issues.length, 0);

    // Drift by hand, and the night after that, twice.
    world.acting("olivia@example.com", () => {
      world.setRoles(ids.project, "ada@example.com", ["GROUP_OWNER"]);
      world.invite(ids.project, "mallory@example.com", ["GROUP_OWNER"]);
    });
    simulator.log.clear();
    assert.equal((await runJob("drift", context)).code, 0);
    assert.equal((await runJob("drift")).code, 0);
    assert.deepEqual(simulator.log.effects(), []);
    assert.equal(forge.issues.length, 1);
    assert.equal(
      forge.issues[0]?.title,
      "MongoDB Atlas differs from what stack production declares (critical)",
    );
    assert.deepEqual(withoutDates(published(forge.issues[0]?.body)).slice(0, 5), [
      "### Stack production has drifted: 2 differences, the worst is critical",
      "| Severity | What happened | Who or what | Property | Declared | Actual | Who, when, from where | First seen |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| critical | ada@example.com was given GROUP\\_OWNER and lost GROUP\\_CLUSTER\\_MANAGER, GROUP\\_READ\\_ONLY outside the stack. | ada@example.com in project shop | roles | GROUP\\_CLUSTER\\_MANAGER, GROUP\\_READ\\_ONLY | GROUP\\_OWNER | by olivia@example.com, (when) | (today) |",
      "| critical | mallory@example.com is invited with GROUP\\_OWNER in project shop, and no resource of the stack declares it. | mallory@example.com in project shop | roles | nothing | GROUP\\_OWNER | by olivia@example.com, (when) | (today) |",
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

  test("takes over by a pull request, accepts until a date, and takes back, until nothing is left", async (context) => {
    const { world } = simulator;
    const file = path.join(repository, "access.yaml");
    const accepted = path.join(repository, "accepted.production.yaml");
    const text = `# Who may do what.
projects: # by label
  shop: ${ids.project}
teams:
  support: { orgId: "${ids.organization}", teamId: "${ids.team}" }
people:
  # She keeps the shop.
  Ada@example.com:
    projects: { shop: [GROUP_READ_ONLY] }
  grace@example.com:
    projects:
      shop: [GROUP_READ_ONLY] # for a while
    teams: [support]
  olivia@example.com:
    projects:
      shop: [GROUP_OWNER]
`;
    await writeFile(file, text);
    for (const args of [
      ["init", "-q"],
      ["add", "access.yaml"],
    ]) {
      assert.equal((await runProcess("git", args, { cwd: repository, env: process.env })).code, 0);
    }
    assert.equal((await runJob("deploy")).code, 0);

    world.setRoles(ids.project, "ada@example.com", ["GROUP_OWNER"]);
    world.removeFromTeam(ids.team, "grace@example.com");
    world.invite(ids.project, "bob@example.com", ["GROUP_READ_ONLY"]);
    world.invite(ids.project, "mallory@example.com", ["GROUP_OWNER"]);
    assert.equal((await runJob("drift", context)).code, 0);
    const issue = forge.issues.at(-1);
    assert.deepEqual(
      published(issue?.body)
        .filter((line) => line.includes("example.com in "))
        .map((line) => line.split(" | ").slice(0, 3).join(" | ")),
      [
        "| critical | ada@example.com was given GROUP\\_OWNER and lost GROUP\\_READ\\_ONLY outside the stack. | ada@example.com in project shop",
        "| critical | mallory@example.com is invited with GROUP\\_OWNER in project shop, and no resource of the stack declares it. | mallory@example.com in project shop",
        "| medium | grace@example.com left team support outside the stack: removed from the team, or from the organization. | grace@example.com in team support",
        "| low | bob@example.com is invited with GROUP\\_READ\\_ONLY in project shop, and no resource of the stack declares it. | bob@example.com in project shop",
      ],
    );
    assert.match(
      issue?.body ?? "",
      /\/actions\/workflows\/deploy\.yml\).*\/actions\/workflows\/take-over\.yml\)/,
    );

    // Mallory is accepted until a date, all others are taken over.
    const accept = (until: string) =>
      writeFile(
        accepted,
        `accepted:
  - subject: mallory@example.com in project shop
    actual: [GROUP_OWNER]
    reason: She moves the data.
    acceptedBy: olivia@example.com
    until: ${until}
`,
      );
    await accept("2999-12-31");
    simulator.log.clear();
    assert.equal((await runJob("take-over", context)).code, 0);
    assert.deepEqual(simulator.log.effects(), []);
    const due = text
      .replace("projects: { shop: [GROUP_READ_ONLY] }", "projects: {shop: [GROUP_OWNER]}")
      .replace("  grace@", "  bob@example.com:\n    projects:\n      shop: [GROUP_READ_ONLY]\n  grace@")
      .replace("    teams: [support]\n", "");
    assert.equal(forge.branches.get("take-over/production")?.content, due);
    assert.equal(await readFile(file, "utf8"), due);
    const [{ body = "", title = "", base = "" } = {}] = forge.proposals;
    assert.deepEqual([title, base], ["Take over into access.yaml what MongoDB Atlas has", "main"]);
    assert.match(body, /#### 1 difference is accepted/);

    // The merge changes nothing in Atlas, and the night after there is nothing left but what is accepted.
    assert.equal((await runJob("deploy")).code, 0);
    assert.deepEqual(world.members(ids.project)["ada@example.com"]?.roles, ["GROUP_OWNER"]);
    assert.equal((await runJob("drift", context)).code, 0);
    assert.equal(issue?.isOpen, false);
    assert.match(
      await readFile(path.join(repository, "drift.md"), "utf8"),
      /^### Stack production is as declared, but for what is accepted\n/,
    );

    // After its date it counts again. What has changed since the file was deployed is not taken over.
    await accept("2020-12-31");
    assert.equal((await runJob("drift", context)).code, 0);
    assert.match(forge.issues.at(-1)?.body ?? "", /because that ended with 2020-12-31/);
    await writeFile(file, `${due}  mallory@example.com:\n    projects:\n      shop: [GROUP_READ_ONLY]\n`);
    await runProcess("git", ["add", "access.yaml"], { cwd: repository, env: process.env });
    const { code, stdout } = await runJob("take-over", context);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /mallory@example\.com has GROUP\\_READ\\_ONLY in shop here, and nothing in the last deployment\./,
    );
    assert.equal(forge.proposals.length, 1);

    // Taken back.
    await writeFile(file, due);
    await rm(accepted);
    world.removeFromProject(ids.project, "mallory@example.com");
    world.setRoles(ids.project, "grace@example.com", ["GROUP_OWNER"]);
    assert.equal((await runJob("deploy")).code, 0);
    assert.equal((await runJob("drift")).code, 0);
    assert.equal(
      await readFile(path.join(repository, "drift.md"), "utf8"),
      "### Stack production is as declared\n",
    );
    assert.equal(
      forge.issues.some(({ isOpen }) => isOpen),
      false,
    );
  });

  test("says in the comment what is wrong with the file, with its lines, and changes nothing in Atlas", async () => {
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
    assert.deepEqual(requests(), looks);
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
