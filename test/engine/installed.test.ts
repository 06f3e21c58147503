import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as semver from "semver";
import { runProcess } from "../process";
import { startSimulator } from "./atlasStack";
import { connectionTo } from "./connection";
import { provideNode } from "./node";
import { manifestOf } from "./programFolder";
import { createStack } from "./stack";

const run = promisify(execFile);
const root = path.join(__dirname, "../..");
const bin = path.join(root, "node_modules/.bin");
const { version, engines, peerDependencies, devDependencies } = require("../../package.json") as {
  version: string;
  engines: { node: string };
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** The oldest version that a range promises. */
const oldest = (range: string | undefined): string => semver.minVersion(range ?? "")?.version ?? "";

const program = `
import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/pulumi/version";
import { ProjectUser } from "mongodbatlas-dynamic";

const user = new ProjectUser("ada", {
  projectId: new pulumi.Config().require("projectId"),
  username: "ada@example.com",
  roles: ["GROUP_READ_ONLY"],
});
export const roles = user.roles;
export const node = (globalThis as any).process.versions.node;
export const sdk = version;
`;

const npm = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund"];
const pnpm = [path.join(bin, "pnpm"), "install", "--prefer-offline"];

describe("a project outside of the repository that installed the packed package", () => {
  let folder: string;
  let tarball: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "installed-"));
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
    tarball = path.join(folder, `mongodbatlas-dynamic-${version}.tgz`);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const [manager, node, sdk, typescript] of [
    // Older SDKs refuse TypeScript 6.
    [npm, oldest(engines.node), oldest(peerDependencies["@pulumi/pulumi"]), "^5.0.0"],
    [pnpm, "24", devDependencies["@pulumi/pulumi"], devDependencies["typescript"]],
    [npm, "26", devDependencies["@pulumi/pulumi"], devDependencies["typescript"]],
  ] as const) {
    const [command = "", ...args] = manager;
    test(`with ${path.basename(command)}, Node ${node} and @pulumi/pulumi ${sdk} runs up, refresh, a drift report and destroy`, async () => {
      const project = await mkdtemp(path.join(folder, "project-"));
      const manifest = {
        name: "outside",
        private: true,
        dependencies: {
          "@pulumi/pulumi": sdk,
          "mongodbatlas-dynamic": `file:${tarball}`,
          typescript,
        },
      };
      await writeFile(path.join(project, "package.json"), JSON.stringify(manifest));
      await writeFile(path.join(project, "index.ts"), program);
      await writeFile(path.join(project, "Pulumi.yaml"), manifestOf("outside"));
      await run(command, args, { cwd: project });

      const simulator = await startSimulator();
      const projectId = simulator.world.createProject(simulator.world.createOrganization());
      const stack = await createStack({
        secrets: "passphrase",
        program: { folder: project },
        workDir: project,
        node: await provideNode(node),
        config: { ...connectionTo(simulator), projectId },
      });
      try {
        const { outputs } = await stack.up({ mustSucceed: true });
        assert.deepEqual(outputs["roles"], ["GROUP_READ_ONLY"]);
        assert.ok(semver.satisfies(String(outputs["node"]), node), `ran on Node ${outputs["node"]}`);
        assert.ok(semver.satisfies(String(outputs["sdk"]), sdk ?? ""), `ran on SDK ${outputs["sdk"]}`);
        await stack.up({ mustSucceed: true, expectNoChanges: true });
        await stack.refresh({ mustSucceed: true, expectNoChanges: true });
        const { deployment } = await stack.export();
        const [user] = deployment.resources.filter(({ type }: { type: string }) =>
          type.endsWith("ProjectUser"),
        );
        assert.equal(
          user.outputs.__provider,
          'exports.handler = () => require("mongodbatlas-dynamic/handlers").projectUser;',
        );
        assert.ok(!JSON.stringify([user.inputs, user.outputs]).includes(".pnpm"));
        simulator.world.setRoles(projectId, "ada@example.com", ["GROUP_OWNER"]);
        const drift = await runProcess(
          path.join(project, "node_modules/.bin/mongodbatlas-dynamic"),
          ["drift", "--stack", stack.name, "--unmanaged"],
          { cwd: project, env: stack.env },
        );
        assert.deepEqual([drift.code, drift.stderr], [7, ""]);
        assert.match(drift.stdout, /^ada@example\.com was given GROUP_OWNER and lost GROUP_READ_ONLY/m);
        await stack.up({ mustSucceed: true, refresh: true });
        assert.deepEqual(simulator.world.members(projectId)["ada@example.com"]?.roles, ["GROUP_READ_ONLY"]);
        await stack.destroy({ mustSucceed: true });
        assert.deepEqual(simulator.world.members(projectId), {});
      } finally {
        await stack.dispose();
      }
    });
  }
});
