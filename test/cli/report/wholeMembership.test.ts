import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../provider/cli/engine/stack";
import { textOf } from "../../../provider/cli/report/driftReport";
import { driftRows } from "../../../provider/cli/report/driftRows";
import { readLabels } from "../../../provider/cli/report/labels";
import { countChanges } from "../../../provider/cli/report/previewReport";
import { previewRows } from "../../../provider/cli/report/previewRows";
import { report as reportOf } from "./rows";
import { named, reading, secret, step } from "./steps";

const shop = "a".repeat(24);
const labels = readLabels({ atlas: { projects: { shop } } });
const context = { now: new Date(0), cause: "outside the stack", ignored: new Map(), labels };

const users = (roles: Record<string, string>, more: object = {}) => ({
  projectId: shop,
  users: Object.fromEntries(
    Object.entries(roles).map(([name, role]) => [`${name}@example.com`, [`GROUP_${role}`]]),
  ),
  ...more,
});
const whole = (
  op: string,
  ...sides: Parameters<typeof step> extends [string, string, ...infer Rest] ? Rest : never
) => named(step(op, "ProjectUsers", ...sides), "shop", { id: shop });
const told = (found: Step): string[] =>
  driftRows(found, context).map(({ kind, message }) => `${kind}: ${message}`);
const planned = (found: Step): string[] =>
  previewRows([found], { labels }).map(({ op, message }) => `${op}: ${message}`);

describe("the drift report about all users of a project", () => {
  test("has a row for each user, in the words for a ProjectUser", () => {
    const before = users({ ada: "OWNER", bob: "READ_ONLY", cleo: "OWNER", dan: "OWNER" });
    const after = users({ ada: "OWNER", bob: "OWNER", eve: "OWNER" }, { unmanaged: ["eve@example.com"] });
    const found = whole("update", before, after, {
      before: { pending: ["dan@example.com"], unmanaged: [] },
      after: { pending: ["eve@example.com"], unmanaged: ["eve@example.com"] },
    });
    assert.deepEqual(told(found), [
      "changed: bob@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY outside the stack.",
      "deleted: cleo@example.com was removed from project shop outside the stack.",
      "deleted: dan@example.com is not in project shop any more: the invitation has expired, or was withdrawn or rejected, or was accepted and the user has been removed since.",
      "unmanaged: eve@example.com is invited with GROUP_OWNER in project shop, and ProjectUsers shop does not declare it.",
    ]);
    const [row] = driftRows(found, context);
    assert.deepEqual(row, {
      kind: "changed",
      subject: "bob@example.com in project shop",
      urn: found.urn,
      type: found.type,
      id: `${shop}/bob@example.com`,
      external: false,
      provider: null,
      property: "roles",
      declared: ["GROUP_READ_ONLY"],
      actual: ["GROUP_OWNER"],
      message: "bob@example.com was given GROUP_OWNER and lost GROUP_READ_ONLY outside the stack.",
    });
  });

  test("names who is not declared also when an earlier refresh has taken them into the state", () => {
    const both = users({ ada: "OWNER", eve: "OWNER" }, { unmanaged: ["eve@example.com"] });
    assert.deepEqual(told(whole("same", both, both)), [
      "unmanaged: eve@example.com has GROUP_OWNER in project shop, and ProjectUsers shop does not declare it.",
    ]);
  });

  test("names somebody whose address has a slash", () => {
    const odd = {
      projectId: shop,
      users: { "ops/night@example.com": ["GROUP_OWNER"] },
      unmanaged: ["ops/night@example.com"],
    };
    assert.deepEqual(told(whole("same", odd, odd)), [
      "unmanaged: ops/night@example.com has GROUP_OWNER in project shop, and ProjectUsers shop does not declare it.",
    ]);
  });

  test("has none when the resource option ignoreChanges takes the users out of it, or it is only read", () => {
    const found = whole("update", users({ ada: "OWNER" }), users({ bob: "OWNER" }));
    assert.deepEqual(driftRows(found, { ...context, ignored: new Map([[found.urn, ["users"]]]) }), []);
    assert.deepEqual(told(reading(found, "before")), []);
  });

  test("does not read users that are secret", () => {
    const found = whole("update", { projectId: shop, users: secret }, { projectId: shop, users: secret });
    assert.deepEqual(told({ ...found, diffs: ["users"] }), [
      "changed: ProjectUsers shop: users was changed outside the stack.",
    ]);
  });

  test("speaks of a team's users in the words for a TeamUser", () => {
    const team = { orgId: "b".repeat(24), teamId: "c".repeat(24) };
    const found = named(
      step(
        "update",
        "TeamUsers",
        { ...team, usernames: ["ada@example.com"] },
        { ...team, usernames: ["eve@example.com"] },
      ),
      "support",
      { id: `${team.orgId}/${team.teamId}` },
    );
    assert.deepEqual(told(found), [
      `deleted: ada@example.com left team ${team.teamId} outside the stack: removed from the team, or from the organization.`,
      `unmanaged: eve@example.com is a member in team ${team.teamId}, and TeamUsers support does not declare it.`,
    ]);
  });
});

describe("a preview about all users of a project", () => {
  test("has a row for each user, and for what else changes", () => {
    const before = users(
      { ada: "OWNER", bob: "READ_ONLY", eve: "OWNER" },
      { unmanaged: ["eve@example.com"] },
    );
    const after = users({ ada: "OWNER", bob: "OWNER", cleo: "OWNER" }, { maxRemovals: 3 });
    assert.deepEqual(planned(whole("update", before, after)), [
      "update: bob@example.com will be given GROUP_OWNER and will lose GROUP_READ_ONLY in project shop.",
      "create: cleo@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already.",
      "delete: eve@example.com will be removed from project shop.",
      "update: ProjectUsers shop: maxRemovals will be 3, and not nothing.",
    ]);
  });

  test("has no row for the whole where only users change", () => {
    assert.deepEqual(
      planned(whole("update", users({ ada: "OWNER", bob: "OWNER" }), users({ ada: "OWNER" }))),
      ["delete: bob@example.com will be removed from project shop."],
    );
  });

  test("has a row for each user of one that is deleted, and says of those that are retained that nothing changes", () => {
    const found = whole("delete", users({ ada: "OWNER" }), undefined);
    assert.deepEqual(planned(found), ["delete: ada@example.com will be removed from project shop."]);
    assert.deepEqual(planned({ ...found, retained: true }), [
      "delete: ada@example.com in project shop will not be managed any more. Nothing changes in Atlas.",
    ]);
  });

  test("says of another project that users join the new one and leave the old one", () => {
    const other = { ...users({ ada: "OWNER" }), projectId: "d".repeat(24) };
    assert.deepEqual(planned(whole("replace", users({ ada: "OWNER" }), other)), [
      `create: ada@example.com will be invited to project ${"d".repeat(24)} with GROUP_OWNER, or brought to these roles if there already.`,
      "delete: ada@example.com will be removed from project shop.",
    ]);
  });
});

describe("counts", () => {
  test("are of members where one resource declares all, and not of texts", () => {
    const found = whole("create", undefined, users({ ada: "OWNER", bob: "OWNER" }));
    const alike = previewRows([found], { labels }).map((row) => ({
      ...row,
      message: "the same",
      subject: "the same",
    }));
    assert.deepEqual(countChanges(alike), [["create", 2]]);
  });

  const report = (rows: ReturnType<typeof driftRows>): string => textOf(reportOf(rows));

  test("of differences count each once, however it is worded", () => {
    const rows = driftRows(whole("update", users({ ada: "OWNER", bob: "OWNER" }), users({})), context);
    assert.match(
      report(rows.map((row) => ({ ...row, message: "x", subject: "x" }))),
      /^Stack dev has drifted: 2 differences, the worst is medium\./,
    );
    assert.match(
      report([...rows.slice(0, 1), ...rows.slice(0, 1)]),
      /^Stack dev has drifted: 1 difference, which is medium\./,
    );
  });

  test("are followed by what an update does with unmanaged members", () => {
    const [row] = driftRows(whole("update", users({}), users({ eve: "OWNER" })), context);
    assert.ok(row !== undefined);
    assert.match(
      report([row]),
      /\n\nTo bring back what is declared, run .*\n\nThe same update removes unmanaged members where one resource declares all members\.$/,
    );
    assert.match(
      report([{ ...row, urn: null, type: null }]),
      /\n\nAn unmanaged member stays until somebody removes them in Atlas, or declares them\.$/,
    );
    assert.match(
      report([row, { ...row, urn: null, type: null }]),
      /\n\nAny other unmanaged member stays until/,
    );
  });
});
