import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { createStack, type EngineStack } from "./stack";

/** Remembers nothing outside the state, so that the tests see the engine and the harness only. */
class Note extends pulumi.dynamic.Resource {
  declare readonly text: pulumi.Output<string>;
  constructor(name: string, text: string) {
    super(
      {
        async check(_olds: unknown, news: { text: string }) {
          const failures = news.text === "" ? [{ property: "text", reason: "must not be empty" }] : [];
          return { inputs: news, failures };
        },
        async create(inputs: { text: string }) {
          if (inputs.text === "refused") {
            throw new Error("the note was refused");
          }
          if (inputs.text === "stuck") {
            console.log("stuck from now on");
            await new Promise(() => {});
          }
          console.log("noting it down");
          return { id: "note", outs: { text: inputs.text } };
        },
        async read(id: string, props: { text: string }) {
          // Somebody has changed the note behind Pulumi's back.
          const text = props.text === "fragile" ? "broken" : props.text;
          return { id, props: { ...props, text }, inputs: { text } };
        },
        async diff(_id: string, olds: { text: string }, news: { text: string }) {
          return { changes: olds.text !== news.text };
        },
        async update(_id: string, _olds: unknown, news: { text: string }) {
          return { outs: { text: news.text } };
        },
      },
      name,
      { text },
    );
  }
}

const notes =
  (text: string): pulumi.automation.PulumiFn =>
  async () => {
    const note = new Note("note", text);
    return { text: note.text, hidden: pulumi.secret("hush") };
  };

const project = `
name: greeter
runtime: nodejs
config:
  name:
    type: string
    default: you
`;
const programText = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
export = async () => ({ greeting: "hello " + config.require("name"), key: config.requireSecret("key") });
`;

const unchanged = { create: 0, update: 0, delete: 0, same: 0, replace: 0 };

describe("createStack", () => {
  let stack: EngineStack;
  before(async () => {
    stack = await createStack({
      program: notes("first"),
      config: { "notes:author": "me", "notes:key": { value: "k3y", secret: true } },
    });
  });
  after(() => stack.dispose());

  it("previews without changing anything", async () => {
    const result = await stack.preview();
    assert.equal(result.ok, true);
    assert.deepEqual(result.summary, { ...unchanged, create: 1 });
    assert.equal((await stack.export()).deployment.resources, undefined);
  });

  it("creates, tells what happened and reads the outputs", async () => {
    const result = await stack.up({ mustSucceed: true });
    assert.deepEqual(result.steps, [
      {
        op: "create",
        urn: "urn:pulumi:test::atlas-access::pulumi-nodejs:dynamic:Resource::note",
        name: "note",
        type: "pulumi-nodejs:dynamic:Resource",
        diffs: [],
        failed: false,
      },
    ]);
    assert.deepEqual(result.summary, { ...unchanged, create: 1 });
    assert.deepEqual(result.outputs, { text: "first", hidden: "hush" });
    assert.deepEqual(result.messages, ["noting it down"]);
    assert.deepEqual(result.diagnostics, []);
  });

  it("finds nothing to do the second time", async () => {
    const result = await stack.up({ expectNoChanges: true });
    assert.equal(result.exitCode, 0);
    assert.deepEqual(result.summary, { ...unchanged, same: 1 });
  });

  it("names the properties that an update changes", async () => {
    await stack.setProgram(notes("fragile"));
    const preview = await stack.preview({ expectNoChanges: true });
    assert.equal(preview.exitCode, 7);
    assert.equal(preview.ok, false);
    const { steps, summary } = await stack.up({ mustSucceed: true });
    assert.deepEqual(summary, { ...unchanged, update: 1 });
    assert.deepEqual(steps[0]?.diffs, ["text"]);
  });

  it("answers a drift check with exit code 7, and 0 once the drift is taken over", async () => {
    const drift = await stack.refreshPreviewOnly();
    assert.equal(drift.exitCode, 7);
    assert.deepEqual(
      drift.steps.map(({ op, name, diffs }) => ({ op, name, diffs })),
      [{ op: "update", name: "note", diffs: ["text"] }],
    );
    assert.equal((await stack.refresh({ expectNoChanges: true })).exitCode, 7);
    assert.equal((await stack.refresh({ mustSucceed: true })).summary.update, 0);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  it("runs the CLI in the same workspace", async () => {
    const { code, stdout } = await stack.cli(["config", "get", "notes:key"]);
    assert.deepEqual({ code, value: stdout.trim() }, { code: 0, value: "k3y" });
  });

  it("answers with the message of what failed instead of throwing", async () => {
    await stack.setProgram(async () => {
      new Note("refused", "refused");
    });
    const result = await stack.up();
    assert.equal(result.ok, false);
    assert.equal(result.exitCode, 1);
    assert.match(result.diagnostics.join("\n"), /the note was refused/);
    assert.deepEqual(
      result.steps.filter(({ failed }) => failed).map(({ op, name }) => ({ op, name })),
      [{ op: "create", name: "refused" }],
    );
    await assert.rejects(
      stack.up({ mustSucceed: true }),
      /^Error: pulumi up failed with exit code 1:\n[\s\S]*the note was refused/,
    );
  });

  it("shows what the check of a resource refuses", async () => {
    await stack.setProgram(notes(""));
    const result = await stack.preview();
    assert.equal(result.ok, false);
    assert.match(result.diagnostics.join("\n"), /text.*must not be empty/s);
  });

  it("runs a folder with a program as pulumi up does", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "program-"));
    await symlink(path.join(stack.workDir, "node_modules"), path.join(folder, "node_modules"), "junction");
    await writeFile(path.join(folder, "package.json"), "{}");
    await writeFile(path.join(folder, "Pulumi.yaml"), project);
    await writeFile(path.join(folder, "index.ts"), programText);
    const whole = await createStack({
      program: { folder },
      config: { "greeter:key": { value: "k", secret: true } },
    });
    const result = await whole.up({ mustSucceed: true });
    assert.deepEqual(result.outputs, { greeting: "hello you", key: "k" });
    await writeFile(path.join(folder, "index.ts"), "export const broken: number = undefined!.missing;");
    const failed = await whole.preview();
    assert.equal(failed.ok, false);
    assert.match(failed.diagnostics.join("\n"), /missing/);
    await Promise.all([whole.dispose(), rm(folder, { recursive: true })]);
  });

  it("passes on what a program throws", async () => {
    await stack.setProgram(async () => {
      throw new Error("the program is wrong");
    });
    const result = await stack.preview();
    assert.equal(result.ok, false);
    assert.match(result.diagnostics.join("\n"), /the program is wrong/);
  });

  it("destroys", async () => {
    const result = await stack.destroy({ mustSucceed: true });
    assert.equal(result.summary.delete, 1);
  });

  it("leaves no folder behind", async () => {
    const extra = await createStack({ program: async () => {} });
    const root = path.dirname(extra.workDir);
    assert.equal(existsSync(root), true);
    await extra.dispose();
    assert.equal(existsSync(root), false);
  });

  it("does not hand the developer's credentials to the engine", async () => {
    process.env["MONGODB_ATLAS_PUBLIC_KEY"] = "mine";
    const extra = await createStack({
      program: async () => {},
      env: { MONGODB_ATLAS_BASE_URL: "http://localhost:1" },
    });
    delete process.env["MONGODB_ATLAS_PUBLIC_KEY"];
    const atlas = Object.entries(extra.env).filter(([key]) => key.startsWith("MONGODB_ATLAS_"));
    assert.deepEqual(atlas, [["MONGODB_ATLAS_BASE_URL", "http://localhost:1"]]);
    await extra.dispose();
  });

  it("ends a running engine as a crash would, and goes on with the same state", async () => {
    const crashing = await createStack({ program: notes("stuck") });
    // When the provider speaks, the engine has written down what it is doing, and waits: it is never killed in the
    // middle of writing its state, nor too late.
    const result = await crashing.up({
      onEvent: (event) => {
        if (event.diagnosticEvent?.message.includes("stuck from now on")) {
          crashing.kill();
        }
      },
    });
    assert.equal(result.ok, false);
    assert.equal(result.exitCode, null);
    await crashing.killProviders();
    await crashing.setProgram(notes("first"));
    const locked = await crashing.up();
    assert.match(locked.stderr + locked.stdout, /currently locked/);
    assert.equal((await crashing.cli(["cancel", "--yes"])).code, 0);
    assert.equal((await crashing.up()).ok, true);
    await crashing.dispose();
  });
});
