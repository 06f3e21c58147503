import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { driftRows } from "../../provider/cli/driftRows";
import { noLabels } from "../../provider/cli/labels";
import { previewRows } from "../../provider/cli/previewRows";
import { reading, secret, step } from "./steps";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const context = {
  now: new Date("2026-11-25T00:00:00Z"),
  cause: "outside the stack",
  ignored: new Map<string, string[]>(),
  labels: noLabels,
};

const ada = { username: "ada@example.com", projectId: "shop", roles: ["GROUP_READ_ONLY"] };
const inTeam = { username: "ada@example.com", orgId: "acme", teamId: "support" };
const migration = { projectId: "shop", liveMigrationId: "m1" };
const deferral = { projectId: "shop", deferrals: 1, requireScheduled: false };

describe("the sentence about drift", () => {
  const pending = (invitationExpiresAt: string) => ({
    before: { orgMembershipStatus: "PENDING", invitationExpiresAt },
    after: undefined,
  });
  for (const [found, sentence] of [
    [
      step("update", "ProjectUser", ada, { ...ada, roles: ["GROUP_OWNER", "GROUP_READ_ONLY"] }),
      "ada@example.com was given GROUP_OWNER outside the stack.",
    ],
    [
      step("update", "ProjectUser", { ...ada, roles: ["A", "B"] }, { ...ada, roles: ["B"] }),
      "ada@example.com lost A outside the stack.",
    ],
    [
      step("delete", "ProjectUser", ada, undefined, pending("2026-11-01T00:00:00Z")),
      "ada@example.com is not in project shop any more: the invitation expired on 2026-11-01T00:00:00Z, or was accepted and the user has been removed since.",
    ],
    [
      step("delete", "ProjectUser", ada, undefined, pending("2026-12-01T00:00:00Z")),
      "ada@example.com is not in project shop any more: the invitation has expired, or was withdrawn or rejected, or was accepted and the user has been removed since.",
    ],
    [
      step("delete", "ProjectUser", ada, undefined, {
        before: { orgMembershipStatus: "ACTIVE" },
        after: undefined,
      }),
      "ada@example.com was removed from project shop outside the stack.",
    ],
    [
      step("delete", "TeamUser", inTeam, undefined),
      "ada@example.com left team support outside the stack: removed from the team, or from the organization.",
    ],
    [
      step("update", "MigrationCutover", migration, migration, {
        before: { status: "WORKING" },
        after: { status: "FAILED" },
      }),
      "Live migration m1 of project shop is FAILED, and not COMPLETE.",
    ],
    [
      step("update", "MaintenanceDeferral", deferral, { ...deferral, deferrals: 0 }),
      "The maintenance of project shop is deferred 0 times, and not once: its window was edited, or the maintenance has taken place.",
    ],
    [
      step("delete", "aws:s3/bucket:Bucket", { acl: "private" }, undefined),
      "Bucket name was deleted outside the stack.",
    ],
    [
      step("update", "aws:s3/bucket:Bucket", { acl: "private" }, { acl: "public" }),
      "Bucket name: acl was changed outside the stack.",
    ],
    [
      step("update", "aws:s3/bucket:Bucket", {}, {}, { before: { size: 1 }, after: { size: 2 } }),
      "Bucket name: size was changed outside the stack.",
    ],
  ] as const) {
    test(sentence, () => {
      assert.deepEqual(
        driftRows(found, context).map(({ message }) => message),
        [sentence],
      );
    });
  }

  test("is not there for what is the same", () => {
    assert.deepEqual(driftRows(step("same", "ProjectUser", ada, ada), context), []);
  });

  test("is not there for what is only read, which declares nothing", () => {
    const read = step("update", "ProjectUser", ada, { ...ada, roles: ["GROUP_OWNER"] });
    assert.deepEqual(driftRows(reading(read, "before"), context), []);
  });

  test("is made from the id for what is only read and not there, of which nothing else may be known", () => {
    const shop = "a".repeat(24);
    const read = {
      ...reading(step("delete", "ProjectUser", {}, undefined), "before"),
      id: `${shop}/eve@example.com`,
    };
    assert.deepEqual(
      driftRows(read, context).map(({ subject, message }) => [subject, message]),
      [
        [
          `eve@example.com in project ${shop}`,
          `eve@example.com in project ${shop}, which the stack only reads, is not there.`,
        ],
      ],
    );
    assert.deepEqual(
      driftRows({ ...read, id: "" }, context).map(({ message }) => message),
      ["ProjectUser name, which the stack only reads, is not there."],
    );
  });

  test("names who else may have done it, where the state may not be what was declared", () => {
    const doubtful = { ...context, cause: "outside the stack, or by the update that has failed" };
    const changes = step("update", "ProjectUser", ada, { ...ada, roles: ["GROUP_OWNER"] });
    for (const [found, sentence] of [
      [changes, "ada@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY"],
      [step("delete", "ProjectUser", ada, undefined), "ada@example.com was removed from project shop"],
      [
        step("delete", "LinkToken", { orgId: "acme" }, undefined),
        "The link of organization acme was dropped",
      ],
      [step("delete", "aws:s3/bucket:Bucket", {}, undefined), "Bucket name was deleted"],
    ] as const) {
      assert.deepEqual(
        driftRows(found, doubtful).map(({ message }) => message),
        [`${sentence} outside the stack, or by the update that has failed.`],
      );
    }
  });

  test("is not there for what the option ignoreChanges leaves out", () => {
    const found = step("update", "ProjectUser", ada, { ...ada, roles: ["GROUP_OWNER"] });
    const ignoring = (...properties: string[]) =>
      driftRows(found, { ...context, ignored: new Map([[found.urn, properties]]) }).length;
    assert.deepEqual([ignoring("roles"), ignoring("*"), ignoring("username"), ignoring()], [0, 0, 1, 1]);
  });

  test("is not there where only what this package keeps for itself differs", () => {
    const found = step("update", "ProjectUser", { ...ada, __timeouts: { create: "1h" } }, ada);
    assert.deepEqual(driftRows(found, context), []);
  });

  test("has one row for each property, without secrets", () => {
    const rows = driftRows(
      step("update", "aws:rds/instance:Instance", { password: secret, size: 1 }, { password: "b", size: 2 }),
      context,
    );
    assert.deepEqual(
      rows.map(({ property, declared, actual }) => [property, declared, actual]),
      [
        ["password", "[secret]", "b"],
        ["size", 1, 2],
      ],
    );
  });
});

describe("what the engine says to differ", () => {
  const found = step("update", "aws:rds/instance:Instance", { password: secret }, { password: secret });

  test("has a row, also where only a secret differs", () => {
    const [row, ...others] = driftRows({ ...found, diffs: ["password"] }, context);
    assert.deepEqual([row?.property, row?.declared, row?.actual], ["password", "[secret]", "[secret]"]);
    assert.deepEqual(others, []);
  });

  test("has a row, also where nothing is said of it", () => {
    const plain = step("update", "aws:rds/instance:Instance", { size: 1 }, { size: 1 });
    const rows = [found, plain].flatMap((each) => driftRows(each, context));
    assert.deepEqual(
      rows.map(({ property, message }) => [property, message]),
      [
        ["password", "Instance name: password was changed outside the stack."],
        [null, "Instance name: something was changed outside the stack."],
      ],
    );
  });
});

describe("the sentence of a preview", () => {
  for (const [planned, sentence] of [
    [
      step("create", "ProjectUser", undefined, ada),
      "ada@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
    ],
    [
      step("create", "ProjectUser", undefined, { ...ada, projectId: unknown }),
      "ada@example.com will be invited to project (known after the update) with GROUP_READ_ONLY, or brought to these roles if there already.",
    ],
    [
      step("update", "ProjectUser", ada, { ...ada, roles: ["GROUP_OWNER"] }),
      "ada@example.com will be given GROUP_OWNER and will lose GROUP_READ_ONLY in project shop.",
    ],
    [
      step("update", "ProjectUser", ada, { ...ada, roles: unknown }),
      "ada@example.com in project shop: roles will be (known after the update), and not GROUP_READ_ONLY.",
    ],
    [step("delete", "ProjectUser", ada, undefined), "ada@example.com will be removed from project shop."],
    [
      step("replace", "ProjectUser", ada, { ...ada, projectId: "warehouse" }),
      "First: ada@example.com will be removed from project shop. Then: ada@example.com will be invited to project warehouse with GROUP_READ_ONLY, or brought to these roles if there already.",
    ],
    [step("create", "TeamUser", undefined, inTeam), "ada@example.com will be in team support."],
    [step("delete", "TeamUser", inTeam, undefined), "ada@example.com will be removed from team support."],
    [
      step("create", "LinkToken", undefined, { orgId: "acme" }),
      "A link token will be made for organization acme.",
    ],
    [
      step("delete", "LinkToken", { orgId: "acme" }, undefined),
      "The link of organization acme will be dropped, and its token stops working.",
    ],
    [
      step("create", "MigrationCutover", undefined, migration),
      "Live migration m1 of project shop will be cut over once it is ready. This cannot be undone.",
    ],
    [
      step("update", "MigrationCutover", migration, migration),
      "Live migration m1 of project shop will be waited for until it is complete.",
    ],
    [
      step("create", "MaintenanceDeferral", undefined, { ...deferral, deferrals: 2 }),
      "The maintenance of project shop, if any is scheduled, will be deferred twice, a week each time.",
    ],
    [
      step("update", "MaintenanceDeferral", { ...deferral, triggers: [1] }, { ...deferral, triggers: [2] }),
      "The maintenance of project shop will be looked at again, and deferred once if it is not yet.",
    ],
    [
      step("delete", "MaintenanceDeferral", deferral, undefined),
      "The maintenance of project shop will not be managed any more. Nothing changes in Atlas.",
    ],
    [step("import", "TeamUser", undefined, inTeam), "ada@example.com will be in team support."],
    [
      reading(step("replace", "ProjectUser", ada, ada), "before"),
      "ada@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
    ],
    [
      reading(step("replace", "ProjectUser", ada, {}), "after"),
      "ada@example.com will be removed from project shop. From then on it is only read.",
    ],
    [
      step("delete-replaced", "ProjectUser", ada, undefined),
      "ada@example.com will be removed from project shop.",
    ],
    [
      { ...step("delete", "MaintenanceDeferral", deferral, undefined), retained: true },
      "The maintenance of project shop will not be managed any more. Nothing changes in Atlas.",
    ],
    [
      step("discard", "ProjectUser", ada, undefined),
      "ada@example.com in project shop will not be read any more. Nothing changes in Atlas.",
    ],
    [
      step("remove-pending-replace", "ProjectUser", ada, undefined),
      "The engine plans the step 'remove-pending-replace': look at `pulumi preview`.",
    ],
    [step("create", "aws:s3/bucket:Bucket", undefined, {}), "Bucket name will be created."],
    [step("update", "aws:s3/bucket:Bucket", {}, {}), "Bucket name will be updated."],
    [
      step("update", "aws:s3/bucket:Bucket", { acl: "private" }, { acl: "public" }),
      "Bucket name: acl will be public, and not private.",
    ],
    [step("delete", "aws:s3/bucket:Bucket", {}, undefined), "Bucket name will be deleted."],
  ] as const) {
    test(sentence, () => {
      assert.deepEqual(
        previewRows([planned]).map(({ message }) => message),
        [sentence],
      );
    });
  }

  test("is not there for what stays, is read or is refreshed", () => {
    for (const op of ["same", "read", "refresh", "create-replacement", "read-replacement"]) {
      assert.deepEqual(previewRows([step(op, "ProjectUser", ada, ada)]), []);
    }
    for (const op of ["delete-replaced", "discard-replaced"]) {
      const whole = step("replace", "ProjectUser", ada, { ...ada, projectId: "warehouse" });
      const part = step(op, "ProjectUser", ada, undefined);
      assert.deepEqual(
        previewRows([part, whole]).map((row) => row.op),
        ["replace"],
      );
    }
  });
});
