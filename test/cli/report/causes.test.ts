import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../provider/cli/engine/stack";
import { withCauses, withoutLook } from "../../../provider/cli/report/causes";
import { noLabels } from "../../../provider/cli/report/labels";
import { previewRows } from "../../../provider/cli/report/previewRows";
import { named, step } from "./steps";

const context = { labels: noLabels, now: new Date(0), cause: "outside the stack", ignored: new Map() };
const user = (...roles: string[]) => ({ projectId: "shop", username: "ada@example.com", roles });
const whole = (users: Record<string, string[]>) => ({ projectId: "shop", users });

/** What is said of a plan that follows from a look at Atlas. */
function judged(planned: Step, found: Step) {
  const [steps, refreshed] = [[planned], new Map([[found.urn, found]])];
  const rows = previewRows(steps, context);
  const brief = (judge: typeof withCauses): string[] =>
    judge(rows, steps, refreshed, context).map(({ op, subject, cause, takesBack }) =>
      [op, subject.split("@")[0], cause, takesBack === null ? "" : "takes back"].join(" ").trim(),
    );
  return { looking: brief(withCauses), plain: brief(withoutLook) };
}

describe("a row of a preview that has looked at Atlas", () => {
  for (const [what, planned, found, looking, plain] of [
    [
      "takes back what was changed by hand",
      step("update", "ProjectUser", user("OWNER"), user("READ")),
      step("refresh", "ProjectUser", user("READ"), user("OWNER")),
      ["update ada outside takes back"],
      ["keep ada outside"],
    ],
    [
      "is what the program asks for, though something else was changed by hand",
      step("update", "ProjectUser", user("OWNER"), user("WRITE")),
      step("refresh", "ProjectUser", user("READ"), user("OWNER")),
      ["update ada program"],
      ["update ada program"],
    ],
    [
      "is what the program asks for where Atlas is as it was",
      step("update", "ProjectUser", user("READ"), user("WRITE")),
      step("refresh", "ProjectUser", user("READ"), user("READ")),
      ["update ada program"],
      ["update ada program"],
    ],
    [
      "brings back who was removed by hand",
      named(step("create", "ProjectUser", undefined, user("READ")), "name", { id: "" }),
      step("refresh", "ProjectUser", user("READ"), undefined),
      ["create ada outside takes back"],
      ["keep ada outside"],
    ],
    [
      "removes members that nobody declares, and adds who is new",
      step(
        "update",
        "ProjectUsers",
        whole({ "bob@example.com": ["A"], "eve@example.com": ["A"] }),
        whole({ "bob@example.com": ["A"], "new@example.com": ["A"] }),
      ),
      step(
        "refresh",
        "ProjectUsers",
        whole({ "bob@example.com": ["A"] }),
        whole({ "bob@example.com": ["A"], "eve@example.com": ["A"] }),
      ),
      ["delete eve outside takes back", "create new program"],
      ["create new program", "keep eve outside"],
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(judged(planned, found), { looking, plain });
    });
  }

  test("of what was changed by hand as the program wants it is none", () => {
    const { looking, plain } = judged(
      step("same", "ProjectUser", user("WRITE"), user("WRITE")),
      step("refresh", "ProjectUser", user("READ"), user("WRITE")),
    );
    assert.deepEqual([looking, plain], [[], []]);
  });
});
