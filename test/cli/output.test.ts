import assert from "node:assert/strict";
import { test } from "node:test";
import { withNoticesOnce } from "../../provider/cli/output";

test("an operation that Atlas retires is told of once, and all else as often as it is said", () => {
  const warned: string[] = [];
  const progress = { show: () => {}, note: () => {}, end: () => {} };
  const output = withNoticesOnce({
    print: () => {},
    printExactly: () => {},
    progress,
    warn: (line) => warned.push(line),
  });
  const notice = (operation: string, what: string) =>
    `Atlas has deprecated the operation ${operation}, which is used to ${what}: Atlas will remove it on 2027-07-01.`;
  const lines = [notice("listThings", "look"), "Something else.", notice("listOthers", "look")];
  for (const line of [
    ...lines,
    notice("listThings", "list the things of another project"),
    "Something else.",
  ]) {
    output.warn(line);
  }
  assert.deepEqual(warned, [...lines, "Something else."]);
});
