import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startSimulator } from "./atlasStack";
import { connectionTo } from "./connection";
import { createStack } from "./stack";

const run = promisify(execFile);
const root = path.join(__dirname, "../..");
const bin = path.join(root, "node_modules/.bin");
const { devDependencies } = require("../../package.json") as { devDependencies: Record<string, string> };

const program = `
import * as pulumi from "@pulumi/pulumi";
import { ProjectUser } from "mongodbatlas-dynamic";

const user = new ProjectUser("ada", {
  projectId: new pulumi.Config().require("projectId"),
  username: "ada@example.com",
  roles: ["GROUP_READ_ONLY"],
});
export const roles = user.roles;
`;

describe("a project outside of the repository that installed the packed package", () => {
  let folder: string;
  let tarball: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "installed-"));
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
    tarball = path.join(folder, `mongodbatlas-dynamic-${require("../../package.json").version}.tgz`);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const [manager, args] of [
    ["npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"]],
    ["pnpm", ["install", "--prefer-offline"]],
  ] as const) {
    test(`with ${manager} runs up, refresh and destroy`, async () => {
      const project = await mkdtemp(path.join(folder, `${manager}-`));
      const manifest = {
        name: "outside",
        private: true,
        dependencies: {
          "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
          "mongodbatlas-dynamic": `file:${tarball}`,
          typescript: devDependencies["typescript"],
        },
      };
      await writeFile(path.join(project, "package.json"), JSON.stringify(manifest));
      await writeFile(path.join(project, "index.ts"), program);
      await writeFile(
        path.join(project, "Pulumi.yaml"),
        "name: outside\nruntime:\n  name: nodejs\n  options:\n    typescript: true\n",
      );
      const command = manager === "npm" ? "npm" : path.join(bin, "pnpm");
      await run(command, [...args], { cwd: project });

      const simulator = await startSimulator();
      const projectId = simulator.world.createProject(simulator.world.createOrganization());
      const stack = await createStack({
        program: { folder: project },
        workDir: project,
        config: { ...connectionTo(simulator), projectId },
      });
      try {
        const up = await stack.up({ mustSucceed: true });
        assert.deepEqual(up.outputs, { roles: ["GROUP_READ_ONLY"] });
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
        await stack.destroy({ mustSucceed: true });
        assert.deepEqual(simulator.world.members(projectId), {});
      } finally {
        await stack.dispose();
      }
    });
  }
});
