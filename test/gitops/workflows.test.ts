import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { isScalar, isSeq, parse } from "yaml";
import { type ProcessResult, runProcess } from "../process";

const example = path.join(__dirname, "../../examples/gitops");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string;
  env?: Record<string, string>;
  strategy?: unknown;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  steps: Step[];
}

interface Workflow {
  on: unknown;
  permissions: unknown;
  jobs: Record<string, Job>;
}

interface GitLabJob {
  image?: string;
  extends?: string;
  rules?: { if: string; when?: string; allow_failure?: boolean }[];
  script?: string[];
  before_script?: string[];
  environment?: string;
  resource_group?: string;
  interruptible?: boolean;
  stage?: string;
  artifacts?: { paths: string[] };
  parallel?: unknown;
}

const textOf = (file: string): string => readFileSync(path.join(example, file), "utf8");
/** GitLab puts what such a list leads to in its place. */
const reference = {
  tag: "!reference",
  collection: "seq" as const,
  resolve: (list: unknown) =>
    `!reference ${(isSeq(list) ? list.items : []).map((item) => isScalar(item) && item.value).join(" ")}`,
};
const read = (file: string): unknown => parse(textOf(file), { customTags: [reference] });
const workflow = (name: string): Workflow => read(`.github/workflows/${name}.yml`) as Workflow;
const preview = workflow("preview");
const deploy = workflow("deploy");
const drift = workflow("drift");
const gitLab = read(".gitlab-ci.yml") as Record<string, GitLabJob> & { workflow: GitLabJob };
const takeOver = workflow("take-over");
const workflows = { preview, deploy, drift, "take-over": takeOver };

function job(name: keyof typeof workflows): Job {
  const found = workflows[name].jobs[name];
  assert.ok(found !== undefined);
  return found;
}

/** The steps before the one that a job is for. */
const preparation = (name: keyof typeof workflows): Step[] => job(name).steps.slice(0, -1);

/** The secrets that a part of a workflow names, and the token. */
function secretsIn(part: unknown): string[] {
  const named = JSON.stringify(part).matchAll(/\$\{\{ (secrets\.\w+|github\.token) \}\}/g);
  return [...new Set([...named].map(([, name]) => name ?? ""))].sort();
}

/** What stands for the stack of a job. */
const stackVariable = `\${{ matrix.stack }}`;

const readOnly = [
  "secrets.MONGODB_ATLAS_CLIENT_ID",
  "secrets.MONGODB_ATLAS_CLIENT_SECRET",
  "secrets.PULUMI_ACCESS_TOKEN",
  "secrets.PULUMI_CONFIG_PASSPHRASE",
];

describe("the workflows for GitHub", () => {
  test("start by a pull request, by a push to main or by hand, every night, and by hand alone", () => {
    assert.equal(takeOver.on, "workflow_dispatch");
    assert.equal(preview.on, "pull_request");
    assert.deepEqual(deploy.on, { push: { branches: ["main"] }, workflow_dispatch: null });
    assert.deepEqual(drift.on, { schedule: [{ cron: "17 3 * * *" }], workflow_dispatch: null });
  });

  test("let each job do what it needs, and nothing else", () => {
    const allowed = Object.entries(workflows).flatMap(([name, { permissions, jobs }]) => [
      [name, permissions],
      ...Object.entries(jobs).map(([id, { permissions: ofJob }]) => [`${name}/${id}`, ofJob]),
    ]);
    assert.deepEqual(allowed, [
      ["preview", {}],
      ["preview/preview", { contents: "read", "pull-requests": "write" }],
      ["preview/skipped", undefined],
      ["deploy", {}],
      ["deploy/deploy", { contents: "read" }],
      ["drift", {}],
      ["drift/drift", { contents: "read", issues: "write" }],
      ["take-over", {}],
      ["take-over/take-over", { contents: "write", "pull-requests": "write" }],
    ]);
  });

  test("show secrets to the step alone that needs them", () => {
    const seen = Object.entries(workflows).flatMap(([name, { jobs, ...rest }]) => {
      assert.deepEqual(secretsIn(rest), []);
      return Object.entries(jobs).flatMap(([id, { steps, ...ofJob }]) => {
        assert.deepEqual(secretsIn(ofJob), []);
        return steps
          .map((step) => [
            `${name}/${id}: ${step.run?.match(/[\w-]+ (preview|up|drift) /)?.[0]}`,
            secretsIn(step),
          ])
          .filter(([, secrets]) => secrets?.length !== 0);
      });
    });
    assert.deepEqual(seen, [
      ["preview/preview: mongodbatlas-dynamic preview ", ["github.token", ...readOnly]],
      ["deploy/deploy: pulumi up ", readOnly],
      ["drift/drift: mongodbatlas-dynamic drift ", ["github.token", ...readOnly]],
      ["take-over/take-over: mongodbatlas-dynamic drift ", ["github.token", ...readOnly]],
    ]);
  });

  test("get the deploy key out of the environment, which no other job names", () => {
    // Each stack has one of its own.
    assert.equal(job("deploy").environment, stackVariable);
    for (const name of ["preview", "drift", "take-over"] as const) {
      assert.equal(job(name).environment, undefined);
    }
  });

  test("never deploy for a pull request, and end no deployment for the sake of the next", () => {
    assert.equal(job("deploy").concurrency?.["cancel-in-progress"], false);
    for (const name of ["preview", "drift", "take-over"] as const) {
      assert.doesNotMatch(JSON.stringify(workflows[name]), /pulumi (up|destroy|refresh)|pull_request_target/);
    }
  });

  test("say why there is no preview where GitHub gives no secrets", () => {
    const { preview: main, skipped } = preview.jobs;
    assert.equal(
      main?.if,
      "github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]'",
    );
    assert.equal(
      skipped?.if,
      "github.event.pull_request.head.repo.full_name != github.repository || github.actor == 'dependabot[bot]'",
    );
  });

  test("prepare all jobs in the same way, with the same versions on GitHub and GitLab", () => {
    const [checkout, node, ...others] = preparation("preview");
    assert.deepEqual(checkout?.with, { "persist-credentials": false });
    assert.deepEqual(preparation("drift"), preparation("preview"));
    assert.deepEqual(preparation("take-over"), preparation("preview"));
    // What main is now, also when an old run is started again.
    const main = { ...checkout, with: { ...checkout?.with, ref: "main" } };
    assert.deepEqual(preparation("deploy"), [main, node, ...others]);
    const version = /^version=(.+)$/m.exec(textOf("ci/fetch-pulumi.sh"))?.[1];
    assert.equal(version, others.at(-1)?.with?.["pulumi-version"]);
    const major = node?.with?.["node-version"];
    for (const { image } of Object.values(gitLab).filter(({ image: of }) => of !== undefined)) {
      assert.match(image ?? "", new RegExp(`^node:${major}\\.\\d+\\.\\d+-\\w+@sha256:[0-9a-f]{64}$`));
    }
  });

  test("run each job for each stack, and let none end or hold up the job of another", () => {
    const groups = Object.keys(workflows).map((name) => {
      const { strategy, env, concurrency } = job(name as keyof typeof workflows);
      assert.deepEqual(strategy, { matrix: { stack: ["production"] }, "fail-fast": false });
      assert.deepEqual(env, { STACK: stackVariable });
      return concurrency?.group;
    });
    assert.deepEqual(groups, [
      `preview-${stackVariable}-\${{ github.event.pull_request.number }}`,
      `deploy-${stackVariable}`,
      `drift-${stackVariable}`,
      `take-over-${stackVariable}`,
    ]);
  });

  test("use actions by the commit, which nobody can move, with the version beside it", () => {
    for (const name of Object.keys(workflows)) {
      const uses = textOf(`.github/workflows/${name}.yml`)
        .split("\n")
        .filter((line) => line.includes("uses:"));
      assert.ok(uses.length >= 3);
      for (const line of uses) {
        assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    }
  });

  test("look at what is in Atlas before they deploy", () => {
    assert.equal(
      job("deploy").steps.at(-1)?.run,
      'pulumi up --refresh --stack "$STACK" --yes --non-interactive --suppress-outputs',
    );
  });

  test("put no expression into a script, where it could become a command", () => {
    for (const { jobs } of Object.values(workflows)) {
      for (const { steps } of Object.values(jobs)) {
        for (const { run } of steps) {
          assert.doesNotMatch(run ?? "", /\$\{\{/);
        }
      }
    }
  });
});

describe("the pipeline for GitLab", () => {
  const { workflow: pipeline, ".with-pulumi": common, ...jobs } = gitLab;
  const rulesOf = (name: string): string[] | undefined => jobs[name]?.rules?.map((rule) => rule.if);

  test("has a job each for merge requests, for the default branch also by hand, and for schedules", () => {
    const ofMergeRequest = '$CI_PIPELINE_SOURCE == "merge_request_event"';
    const onDefault = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
    const push = `$CI_PIPELINE_SOURCE == "push" && ${onDefault}`;
    const byHand = `$CI_PIPELINE_SOURCE == "web" && ${onDefault}`;
    const schedule = `$CI_PIPELINE_SOURCE == "schedule" && ${onDefault}`;
    const projects = (is: string): string =>
      `${ofMergeRequest} && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID ${is} $CI_MERGE_REQUEST_PROJECT_ID`;
    assert.deepEqual(
      pipeline.rules?.map((rule) => rule.if),
      [ofMergeRequest, push, byHand, schedule],
    );
    assert.deepEqual(Object.fromEntries(Object.keys(jobs).map((name) => [name, rulesOf(name)])), {
      "pulumi-cli": undefined,
      preview: [projects("==")],
      skipped: [projects("!=")],
      deploy: [push, byHand],
      drift: [schedule],
      "take-over": [schedule],
    });
  });

  test("takes over when somebody starts that, and holds up nothing until then", () => {
    const [rule] = jobs["take-over"]?.rules ?? [];
    assert.deepEqual([rule?.when, rule?.allow_failure], ["manual", true]);
    assert.equal(
      jobs["take-over"]?.script?.[0],
      `export GITLAB_TOKEN="\${TAKE_OVER_TOKEN:?is not set, as the head of .gitlab-ci.yml says}"`,
    );
    assert.equal(jobs["take-over"]?.resource_group, "take-over/$STACK");
  });

  test("deploys one after the other and to the end, and in the environment alone", () => {
    const { resource_group: group, interruptible, environment } = jobs["deploy"] ?? {};
    assert.deepEqual(
      { group, interruptible, environment },
      { group: "$STACK", interruptible: false, environment: "$STACK" },
    );
    assert.deepEqual(
      Object.keys(jobs).filter((name) => jobs[name]?.environment !== undefined),
      ["deploy"],
    );
  });

  test("runs each job for each stack, and lets none hold up the job of another", () => {
    assert.deepEqual(common?.parallel, { matrix: [{ STACK: ["production"] }] });
    for (const name of ["preview", "deploy", "drift", "take-over"]) {
      assert.equal(jobs[name]?.extends, ".with-pulumi");
    }
    assert.equal(jobs["drift"]?.resource_group, "drift/$STACK");
  });

  test("fetches the engine in a job of its own, before a key that may change something is there, and pipes nothing into a shell", () => {
    const { stage, environment, artifacts } = jobs["pulumi-cli"] ?? {};
    assert.deepEqual([stage, environment, artifacts?.paths], [".pre", undefined, ["pulumi/"]]);
    assert.deepEqual(jobs["pulumi-cli"]?.script, ["sh ci/fetch-pulumi.sh"]);
    assert.deepEqual(common?.before_script?.slice(1), ['export PATH="$PWD/pulumi:$PATH"']);
    const scripts = Object.values(jobs).flatMap(({ script = [], before_script = [] }) => [
      ...before_script,
      ...script,
    ]);
    assert.doesNotMatch(scripts.join("\n"), /\|\s*(ba)?sh\b/);
    for (const { script, before_script } of [
      common ?? {},
      ...Object.values(jobs).filter(({ environment: of }) => of),
    ]) {
      assert.doesNotMatch([...(before_script ?? []), ...(script ?? [])].join("\n"), /curl|wget|fetch-pulumi/);
    }
  });

  test("deploys what the default branch is now, also when an old job is run again", () => {
    assert.deepEqual(jobs["deploy"]?.before_script, [
      'git fetch origin "$CI_DEFAULT_BRANCH"',
      "git checkout FETCH_HEAD",
      "!reference .with-pulumi before_script",
    ]);
    assert.deepEqual(
      Object.keys(jobs).filter((name) => jobs[name]?.before_script !== undefined),
      ["deploy"],
    );
  });

  test("runs the same scripts as GitHub", () => {
    for (const name of ["preview", "deploy", "drift", "take-over"] as const) {
      const script = jobs[name]?.script?.slice(name === "take-over" ? 1 : 0).join("\n");
      assert.equal(script?.trim(), job(name).steps.at(-1)?.run?.trim());
    }
  });
});

describe("fetching the engine", () => {
  let folder: string;
  const programs = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fetch-"));
    await mkdir(path.join(folder, "bin"));
    await mkdir(path.join(folder, "server/pulumi"), { recursive: true });
    for (const name of [...programs, "pulumi-language-go"]) {
      await writeFile(path.join(folder, "server/pulumi", name), name);
    }
    const packed = await runProcess("tar", ["-czf", "released.tar.gz", "-C", "server", "pulumi"], {
      cwd: folder,
      env: process.env,
    });
    assert.equal(packed.code, 0, packed.stderr);
    // In place of the network, this file, and the address that was asked for.
    const curl = `#!/bin/sh\nfor last; do :; done\necho "$last" > asked\ncp released.tar.gz pulumi.tar.gz\n`;
    await writeFile(path.join(folder, "bin/curl"), curl, { mode: 0o755 });
    await writeFile(path.join(folder, "bin/uname"), `#!/bin/sh\necho "$MACHINE"\n`, { mode: 0o755 });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const fetchFor = async (
    machineName: string,
    script: string,
  ): Promise<ProcessResult & { files: string[] }> => {
    await rm(path.join(folder, "pulumi"), { recursive: true, force: true });
    const env = {
      PATH: `${path.join(folder, "bin")}${path.delimiter}${process.env["PATH"]}`,
      MACHINE: machineName,
    };
    const result = await runProcess("sh", ["-c", script], { cwd: folder, env });
    const files = await readdir(path.join(folder, "pulumi")).catch(() => []);
    return { ...result, files: files.sort() };
  };

  test("unpacks nothing that is not the release", async () => {
    for (const [machine, platform] of [
      ["x86_64", "linux-x64"],
      ["aarch64", "linux-arm64"],
    ] as const) {
      assert.deepEqual(await fetchFor(machine, textOf("ci/fetch-pulumi.sh")), {
        code: 1,
        stdout: "",
        stderr: `What was fetched is not the Pulumi CLI 3.259.0 for ${platform}, as its checksum is another one.\n`,
        files: [],
      });
      assert.equal(
        await readFile(path.join(folder, "asked"), "utf8"),
        `https://get.pulumi.com/releases/sdk/pulumi-v3.259.0-${platform}.tar.gz\n`,
      );
    }
  });

  test("unpacks what this program needs of the release, and leaves no archive", async () => {
    const checksum = createHash("sha256")
      .update(await readFile(path.join(folder, "released.tar.gz")))
      .digest("hex");
    const script = textOf("ci/fetch-pulumi.sh").replaceAll(/[0-9a-f]{64}/g, checksum);
    assert.deepEqual(await fetchFor("x86_64", script), { code: 0, stdout: "", stderr: "", files: programs });
    assert.equal(existsSync(path.join(folder, "pulumi.tar.gz")), false);
  });

  test("says for which machine it knows no release", async () => {
    const { code, stderr } = await fetchFor("riscv64", textOf("ci/fetch-pulumi.sh"));
    assert.equal(code, 1);
    assert.equal(
      stderr,
      "ci/fetch-pulumi.sh knows no checksum for riscv64: add it, with the name of its release.\n",
    );
  });
});

test("no script of a package runs beside a key", () => {
  const files = ["deploy", "drift", "preview", "take-over"].map((name) => `.github/workflows/${name}.yml`);
  for (const file of [...files, ".gitlab-ci.yml"]) {
    const installs = textOf(file).match(/\bnpm (ci|i|install)\b.*/g) ?? [];
    assert.deepEqual(
      installs.map((line) => line.startsWith("npm ci --ignore-scripts")),
      [true],
      file,
    );
  }
});

describe("the script", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "workflows-"));
    // In place of the programs, what they were called with, and for npx what it is told to print and return.
    const stubs = {
      node: `printf '%s ' node "$@" >> calls; echo >> calls\n`,
      npx: `printf '%s ' npx "$@" >> calls; echo >> calls\nprintf '%s' "$SAYS"; printf '%s' "$COMPLAINS" >&2; [ -n "$WRITES" ] && echo more >> access.yaml; exit "$CODE"\n`,
      pulumi: `printf '%s ' pulumi "$@" >> calls; echo >> calls; echo access.yaml\n`,
    };
    for (const args of [
      ["init", "-q"],
      ["add", "access.yaml"],
    ]) {
      await writeFile(path.join(folder, "access.yaml"), "people: {}\n");
      assert.equal((await runProcess("git", args, { cwd: folder, env: process.env })).code, 0);
    }
    await mkdir(path.join(folder, "bin"));
    for (const [name, body] of Object.entries(stubs)) {
      await writeFile(path.join(folder, "bin", name), `#!/bin/bash\n${body}`, { mode: 0o755 });
    }
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const run = async (
    name: "preview" | "drift" | "take-over",
    program: { code: number; says?: string; complains?: string; writes?: boolean },
    stackVariable = "some stack",
  ): Promise<{ code: number | null; stdout: string; calls: string[] }> => {
    const calls = path.join(folder, "calls");
    await writeFile(calls, "");
    const script = job(name).steps.at(-1)?.run ?? "";
    // As GitHub calls bash.
    const command = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    const { code, stdout } = await runProcess("bash", command, {
      cwd: folder,
      env: {
        PATH: `${path.join(folder, "bin")}${path.delimiter}${process.env["PATH"]}`,
        STACK: stackVariable,
        WRITES: program.writes ? "yes" : "",
        CODE: String(program.code),
        SAYS: program.says ?? "",
        COMPLAINS: program.complains ?? "",
      },
    });
    const lines = (await readFile(calls, "utf8")).split("\n").map((line) => line.trim());
    return { code, stdout, calls: lines.filter((line) => line !== "") };
  };

  const asksForDrift = "npx --no mongodbatlas-dynamic drift --stack some stack --unmanaged --markdown";
  const asksForPreview = "npx --no mongodbatlas-dynamic preview --refresh --stack some stack --markdown";

  test("of drift closes the issue where there is none", async () => {
    assert.deepEqual(await run("drift", { code: 0 }), {
      code: 0,
      stdout: "",
      calls: [asksForDrift, "node ci/publish.mts healed"],
    });
  });

  test("of drift opens an issue, and is no failure then", async () => {
    assert.deepEqual(await run("drift", { code: 7, says: "Bob was added\n" }), {
      code: 0,
      stdout: "Bob was added\n",
      calls: [asksForDrift, "node ci/publish.mts issue drift.md"],
    });
    assert.equal(await readFile(path.join(folder, "drift.md"), "utf8"), "Bob was added\n");
  });

  for (const code of [1, 2, 130, 255]) {
    test(`of drift fails with ${code} as the check does, and leaves the issue as it is`, async () => {
      assert.deepEqual(await run("drift", { code }), { code, stdout: "", calls: [asksForDrift] });
    });
  }

  test("of drift and of taking over knows what is accepted for its stack, where there is such a file", async () => {
    await writeFile(path.join(folder, "accepted.production.yaml"), "accepted: []\n");
    for (const [stackVariable, more] of [
      ["acme/atlas-access/production", " --accepted accepted.production.yaml"],
      ["staging", ""],
    ] as const) {
      const asks = `npx --no mongodbatlas-dynamic drift --stack ${stackVariable} --unmanaged`;
      const { calls } = await run("drift", { code: 0 }, stackVariable);
      assert.equal(calls[0], `${asks} --markdown${more}`);
      const { calls: later } = await run("take-over", { code: 0 }, stackVariable);
      assert.equal(later[1], `${asks} --take-over access.yaml --markdown${more}`);
    }
  });

  const asksForFile = "pulumi config get accessFile --stack some stack";
  const asksToTakeOver =
    "npx --no mongodbatlas-dynamic drift --stack some stack --unmanaged --take-over access.yaml --markdown";

  test("of taking over opens a pull request when the file has been written", async () => {
    assert.deepEqual(await run("take-over", { code: 7, says: "Bob was added\n", writes: true }), {
      code: 0,
      stdout: "Bob was added\n",
      calls: [asksForFile, asksToTakeOver, "node ci/publish.mts take-over access.yaml drift.md"],
    });
    await writeFile(path.join(folder, "access.yaml"), "people: {}\n");
  });

  for (const [what, code, exitCode, stdout] of [
    [
      "the file could not be written",
      7,
      1,
      "Nothing has been written into access.yaml: the report says why.\n",
    ],
    ["there is no difference", 0, 0, "There is nothing to take over.\n"],
    ["the check has failed", 255, 255, ""],
  ] as const) {
    test(`of taking over opens none when ${what}`, async () => {
      const calls = [asksForFile, asksToTakeOver];
      assert.deepEqual(await run("take-over", { code }), { code: exitCode, stdout, calls });
    });
  }

  test("of a preview publishes what it says", async () => {
    assert.deepEqual(await run("preview", { code: 0, says: "1 to create\n", complains: "a warning\n" }), {
      code: 0,
      stdout: "1 to create\na warning\n",
      calls: [asksForPreview, "node ci/publish.mts comment preview.md"],
    });
    assert.equal(await readFile(path.join(folder, "preview.md"), "utf8"), "1 to create\n");
  });

  test("of a preview publishes a failure, and fails", async () => {
    // A block between fences would end at the second line, and the rest would be Markdown.
    const complains = "access.yaml:3: 'bob' is no e-mail address\n```\n### Nothing changes\r@all\n";
    assert.deepEqual(await run("preview", { code: 255, complains }), {
      code: 255,
      stdout: complains,
      calls: [asksForPreview, "node ci/publish.mts comment preview.md"],
    });
    assert.equal(
      await readFile(path.join(folder, "preview.md"), "utf8"),
      "The preview of stack some stack failed:\n\n    access.yaml:3: 'bob' is no e-mail address\n    ```\n    ### Nothing changes\n    @all\n",
    );
  });
});
