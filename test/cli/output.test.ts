import assert from "node:assert/strict";
import { test } from "node:test";
import { harmless } from "../../provider/cli/output";

test("shows control characters, which then do nothing to a terminal", () => {
  assert.equal(
    harmless("a\u001b]0;title\u0007\u009b2J\r\n\tb"),
    "a\\u001b]0;title\\u0007\\u009b2J\\u000d\n\tb",
  );
});
