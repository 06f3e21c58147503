import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../provider/cli/engine/stack";
import { countChanges } from "../../../provider/cli/report/previewReport";
import { previewRows } from "../../../provider/cli/report/previewRows";
import type { Properties } from "../../../provider/resources/messages/values";
import { named, reading, secret, step } from "./steps";

const user = (name: string, roles = ["GROUP_READ_ONLY"]) => ({
  username: `${name}@example.com`,
  projectId: "shop",
  roles,
});
const member = (who: Properties) => ({ orgId: "acme", teamId: "support", ...who });

type Rest = Parameters<typeof named>[2];

/** Steps about users of a project, with the id that each has. */
const creates = (name: string, who: Properties, rest: Rest = {}) =>
  named(step("create", "ProjectUser", undefined, who), name, { id: "", ...rest });
const deletes = (name: string, who: Properties, rest: Rest = {}) =>
  named(step("delete", "ProjectUser", who, undefined), name, { id: `shop/${who["username"]}`, ...rest });
const keeps = (name: string, who: Properties, rest: Rest = {}) =>
  named(step("same", "ProjectUser", who, who), name, { id: `shop/${who["username"]}`, ...rest });

/** The three steps of a replacement, in the order in which it is done. */
function replaces(
  name: string,
  before: Properties,
  after: Properties,
  order: "create first" | "delete first",
): Step[] {
  const of = (op: string, was: Properties | undefined, will: Properties | undefined) =>
    named(step(op, "ProjectUser", was, will), name, { id: `shop/${before["username"]}` });
  const creation = [of("create-replacement", before, after), of("replace", before, after)];
  const deletion = of("delete-replaced", before, undefined);
  return order === "create first" ? [...creation, deletion] : [deletion, ...creation.reverse()];
}

const said = (steps: Step[], isPartial = false) =>
  previewRows(steps, { isPartial }).map(({ op, message }) => `${op}: ${message}`);

describe("a preview shows as one row who stays while the resource moves", () => {
  for (const [what, steps, rows] of [
    [
      "to another name",
      [creates("new", user("ada")), deletes("old", user("ada"))],
      ["move: ada@example.com stays in project shop: resource old becomes new."],
    ],
    [
      "to another name, in another spelling",
      [creates("new", { ...user("ada"), username: "Ada@Example.com" }), deletes("old", user("ada"))],
      ["move: ada@example.com stays in project shop: resource old becomes new."],
    ],
    [
      "below another parent",
      [creates("ada", user("ada"), { parents: "acme:Team$" }), deletes("ada", user("ada"))],
      ["move: ada@example.com stays in project shop: resource ada gets another parent."],
    ],
    [
      "and gets other roles",
      [creates("new", user("ada", ["GROUP_OWNER"])), deletes("old", user("ada"))],
      [
        "update: ada@example.com will be given GROUP_OWNER and will lose GROUP_READ_ONLY in project shop. Resource old becomes new.",
      ],
    ],
    [
      "to what declares the same already",
      [keeps("other", user("ada")), deletes("old", user("ada"))],
      [
        "move: ada@example.com stays in project shop: resource old goes away, and resource other declares the same.",
      ],
    ],
    [
      "to another place in a list",
      [
        ...replaces("user-0", user("ada"), user("bob"), "create first"),
        ...replaces("user-1", user("bob"), user("carol"), "create first"),
        deletes("user-2", user("carol")),
      ],
      [
        "delete: ada@example.com will be removed from project shop.",
        "move: bob@example.com stays in project shop: resource user-1 becomes user-0.",
        "move: carol@example.com stays in project shop: resource user-2 becomes user-1.",
      ],
    ],
    [
      "and another one comes in its place",
      [...replaces("user-0", user("ada"), user("zoe"), "create first"), creates("user-1", user("ada"))],
      [
        "move: ada@example.com stays in project shop: resource user-0 becomes user-1.",
        "create: zoe@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
      ],
    ],
    [
      "when the resource is replaced by itself",
      replaces("ada", user("ada"), user("ada"), "create first"),
      ["move: ada@example.com stays in project shop: resource ada is made anew."],
    ],
    [
      "into a resource for a whole project",
      [
        named(
          step("same", "ProjectUsers", {}, { projectId: "shop", users: { "Ada@example.com": ["A"] } }),
          "all",
          { id: "shop" },
        ),
        deletes("ada", user("ada")),
      ],
      [
        "move: ada@example.com stays in project shop: resource ada goes away, and ProjectUsers all declares the same.",
      ],
    ],
    [
      "into a new resource for a whole project, which has a row for each other user",
      [
        named(
          step("create", "ProjectUsers", undefined, {
            projectId: "shop",
            users: { "ada@example.com": ["GROUP_READ_ONLY"], "bob@example.com": ["GROUP_OWNER"] },
          }),
          "all",
          { id: "" },
        ),
        deletes("ada", user("ada")),
      ],
      [
        "create: bob@example.com will be invited to project shop with GROUP_OWNER, or brought to these roles if there already.",
        "move: ada@example.com stays in project shop: resource ada becomes a part of ProjectUsers all.",
      ],
    ],
    [
      "out of a resource for a whole project, which removes the others",
      [
        named(step("create", "ProjectUser", undefined, user("ada")), "ada", { id: "" }),
        named(
          step(
            "delete",
            "ProjectUsers",
            {
              projectId: "shop",
              users: { "ada@example.com": ["GROUP_READ_ONLY"], "bob@example.com": ["A"] },
            },
            undefined,
          ),
          "all",
          { id: "shop" },
        ),
      ],
      [
        "move: ada@example.com stays in project shop: ProjectUser ada declares it in the place of ProjectUsers all.",
        "delete: bob@example.com will be removed from project shop.",
      ],
    ],
    [
      "by an address in the place of an id in a team",
      [
        named(step("create", "TeamUser", undefined, member({ username: "ada@example.com" })), "new", {
          id: "",
        }),
        named(
          step("delete", "TeamUser", member({ userId: "u1" }), undefined, {
            before: { username: "ada@example.com" },
            after: undefined,
          }),
          "old",
          { id: "acme/support/u1" },
        ),
      ],
      ["move: ada@example.com stays in team support: resource old becomes new."],
    ],
    [
      "to another provider",
      [creates("new", user("ada"), { provider: "other" }), deletes("old", user("ada"))],
      ["move: ada@example.com stays in project shop: resource old becomes new."],
    ],
    [
      "though Atlas would have kept the user anyway",
      [creates("new", user("ada"), { provider: "other" }), deletes("old", user("ada"), { retained: true })],
      ["move: ada@example.com stays in project shop: resource old becomes new."],
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(said([...steps]), rows);
    });
  }
});

describe("a preview shows as a loss who does not stay", () => {
  const invited =
    "create: ada@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.";
  for (const [what, steps, isPartial, rows] of [
    [
      "because the update is for some resources only",
      [creates("new", user("ada")), deletes("old", user("ada"))],
      true,
      [
        invited,
        "delete: ada@example.com will be removed from project shop, although resource new declares the same: an update of some resources only does not know what the others declare.",
      ],
    ],
    [
      "because the deletion comes first",
      [...replaces("user-0", user("ada"), user("zoe"), "delete first"), creates("user-1", user("ada"))],
      false,
      [
        "delete: ada@example.com will be removed from project shop, although resource user-1 declares the same: it is deleted before anything else is declared.",
        "create: zoe@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.",
        invited,
      ],
    ],
    [
      "because it is only read from then on",
      [reading(keeps("reader", user("ada")), "after"), deletes("old", user("ada"))],
      false,
      ["delete: ada@example.com will be removed from project shop."],
    ],
    [
      "because it is another project",
      [creates("new", { ...user("ada"), projectId: "warehouse" }), deletes("old", user("ada"))],
      false,
      [invited.replace("shop", "warehouse"), "delete: ada@example.com will be removed from project shop."],
    ],
    [
      "as far as can be seen, because the new one is secret",
      [creates("new", { ...user("ada"), username: secret }), deletes("old", user("ada"))],
      false,
      [
        invited.replace("ada@example.com", "[secret]"),
        "delete: ada@example.com will be removed from project shop.",
      ],
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(said([...steps], isPartial), rows);
    });
  }
});

describe("a replacement is told in the order in which it is done", () => {
  const removed = "ada@example.com will be removed from project shop.";
  const invited =
    "zoe@example.com will be invited to project shop with GROUP_READ_ONLY, or brought to these roles if there already.";
  for (const [order, message] of [
    ["create first", `First: ${invited} Then: ${removed}`],
    ["delete first", `First: ${removed} Then: ${invited}`],
  ] as const) {
    test(order, () => {
      assert.deepEqual(said(replaces("user", user("ada"), user("zoe"), order)), [`replace: ${message}`]);
    });
  }
});

test("a preview counts resources, and not how they are spoken of", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const added = ["ada", "bob"].map((name) =>
    named(step("create", "TeamUser", undefined, member({ userId: unknown })), name, { id: "" }),
  );
  const changed = named(step("update", "aws:s3/bucket:Bucket", { a: 1, b: 1 }, { a: 2, b: 2 }), "bucket");
  assert.deepEqual(countChanges(previewRows([...added, changed])), [
    ["create", 2],
    ["update", 1],
  ]);
});

test("a preview leaves out what this package keeps for itself", () => {
  const changed = step("update", "ProjectUser", user("ada"), { ...user("ada"), __declaredAs: "x" });
  assert.deepEqual(previewRows([changed]), []);
});
