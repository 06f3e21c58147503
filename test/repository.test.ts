import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import * as semver from "semver";
import { parse } from "yaml";
import { provideActionlint } from "./actionlint";
import { userCacheDir } from "./engine/cache";
import { runProcess } from "./process";

const root = path.join(__dirname, "..");
const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
const read = <T>(file: string): T => parse(textOf(file)) as T;
/** What GitHub puts a value in the place of. */
const expression = (of: string): string => `\${{ ${of} }}`;
const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  needs?: string;
  uses?: string;
  "runs-on"?: string;
  "timeout-minutes"?: number;
  environment?: string;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  strategy?: { "fail-fast": boolean; matrix: { os: string[]; node: number[] } };
  steps?: Step[];
}

interface Workflow {
  on: { push?: { branches?: string[]; tags?: string[] }; pull_request?: null };
  permissions: unknown;
  concurrency: { group: string; "cancel-in-progress": boolean | string };
  jobs: Record<string, Job>;
}

const folder = ".github/workflows";
const names = readdirSync(path.join(root, folder));
const workflows = new Map(names.map((name) => [name, read<Workflow>(`${folder}/${name}`)]));
const jobs = [...workflows].flatMap(([name, { jobs: all }]) =>
  Object.entries(all).map(([id, job]) => ({ id: `${name}/${id}`, ...job })),
);

function job(id: string): Job {
  const found = jobs.find((each) => each.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

describe("the workflows", () => {
  test("are right in the eyes of actionlint, those of the example too", async (t) => {
    const actionlint = await provideActionlint();
    if (actionlint === undefined) {
      t.skip("actionlint is built with Go, and there is none on the PATH");
      return;
    }
    const examples = "examples/gitops/.github/workflows";
    const files = [folder, examples].flatMap((each) =>
      readdirSync(path.join(root, each)).map((name) => path.join(each, name)),
    );
    // Without the programs that it would call where they happen to be installed.
    const args = ["-no-color", "-shellcheck=", "-pyflakes=", ...files];
    const result = await runProcess(actionlint, args, { cwd: root, env: process.env });
    assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
  });

  test("pin each action by a commit, and say which version that is", () => {
    const uses = names.flatMap((name) => textOf(`${folder}/${name}`).match(/uses: .*/g) ?? []);
    assert.ok(uses.length >= 6);
    for (const line of uses) {
      assert.match(line, /^uses: (\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
    }
  });

  test("let each job do what it needs, and nothing else", () => {
    for (const { permissions } of workflows.values()) {
      assert.deepEqual(permissions, {});
    }
    assert.deepEqual(Object.fromEntries(jobs.map(({ id, permissions }) => [id, permissions])), {
      "publish.yml/publish": { contents: "read", "id-token": "write" },
      "publish.yml/test": { contents: "read" },
      "test.yml/test": { contents: "read" },
      "versions.yml/pair": { contents: "read" },
    });
  });

  test("end in time, and keep no credentials of the checkout", () => {
    for (const { id, uses, steps = [], ...rest } of jobs) {
      if (uses !== undefined) {
        continue;
      }
      assert.ok((rest["timeout-minutes"] ?? Number.POSITIVE_INFINITY) <= 90, id);
      const checkout = steps.find((step) => step.uses?.startsWith("actions/checkout@"));
      assert.deepEqual(checkout?.with, { "persist-credentials": false }, id);
    }
  });

  test("put no expression into a script, where it could become a command", () => {
    for (const { steps = [] } of jobs) {
      for (const { run = "" } of steps) {
        assert.doesNotMatch(run, /\$\{\{/);
      }
    }
  });
});

describe("the tests on GitHub", () => {
  test("run for each pull request and each commit on main", () => {
    const { on, concurrency } = workflows.get("test.yml") as Workflow;
    assert.deepEqual([on.pull_request, on.push], [null, { branches: ["main"] }]);
    assert.equal(concurrency["cancel-in-progress"], expression("github.event_name == 'pull_request'"));
  });

  test("are npm test on three systems with three Nodes, from the oldest that the package is for", () => {
    const { strategy, steps = [], "runs-on": system } = job("test.yml/test");
    assert.deepEqual(strategy, {
      "fail-fast": false,
      matrix: { os: ["ubuntu-latest", "macos-latest", "windows-latest"], node: [22, 24, 26] },
    });
    assert.equal(strategy.matrix.node[0], semver.minVersion(engines.node)?.major);
    assert.equal(system, expression("matrix.os"));
    assert.equal(steps.at(-1)?.run, "npm test");
  });

  test("are run by the Node of the matrix, which the pinned one would else take the place of", () => {
    const { env, steps = [] } = job("test.yml/test");
    const node = steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    assert.deepEqual(node?.with, { "node-version": expression("matrix.node"), cache: "npm" });
    assert.match(textOf("test/setup.mjs"), /process\.env\.MACHINES_NODE/);
    assert.equal(env?.["MACHINES_NODE"], "true");
  });

  test("keep the engine where they look for it, until another one is pinned", () => {
    const { env, steps = [] } = job("test.yml/test");
    const { path: kept, key } = steps.find(({ uses }) => uses?.startsWith("actions/cache@"))?.with ?? {};
    const workspace = expression("github.workspace");
    const cache = userCacheDir({ XDG_CACHE_HOME: env?.["XDG_CACHE_HOME"] });
    assert.equal(`${workspace}/${kept}`, `${cache.split(path.sep).join("/")}/pulumi-*`);
    const pins = [...String(key).matchAll(/'([^']+)'/g)].map(([, file = ""]) => file);
    assert.deepEqual(pins, ["test/engine/go.mod", "test/engine/go.sum", "test/engine/pulumiRelease.ts"]);
    for (const file of pins) {
      assert.ok(existsSync(path.join(root, file)), file);
    }
  });
});

describe("publishing", () => {
  const steps = job("publish.yml/publish").steps ?? [];

  test("follows the tag of a version, after the tests, and in an environment of its own", () => {
    const { on, concurrency } = workflows.get("publish.yml") as Workflow;
    assert.deepEqual(on, { push: { tags: ["v[0-9]+.[0-9]+.[0-9]+"] } });
    assert.equal(concurrency["cancel-in-progress"], false);
    assert.equal(job("publish.yml/test").uses, "./.github/workflows/test.yml");
    const { needs, environment } = job("publish.yml/publish");
    assert.deepEqual([needs, environment], ["test", "npm"]);
  });

  test("takes nothing from a cache, runs no script of a package, and proves where it comes from", () => {
    const node = steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    assert.deepEqual(node?.with, { "node-version": 24, "package-manager-cache": false });
    assert.ok(steps.every(({ uses }) => !uses?.startsWith("actions/cache@")));
    assert.deepEqual(
      steps.flatMap(({ run = "" }) => run.match(/^npm (ci|install|publish)\b.*/gm) ?? []),
      ["npm ci --ignore-scripts", "npm publish --provenance --access public"],
    );
  });

  const inPackage = async (version: string, script: string, env: NodeJS.ProcessEnv) => {
    const cwd = mkdtempSync(path.join(tmpdir(), "repository-"));
    try {
      writeFileSync(path.join(cwd, "package.json"), JSON.stringify({ name: "some-package", version }));
      const searchPath = process.env["PATH"];
      // As GitHub calls bash.
      const command = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
      const { code, stdout } = await runProcess("bash", command, {
        cwd,
        env: { PATH: searchPath, HOME: cwd, ...env },
      });
      return { code, stdout, manifest: readFileSync(path.join(cwd, "package.json"), "utf8") };
    } finally {
      rmSync(cwd, { recursive: true });
    }
  };
  const scriptOf = (name: string): string => steps.find((step) => step.name === name)?.run ?? "exit 99";

  test("refuses a tag that is not of the version in package.json", async () => {
    const script = scriptOf("Compare the tag with the version");
    const right = await inPackage("1.2.3", script, { GITHUB_REF_NAME: "v1.2.3" });
    assert.deepEqual([right.code, right.stdout], [0, ""]);
    const wrong = await inPackage("1.2.3", script, { GITHUB_REF_NAME: "v1.2.4" });
    assert.deepEqual(
      [wrong.code, wrong.stdout],
      [1, "::error::The tag is v1.2.4, but package.json says 1.2.3. Tag the commit that sets the version.\n"],
    );
  });

  test("names the repository that it runs in, as npm compares it with the provenance", async () => {
    const [script = ""] = scriptOf("Publish").split("\n");
    const { code, manifest } = await inPackage("1.2.3", script, {
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "somebody/some-package",
    });
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(manifest) as { repository: unknown }).repository, {
      type: "git",
      url: "git+https://github.com/somebody/some-package.git",
    });
  });
});

describe("the forms", () => {
  interface Update {
    "package-ecosystem": string;
    directory?: string;
    directories?: string[];
  }

  test("of Dependabot cover npm, and the workflows here and in the example", () => {
    const { updates } = read<{ updates: Update[] }>(".github/dependabot.yml");
    assert.deepEqual(
      updates.map((each) => [each["package-ecosystem"], each.directory ?? each.directories]),
      [
        ["npm", "/"],
        // In the root it looks into .github/workflows by itself.
        ["github-actions", ["/", "/examples/gitops/.github/workflows"]],
      ],
    );
    assert.ok(existsSync(path.join(root, "examples/gitops/.github/workflows")));
  });

  interface Field {
    type: string;
    id?: string;
    attributes: { value?: string };
    validations?: { required: boolean };
  }

  test("of a bug report ask for versions, command, output and expectation, and warn of secrets", () => {
    const { body } = read<{ body: Field[] }>(".github/ISSUE_TEMPLATE/bug_report.yml");
    const [warning, ...fields] = body;
    assert.match(warning?.attributes.value ?? "", /No secrets/);
    assert.deepEqual(
      fields.map(({ id, validations }) => [id, validations?.required]),
      [
        ["versions", true],
        ["command", true],
        ["output", true],
        ["expected", true],
      ],
    );
  });
});
