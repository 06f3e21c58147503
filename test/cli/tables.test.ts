import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownTable } from "../../provider/cli/tables";

test("keeps text from being a column, markup, a link, a mention or an issue", () => {
  for (const [text, cell] of [
    ["x | y", "x \\| y"],
    ["[z](https://example.com) www", "\\[z\\](https:<!-- -->//example.com) www"],
    ["(@team\r\nof <b>, ada@example.com", "(@<!-- -->team of \\<b\\>, ada@example.com"],
    ["&#64;x\u2028/close #12", "&amp;#<!-- -->64;x /close #<!-- -->12"],
  ] as const) {
    assert.equal(markdownTable(["a"], [[text]]), `| a |\n| --- |\n| ${cell} |`);
  }
});
