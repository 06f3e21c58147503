import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { readAccepted } from "../../provider/cli/acceptedFile";

const folder = mkdtempSync(path.join(tmpdir(), "accepted-"));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "accepted.yaml");

const schema = new Ajv().compile(require("../../provider/cli/accepted.schema.json"));

function read(text: string) {
  writeFileSync(file, text);
  const { entries, mistakes } = readAccepted(file);
  const [first, ...others] = mistakes;
  assert.equal(first, others.length === 0 ? undefined : `${file} accepts nothing until this is put right:`);
  return { entries, mistakes: others.map((mistake) => mistake.replace(`${file}:`, "")) };
}

const good = `# a comment
accepted:
  - subject: eve@example.com in project shop
    actual: [GROUP_OWNER]
    reason: the yearly audit
    acceptedBy: olivia@example.com
    until: 2026-12-31

  - subject: bob@example.com in project shop
    kind: deleted
    property: roles
    reason: a holiday
    acceptedBy: olivia@example.com
    until: "2026-12-31"
`;

describe("the file of accepted differences", () => {
  test("has entries that know their lines", () => {
    const common = { acceptedBy: "olivia@example.com", until: "2026-12-31" };
    assert.deepEqual(read(good), {
      entries: [
        {
          subject: "eve@example.com in project shop",
          actual: ["GROUP_OWNER"],
          reason: "the yearly audit",
          ...common,
          at: `${file}:3`,
        },
        {
          subject: "bob@example.com in project shop",
          kind: "deleted",
          property: "roles",
          reason: "a holiday",
          ...common,
          at: `${file}:9`,
        },
      ],
      mistakes: [],
    });
    assert.ok(schema(parse(good)));
    assert.deepEqual(read("accepted: []"), { entries: [], mistakes: [] });
  });

  test("has all of its mistakes told at once with their lines, and accepts nothing then", () => {
    const text = `${good}  - subject: " "
    kind: stranger
    reason: 5
    until: 2026-02-30
    who: olivia@example.com
  - mallory@example.com
  - subject: x
    reason: y
    acceptedBy: z
    until: tomorrow
rest: []
`;
    assert.deepEqual(read(text), {
      entries: [],
      mistakes: [
        "15: subject must be that of a row of the report, or its id.",
        "15: the entry has no 'acceptedBy': write subject, reason, acceptedBy and until, and kind, property or actual where they are needed.",
        "16: kind must be changed, deleted or unmanaged.",
        "17: reason must say why the difference is accepted.",
        "18: until must be the last day on which it holds, such as 2026-12-31.",
        "19: 'who' is not known here: write subject, reason, acceptedBy and until, and kind, property or actual where they are needed.",
        "20: the entry must be a mapping: write subject, reason, acceptedBy and until, and kind, property or actual where they are needed.",
        "24: until must be the last day on which it holds, such as 2026-12-31.",
        "25: 'rest' is not known here: write 'accepted:' and a list of entries below it.",
      ],
    });
    assert.equal(schema(parse(text)), false);
  });

  for (const [what, text, mistake] of [
    ["nothing", "", "1: the file must be a mapping: write 'accepted:' and a list of entries below it."],
    ["no list", "accepted: {}", "1: accepted must be a list of entries."],
    [
      "another key",
      "accept: []",
      "1: the file has no 'accepted': write 'accepted:' and a list of entries below it.",
    ],
    [
      "what is not YAML",
      "accepted:\n  - subject: 'x\n",
      "3: this is not YAML (Missing closing 'quote): look at this line and the one above.",
    ],
  ] as const) {
    test(`says what is wrong with ${what}`, () => {
      const { entries, mistakes } = read(text);
      assert.deepEqual([entries, mistakes[0]], [[], mistake]);
    });
  }

  test("says that it is not there", () => {
    assert.deepEqual(readAccepted("nowhere.yaml"), {
      entries: [],
      mistakes: [
        "nowhere.yaml cannot be read, so nothing is accepted: there is no such file or folder (ENOENT).",
      ],
    });
  });
});
