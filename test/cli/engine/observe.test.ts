import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { observe } from "../../../provider/cli/engine/stack";

const type = "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser";
const urn = (name: string, of = type) => `urn:pulumi:test::access::${of}::${name}`;

const metadata = (op: string, name: string, rest: object = {}) =>
  ({ op, urn: urn(name), type, old: { inputs: {}, outputs: {}, id: "x" }, ...rest }) as StepEventMetadata;

/** What is made of the engine's events, and what was shown meanwhile. */
async function observed(what: "refresh" | "update", events: object[], error?: Error) {
  const shown: string[] = [];
  const show = (text: string): void => void shown.push(text);
  const progress = { show, note: show, end: () => {} };
  const observation = observe(
    "test",
    what,
    async ({ onEvent }) => {
      for (const event of events) {
        onEvent(event as EngineEvent);
      }
      if (error !== undefined) {
        throw error;
      }
    },
    progress,
  );
  return { observation, shown };
}

const says = (severity: string, message: string, of = "") => ({
  diagnosticEvent: { severity, message, color: "never", urn: of },
});

test("what an update looks at first is no step of it", async () => {
  const { observation } = await observed("update", [
    { resourcePreEvent: { metadata: metadata("refresh", "ada") } },
    { resOutputsEvent: { metadata: metadata("refresh", "ada") } },
    { resourcePreEvent: { metadata: metadata("same", "ada") } },
    { resourcePreEvent: { metadata: { ...metadata("same", "x"), type: "pulumi:providers:pulumi-nodejs" } } },
  ]);
  const { steps, refreshed } = await observation;
  assert.deepEqual(
    steps.map(({ op, name }) => [op, name]),
    [["same", "ada"]],
  );
  assert.deepEqual([...refreshed.keys()], [urn("ada")]);
});

test("a step names its properties, whatever path the engine has into them, and its provider without its id", async () => {
  const detailedDiff = { "roles[0]": {}, "roles[1]": {}, "tags.team": {}, "__timeouts.create": {} };
  const provider = `${urn("other", "pulumi:providers:pulumi-nodejs")}::1234`;
  const { observation } = await observed("refresh", [
    {
      resOutputsEvent: {
        metadata: metadata("update", "ada", { diffs: ["roles"], detailedDiff, old: { provider } }),
      },
    },
  ]);
  const [step] = (await observation).steps;
  assert.deepEqual(step?.diffs, ["roles", "tags"]);
  assert.equal(step?.before?.provider, urn("other", "pulumi:providers:pulumi-nodejs"));
});

test("a person sees why a provider waits, and nothing else that is printed", async () => {
  const { observation, shown } = await observed("refresh", [
    says("info", "<{%reset%}>Rate limited by Atlas (users): retrying in 12 s; 3 requests wait.<{%reset%}>\n"),
    says("info#err", "Debugger attached."),
    says("warning", "a warning"),
  ]);
  await observation;
  assert.deepEqual(shown, [
    "Starting the engine",
    "Rate limited by Atlas (users): retrying in 12 s; 3 requests wait.",
  ]);
});

test("a failure is told by the errors among the events, with the resource where the text has none", async () => {
  const failed = Object.assign(new Error("code: 255"), {
    commandResult: { stderr: "error: raw", code: 255 },
  });
  const { observation } = await observed(
    "update",
    [
      says("error", "Preview failed: code must be a string, not undefined", urn("ada")),
      says("error", "preview failed"),
    ],
    failed,
  );
  await assert.rejects(observation, { message: /^The resource ada has the option `import`/ });
});

test("what a process says of operations that Atlas retires is kept for the end, and no longer progress", async () => {
  const notice =
    "Atlas has deprecated the operation listThings, which is used to wait: Atlas will remove it on 2027-07-01.";
  const { observation, shown } = await observed("refresh", [
    says("info#err", `${notice}\n`),
    says("warning", `<{%reset%}>${notice}<{%reset%}>\n`),
  ]);
  assert.deepEqual([...(await observation).notices], [notice]);
  assert.ok(!shown.includes(notice));
});
