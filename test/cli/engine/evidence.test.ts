import assert from "node:assert/strict";
import { homedir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { assess, type Evidence } from "../../../provider/cli/engine/evidence";
import {
  folderOf,
  type Operation,
  type PendingOperation,
  type StackRecord,
  type StateResource,
} from "../../../provider/cli/engine/record";

const type = "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser";
const shop = "a".repeat(24);
const urn = (name: string, of = type) => `urn:pulumi:test::access::${of}::${name}`;
const at = (time: string) => new Date(`2026-11-25T${time}Z`);

function operation(of: Partial<Operation> & { at?: string } = {}): Operation {
  const { at: time = "10:00:00", ...rest } = of;
  return {
    kind: "update",
    result: "succeeded",
    startedAt: at(time),
    endedAt: new Date(at(time).getTime() + 5_000),
    version: 0,
    changes: { same: 2 },
    isPartial: false,
    ...rest,
  };
}

function resource(of: Partial<StateResource> = {}): StateResource {
  return {
    urn: urn("ada"),
    type,
    id: `${shop}/ada@example.com`,
    isCustom: true,
    isExternal: false,
    isToBeDeleted: false,
    modifiedAt: at("09:00:00"),
    createdAt: undefined,
    ignoreChanges: [],
    provider: "",
    inputs: {},
    outputs: {},
    ...of,
  };
}

const root = resource({
  urn: urn("stack", "pulumi:pulumi:Stack"),
  type: "pulumi:pulumi:Stack",
  isCustom: false,
});
const defaultProvider = resource({
  urn: urn("default", "pulumi:providers:pulumi-nodejs"),
  type: "pulumi:providers:pulumi-nodejs",
});
const read = resource({ urn: urn("olivia"), isExternal: true });

interface Setting {
  operations?: Operation[];
  resources?: StateResource[];
  pending?: PendingOperation[];
  writtenAt?: Date;
  isLocked?: boolean;
}

function recordOf({
  operations = [operation()],
  resources,
  pending = [],
  ...rest
}: Setting = {}): StackRecord {
  return {
    operations,
    isLocked: rest.isLocked ?? false,
    state: {
      writtenAt: rest.writtenAt ?? operations[0]?.endedAt,
      pending,
      outputs: {},
      resources: resources ?? [root, defaultProvider, resource(), read],
    },
  };
}

/** What is said of a stack whose record did not change while all that it holds was compared. */
function evidenceOf(setting: Setting, earlier: Setting = setting): Evidence {
  const later = recordOf(setting);
  return assess("test", recordOf(earlier), later, new Set(later.state.resources.map((each) => each.urn)));
}

const quietRefresh = (time: string) => operation({ kind: "refresh", at: time, changes: { same: 3 } });

describe("a state is known to be what was declared", () => {
  for (const [what, setting] of [
    ["after an update of all of it that has succeeded", {}],
    [
      "after refreshes that have changed nothing, however many",
      {
        operations: [
          ...Array.from({ length: 50 }, (_, index) =>
            quietRefresh(`11:${String(59 - index).padStart(2, "0")}:00`),
          ),
          operation(),
        ],
      },
    ],
    [
      "after a refresh that has kept outputs which nobody declares",
      {
        operations: [quietRefresh("11:00:00"), operation()],
        resources: [root, resource({ modifiedAt: at("11:00:03") })],
      },
    ],
    [
      "after it got another name",
      { operations: [operation({ kind: "rename", at: "11:00:00" }), operation()] },
    ],
    [
      "after a killed creation that an update has repeated",
      {
        pending: [
          {
            type: "creating",
            urn: urn("ada"),
            resourceType: type,
            inputs: { projectId: shop, username: "Ada@example.com" },
          },
        ],
      },
    ],
    [
      "in Pulumi Cloud, after a killed creation that an update has repeated",
      {
        operations: [operation({ version: 7 })],
        writtenAt: at("23:00:00"),
        pending: [
          {
            type: "creating",
            urn: urn("ada"),
            resourceType: type,
            inputs: { projectId: shop, username: "ada@example.com" },
          },
        ],
      },
    ],
    [
      "when it declares nothing",
      { resources: [root], operations: [operation({ changes: { same: 1, delete: 1 } })] },
    ],
    [
      "in Pulumi Cloud, whose clock is another one and which counts otherwise",
      { operations: [operation({ version: 7, changes: { same: 9 } })], writtenAt: at("23:00:00") },
    ],
    [
      "where the history counts what it is not known to count",
      { operations: [operation({ changes: { same: 1, import: 1, "some-new-step": 3 } })] },
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(evidenceOf(setting as Setting), { kind: "known" });
    });
  }
});

describe("it cannot be known", () => {
  const killed =
    "its state was written by something that is not in its history, as by an update that was killed";
  for (const [what, setting, reason, suspect] of [
    [
      "after a failed update",
      { operations: [operation({ result: "failed" })] },
      "the last update has failed",
      "the update that has failed",
    ],
    [
      "after a failed refresh",
      { operations: [operation({ kind: "refresh", result: "failed" })] },
      "the last refresh has failed",
      "the refresh that has failed",
    ],
    [
      "after a refresh that has found something",
      { operations: [operation({ kind: "refresh", changes: { same: 2, update: 1 } })] },
      "the last refresh took over what Atlas has",
      undefined,
    ],
    [
      "after an update of some resources",
      { operations: [operation({ isPartial: true })] },
      "the last update was for some of its resources only",
      undefined,
    ],
    [
      "after a destroy of some resources",
      { operations: [operation({ kind: "destroy", isPartial: true })] },
      "the last destroy was for some of its resources only",
      undefined,
    ],
    [
      "after a destroy that has left something",
      { operations: [operation({ kind: "destroy" })] },
      "the last operation was a destroy, and no update",
      undefined,
    ],
    [
      "after an import",
      { operations: [operation({ kind: "import", version: 3 })] },
      "the last operation was an import, and no update",
      undefined,
    ],
    [
      "without a history",
      { operations: [] },
      "no update of it is on record, as after its state was imported",
      undefined,
    ],
    [
      "with quiet refreshes only",
      { operations: [quietRefresh("11:00:00")] },
      "no update of it is on record, as after its state was imported",
      undefined,
    ],
    [
      "when the state was written after the last operation",
      { writtenAt: at("10:01:00") },
      killed,
      "an update that did not end",
    ],
    ["when an older state was put back", { writtenAt: at("09:59:00") }, killed, "an update that did not end"],
    [
      "when a killed update was followed by a refresh",
      {
        operations: [quietRefresh("12:00:00"), operation()],
        resources: [root, resource({ modifiedAt: at("11:00:00") })],
      },
      killed,
      "an update that did not end",
    ],
    [
      "when a resource is missing that the last update left",
      { resources: [root, defaultProvider, read] },
      "its state has 1 resource where the last update left 2, as after an update that was killed or after `pulumi state delete`",
      "an update that did not end",
    ],
    [
      "when a killed update was creating somebody that the state does not have",
      {
        pending: [
          {
            type: "creating",
            urn: urn("eve"),
            resourceType: type,
            inputs: { projectId: shop, username: "eve@example.com" },
          },
        ],
      },
      "an update was killed, or is running, while creating eve",
      "an update that did not end",
    ],
    [
      "when a killed update was creating somebody else under the same name",
      {
        pending: [
          {
            type: "creating",
            urn: urn("ada"),
            resourceType: type,
            inputs: { projectId: shop, username: "eve@example.com" },
          },
        ],
      },
      "an update was killed, or is running, while creating ada",
      "an update that did not end",
    ],
    [
      "when a killed update has begun several things",
      {
        pending: ["updating", "deleting"].map((each) => ({
          type: each,
          urn: urn("ada"),
          resourceType: type,
          inputs: {},
        })),
      },
      "an update was killed, or is running, while updating ada and 1 more",
      "an update that did not end",
    ],
  ] as const) {
    test(what, () => {
      const evidence = evidenceOf(setting as unknown as Setting);
      assert.ok(evidence.kind === "doubt", evidence.kind);
      assert.deepEqual([evidence.reason, evidence.suspect], [reason, suspect]);
      assert.match(evidence.remedy, /`pulumi up`, then look for drift again/);
    });
  }

  test("when the engine has not looked at a resource", () => {
    const record = recordOf();
    const evidence = assess("test", record, record, new Set([root.urn, read.urn]));
    assert.ok(evidence.kind === "doubt");
    assert.equal(evidence.reason, "the engine has not looked at 1 of its resources");
  });
});

describe("a comparison means nothing", () => {
  for (const [what, later, earlier, sentence] of [
    [
      "while an update runs, of which the backend tells",
      { operations: [operation({ result: "in-progress", version: 4 })] },
      undefined,
      /^Stack test is being changed: the update that began at 2026-11-25T10:00:00\.000Z has not ended/,
    ],
    [
      "while somebody has the lock",
      { isLocked: true },
      undefined,
      /^Stack test is locked: an update of it is running, or was killed/,
    ],
    ["when somebody had the lock at the beginning", {}, { isLocked: true }, /^Stack test is locked/],
    [
      "when the state was written in between",
      { writtenAt: at("10:00:06") },
      {},
      /^The state of stack test has changed while it was compared with Atlas: an update of it is running, or has just ended/,
    ],
    [
      "when an update has begun something in between",
      { pending: [{ type: "updating", urn: urn("ada"), resourceType: type, inputs: {} }] },
      {},
      /^The state of stack test has changed/,
    ],
  ] as const) {
    test(what, () => {
      const evidence = evidenceOf(later as unknown as Setting, earlier as Setting | undefined);
      assert.ok(evidence.kind === "running", evidence.kind);
      assert.match(evidence.sentence, sentence);
    });
  }
});

describe("there is nothing to compare", () => {
  for (const [what, operations, why] of [
    ["before the first deployment", [], "nothing has been deployed yet"],
    [
      "after all was destroyed",
      [operation({ kind: "destroy", changes: { delete: 3 } })],
      "all of it has been destroyed",
    ],
  ] as const) {
    test(what, () => {
      const evidence = evidenceOf({ operations: [...operations], resources: [] });
      assert.ok(evidence.kind === "nothing", evidence.kind);
      assert.match(evidence.sentence, new RegExp(`^Stack test has nothing to compare with Atlas: ${why}\\.`));
    });
  }
});

test("a backend in a folder is found by its address", () => {
  assert.equal(folderOf("file:///srv/my%20state?no_tmp_dir=true"), path.resolve("/srv/my state"));
  assert.equal(folderOf("file://~"), homedir());
  assert.equal(folderOf("file://~/state"), path.join(homedir(), "state"));
  assert.equal(folderOf("file://./state"), path.resolve("state"));
  assert.equal(folderOf("s3://bucket"), undefined);
  assert.equal(folderOf("https://api.pulumi.com"), undefined);
});
