import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { rated, reaches, severities, severityOf } from "../../../provider/cli/report/severity";
import { changed, deleted, page, resource, row, teamRow, unmanaged } from "./rows";

const secret = "[secret]";

/** Each rule by the line of the table in the documentation that has it. */
const rules: readonly [severity: string, rule: string, rows: Record<string, DriftRow>][] = [
  [
    "critical",
    "a Project Owner that nobody declares",
    {
      "an unmanaged owner": unmanaged("eve", "GROUP_READ_ONLY", "GROUP_OWNER"),
      "a reader who was made owner": changed("eve", ["GROUP_READ_ONLY"], ["GROUP_OWNER"]),
    },
  ],
  [
    "critical",
    "roles that are secret, or a difference that the engine does not name",
    {
      "secret roles": row("eve", { kind: "changed", declared: secret, actual: secret }),
      "a secret role among others": changed("eve", [secret, "GROUP_OWNER"], [secret, "GROUP_OWNER"]),
      "a difference without a name": row("eve", { kind: "changed", property: null }),
    },
  ],
  [
    "high",
    "another role that writes and that nobody declares",
    {
      "an unmanaged manager": unmanaged("eve", "GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"),
      "a reader who may write data": changed("eve", ["GROUP_READ_ONLY"], ["GROUP_DATA_ACCESS_READ_WRITE"]),
      "a role with owner in its name": unmanaged("eve", "GROUP_STREAM_PROCESSING_OWNER"),
      "a role that is not known here": unmanaged("eve", "GROUP_WHAT_ATLAS_ADDS_NEXT"),
    },
  ],
  [
    "high",
    "a member of a team that nobody declares",
    { "an unmanaged member of a team": teamRow("eve", "unmanaged") },
  ],
  [
    "high",
    "a resource of another package",
    {
      "a database user": resource("mongodbatlas:index/databaseUser:DatabaseUser"),
      "a deleted one": resource("mongodbatlas:index/databaseUser:DatabaseUser", "deleted"),
    },
  ],
  [
    "medium",
    "a person who is missing",
    {
      "a missing owner": deleted("ada", "GROUP_OWNER"),
      "a missing reader": deleted("ada", "GROUP_READ_ONLY"),
      "a missing member of a team": teamRow("ada", "deleted"),
    },
  ],
  [
    "medium",
    "roles that are missing",
    {
      "an owner who was made a reader": changed(
        "ada",
        ["GROUP_OWNER", "GROUP_READ_ONLY"],
        ["GROUP_READ_ONLY"],
      ),
    },
  ],
  [
    "medium",
    "another resource of this package",
    {
      "a maintenance": resource("MaintenanceDeferral"),
      "a cutover": resource("MigrationCutover"),
      "a link": resource("LinkToken", "deleted"),
    },
  ],
  [
    "low",
    "a role that only reads and that nobody declares",
    {
      "an unmanaged reader": unmanaged("eve", "GROUP_READ_ONLY", "GROUP_DATA_ACCESS_READ_ONLY"),
      "an owner who is a viewer instead": changed("eve", ["GROUP_OWNER"], ["GROUP_OBSERVABILITY_VIEWER"]),
    },
  ],
  [
    "low",
    "another property of a person",
    { "another name": row("eve", { kind: "changed", property: "username", declared: "a", actual: "b" }) },
  ],
];

describe("the severity of a row", () => {
  for (const [severity, rule, rows] of rules) {
    for (const [what, found] of Object.entries(rows)) {
      test(`is ${severity} for ${what}`, () => {
        assert.equal(severityOf(found), severity, rule);
      });
    }
  }

  test("has a table in the documentation with these rules, in this order", () => {
    const documented = [...page("drift.md").matchAll(/^\| `(critical|high|medium|low)` \| (.*?) \|/gm)];
    assert.deepEqual(
      documented.map(([, severity, rule]) => [severity, rule]),
      rules.map(([severity, rule]) => [severity, rule]),
    );
  });

  test("orders rows, and their subject those that matter alike", () => {
    const rows = [
      unmanaged("a-reader", "GROUP_READ_ONLY"),
      deleted("z-missing", "GROUP_READ_ONLY"),
      deleted("b-missing", "GROUP_OWNER"),
      unmanaged("c-writer", "GROUP_CLUSTER_MANAGER"),
      unmanaged("d-owner", "GROUP_OWNER"),
    ];
    assert.deepEqual(
      rated(rows).map(({ severity, id }) => `${severity} ${id.split("/")[1]}`),
      ["critical d-owner", "high c-writer", "medium b-missing", "medium z-missing", "low a-reader"],
    );
  });

  test("reaches each level that is not worse", () => {
    assert.deepEqual(
      severities.map((severity) => severities.filter((level) => reaches(severity, level))),
      [["critical", "high", "medium", "low"], ["high", "medium", "low"], ["medium", "low"], ["low"]],
    );
  });
});
