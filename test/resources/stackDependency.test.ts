import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { runProcess } from "../process";

const root = path.join(__dirname, "../..");

test("a unit test may stand in a folder that the package is not found from", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "elsewhere-"));
  try {
    const program = `
      const pulumi = require(${JSON.stringify(path.join(root, "node_modules/@pulumi/pulumi"))});
      const { ProjectUser } = require(${JSON.stringify(path.join(root, "provider/index.ts"))});
      pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
      new ProjectUser("ada", { projectId: "p", username: "ada@example.com", roles: [] }).id.apply(console.log);`;
    const { code, stdout, stderr } = await runProcess(
      process.execPath,
      ["--import", require.resolve("../tsx.mjs"), "-e", program],
      {
        cwd: folder,
        env: {
          ...process.env,
          // As in a test that a Pulumi program has started.
          PULUMI_NODEJS_MONITOR: "127.0.0.1:1",
          // Coverage takes a file that is compiled in another way for another one.
          TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json"),
        },
      },
    );
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "ada\n", stderr: "" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
