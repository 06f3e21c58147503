import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as fc from "fast-check";
import { parse } from "yaml";
import { takeOverInto } from "../../../provider/cli/commands/takeOver";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { changed, deleted, rate, resource, row, shop, team, teamRow, unmanaged } from "../report/rows";

const head = `# yaml-language-server: $schema=./access.schema.json
projects: # a label: an id
  shop: ${shop}
teams:
  support:
    orgId: "${"0".repeat(24)}"
    teamId: ${team}

people:
`;
const people = `  # She keeps the shop.
  Ada@example.com:
    projects:
      shop: [GROUP_READ_ONLY, GROUP_CLUSTER_MANAGER] # as agreed
    teams: [support]

  # He reads.
  cleo@example.com:
    projects:
      shop:
        - GROUP_READ_ONLY
`;

describe("taking over what Atlas has", () => {
  let folder: string;
  let file: string;
  let said: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "take-over-"));
    file = path.join(folder, "access.yaml");
    said = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const output = {
    print: () => {},
    printExactly: () => {},
    warn: (line: string) => void said.push(line),
    progress: undefined as never,
  };
  /** What the file says afterwards, and what is said. */
  function takeOver(text: string, rows: DriftRow[]): { text: string; notes: string[] } {
    writeFileSync(file, text);
    const notes = takeOverInto(file, { rows: rows.map(rate) }, output).map((note) =>
      note.replaceAll(file, "access.yaml"),
    );
    assert.deepEqual(readdirSync(folder), ["access.yaml"]);
    return { text: readFileSync(file, "utf8"), notes };
  }
  /** That the file is as it was, and why. */
  function refuses(text: string, rows: DriftRow[], ...reasons: string[]): void {
    said = [];
    const { text: after, notes } = takeOver(text, rows);
    assert.deepEqual(
      [after, said, notes],
      [
        text,
        [],
        [
          "access.yaml has not been written, because it does not fit what was deployed. Correct this, deploy the file as it is, and try again:",
          ...reasons,
        ],
      ],
    );
  }

  const adaOwner = changed(
    "ada@example.com",
    ["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"],
    ["GROUP_OWNER", "GROUP_READ_ONLY"],
  );

  test("changes roles where they stand, in whatever case, and leaves comments and all else", () => {
    const { text, notes } = takeOver(head + people, [
      adaOwner,
      changed("cleo@example.com", ["GROUP_READ_ONLY"], ["GROUP_DATA_ACCESS_READ_ONLY", "GROUP_READ_ONLY"]),
    ]);
    assert.equal(
      text,
      head +
        people
          .replace("[GROUP_READ_ONLY, GROUP_CLUSTER_MANAGER]", "[GROUP_READ_ONLY, GROUP_OWNER]")
          .replace("- GROUP_READ_ONLY\n", "- GROUP_READ_ONLY\n        - GROUP_DATA_ACCESS_READ_ONLY\n"),
    );
    assert.deepEqual([notes, said], [[], [`${file} has been written: 2 changes.`]]);
  });

  test("takes out who is deleted, from one place or from the file", () => {
    const { text } = takeOver(head + people, [
      deleted("ada@example.com", "GROUP_READ_ONLY", "GROUP_CLUSTER_MANAGER"),
      deleted("cleo@example.com", "GROUP_READ_ONLY"),
    ]);
    assert.equal(text, `${head}  # She keeps the shop.\n  Ada@example.com:\n    teams: [support]\n`);
    const { text: later } = takeOver(text, [teamRow("ada@example.com", "deleted")]);
    assert.ok(later.endsWith("\npeople:\n  # She keeps the shop.\n  {}\n"));
    assert.deepEqual(parse(later).people, {});
  });

  test("adds who is unmanaged, in order where the file is in order", () => {
    const { text } = takeOver(head + people, [
      unmanaged("bob@example.com", "GROUP_OWNER"),
      teamRow("cleo@example.com", "unmanaged"),
      teamRow("dan@example.com", "unmanaged"),
      unmanaged("dan@example.com", "GROUP_READ_ONLY"),
    ]);
    assert.equal(
      text,
      head +
        people.replace(
          "\n  # He reads.\n",
          "  bob@example.com:\n    projects:\n      shop: [GROUP_OWNER]\n\n  # He reads.\n",
        ) +
        `    teams: [support]
  dan@example.com:
    teams: [support]
    projects:
      shop: [GROUP_READ_ONLY]
`,
    );
  });

  test("adds after the others where the file has an order of its own", () => {
    const other = "  zoe@example.com: { teams: [support] }\n  ada@example.com: { teams: [support] }\n";
    const { text } = takeOver(head + other, [unmanaged("bob@example.com", "GROUP_OWNER")]);
    assert.equal(text, `${head}${other}  bob@example.com:\n    projects:\n      shop: [GROUP_OWNER]\n`);
  });

  test("knows a project that is the whole truth, with its patterns", () => {
    const whole = head.replace(
      `shop: ${shop}`,
      `shop: { projectId: ${shop.toUpperCase()}, exclusive: true, ignore: ["*@partner.example.com"] }`,
    );
    const { text } = takeOver(whole + people, [
      row("bob@example.com", {
        kind: "unmanaged",
        actual: ["GROUP_OWNER"],
        type: "pulumi-nodejs:dynamic/mongodbatlas:ProjectUsers",
        urn: "urn",
      }),
    ]);
    assert.equal(
      text,
      whole +
        people.replace(
          "\n  # He reads.\n",
          "  bob@example.com:\n    projects:\n      shop: [GROUP_OWNER]\n\n  # He reads.\n",
        ),
    );
    refuses(
      whole + people,
      [
        deleted("ada@example.com", "GROUP_READ_ONLY", "GROUP_CLUSTER_MANAGER"),
        deleted("cleo@example.com", "GROUP_READ_ONLY"),
      ],
      "access.yaml:3: shop would have nobody, and is exclusive: take 'exclusive' out, or give somebody access.",
    );
  });

  for (const [what, style] of [
    ["four spaces", (text: string) => text.replace(/^ +/gm, "$&$&")],
    ["spaces in brackets", (text: string) => text.replaceAll("[", "[ ").replaceAll("]", " ]")],
    ["lists that are not further in", (text: string) => text.replace("        - ", "      - ")],
    ["carriage returns", (text: string) => text.replaceAll("\n", "\r\n")],
    ["a byte order mark", (text: string) => `\ufeff${text}`],
  ] as const) {
    test(`keeps ${what}`, () => {
      const text = style(head + people);
      assert.equal(takeOver(text, [adaOwner]).text, text.replace("GROUP_CLUSTER_MANAGER", "GROUP_OWNER"));
    });
  }

  test("says what Atlas has and keeps each line about others, whatever is changed and wherever comments stand", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const person = fc.record({
      above: fc.constantFrom("", "\n", "  # about", "\n  # a section\n\n  # about", "    # further in"),
      form: fc.constantFrom("block", "flow", "list"),
      below: fc.constantFrom("", "    # at the end", "\n"),
      fate: fc.constantFrom("stays", "changed", "deleted", "unmanaged"),
    });
    fc.assert(
      fc.property(fc.tuple(...names.map(() => person)), (all) => {
        const entries = all.map((each, index) => ({ ...each, name: `${names[index]}@example.com` }));
        const there = entries.filter(({ fate }) => fate !== "unmanaged");
        fc.pre(entries.some(({ fate }) => fate === "stays"));
        const texts = there.map(({ name, above, form, below }) => {
          const roles = {
            block: `\n    projects:\n      shop: [GROUP_READ_ONLY] # ${name}`,
            flow: ` { projects: { shop: [GROUP_READ_ONLY] } }`,
            list: `\n    # inside\n    projects:\n      shop:\n        - GROUP_READ_ONLY # ${name}`,
          }[form];
          return [above, `  ${name}:${roles}`, below].filter((part) => part !== "").join("\n");
        });
        const rows = entries.flatMap(({ name, fate }) =>
          fate === "changed"
            ? [changed(name, ["GROUP_READ_ONLY"], ["GROUP_OWNER"])]
            : fate === "deleted"
              ? [deleted(name, "GROUP_READ_ONLY")]
              : fate === "unmanaged"
                ? [unmanaged(name, "GROUP_OWNER")]
                : [],
        );
        const before = `${head}${texts.join("\n")}\n`;
        const { text, notes } = takeOver(before, rows);
        assert.deepEqual(notes, []);
        assert.deepEqual(
          parse(text).people,
          Object.fromEntries(
            entries
              .filter(({ fate }) => fate !== "deleted")
              .map(({ name, fate }) => [
                name,
                { projects: { shop: [fate === "stays" ? "GROUP_READ_ONLY" : "GROUP_OWNER"] } },
              ]),
          ),
        );
        const lines = new Set(text.split("\n"));
        const lost = before.split("\n").filter((line) => !lines.has(line));
        for (const { name, form } of entries.filter(({ fate }) => fate === "stays")) {
          assert.ok(!lost.some((line) => line.includes(name)), `${name}, ${form}: ${text}`);
        }
        assert.ok(text.startsWith(head));
      }),
      { numRuns: 300 },
    );
  });

  test("writes nothing where the file has changed since, and says where", () => {
    refuses(
      head + people,
      [
        changed("ada@example.com", ["GROUP_READ_ONLY"], ["GROUP_OWNER"]),
        changed("cleo@example.com", ["GROUP_READ_ONLY"], ["GROUP_OWNER"]),
        deleted("bob@example.com", "GROUP_READ_ONLY"),
        teamRow("ada@example.com", "unmanaged"),
      ],
      "access.yaml:11: ada@example.com has GROUP_READ_ONLY, GROUP_CLUSTER_MANAGER in shop here, and GROUP_READ_ONLY in the last deployment.",
      "access.yaml:1: bob@example.com has nothing in shop here, and GROUP_READ_ONLY in the last deployment.",
      "access.yaml:11: ada@example.com has a place in support here, and nothing in the last deployment.",
    );
  });

  test("writes nothing where one person is there twice, or Atlas has two of one name", () => {
    refuses(
      `${head}${people}  ADA@example.com: { teams: [support] }\n`,
      [adaOwner],
      "access.yaml:21: ADA@example.com is there twice: keep one entry for each person.",
    );
    const twice = [
      unmanaged("bob@example.com", "GROUP_OWNER"),
      unmanaged("BOB@example.com", "GROUP_READ_ONLY"),
    ];
    const { notes } = takeOver(head + people, twice);
    assert.ok(
      notes.includes(
        `access.yaml: Atlas has two people with the name bob@example.com in the project ${shop}: remove one of them there.`,
      ),
    );
  });

  test("writes nothing where a project is not there, or is removed", () => {
    refuses(
      head.replace(shop, "c".repeat(24)) + people,
      [adaOwner],
      `access.yaml:1: the project ${shop} is not under 'projects': write it there.`,
    );
    refuses(
      head.replace(shop, `{ projectId: ${shop}, removed: true }`) + people,
      [adaOwner],
      "access.yaml:3: shop is removed here, and ada@example.com is in it: take 'removed' out.",
    );
  });

  test("writes nothing into what it cannot read for certain", () => {
    refuses(
      "people:\n  - 'x\n",
      [adaOwner],
      "access.yaml:3: this is not YAML (Missing closing 'quote): look at this line and the one above.",
    );
    refuses(
      `${head}  ada@example.com: &ada { teams: [support] }\n  bob@example.com: *ada\n`,
      [adaOwner],
      "access.yaml:11: *ada is something in another line: write that out here.",
    );
    rmSync(file);
    assert.deepEqual(takeOverInto("nowhere.yaml", { rows: [rate(adaOwner)] }, output), [
      "nowhere.yaml cannot be read, so nothing has been taken over: there is no such file or folder (ENOENT).",
    ]);
  });

  test("leaves what is no person's, what is only read, and secrets, and says so", () => {
    const { text, notes } = takeOver(head + people, [
      resource("MaintenanceDeferral"),
      { ...deleted("bob@example.com", "GROUP_READ_ONLY"), external: true },
      changed("ada@example.com", ["[secret]"], ["GROUP_OWNER"]),
      row("[secret]", { kind: "unmanaged", actual: ["GROUP_OWNER"] }),
    ]);
    assert.equal(text, head + people);
    assert.deepEqual(said, []);
    assert.deepEqual(
      notes.map((note) => note.replace("access.yaml does not say anything about ", "")),
      [
        "MaintenanceDeferral",
        "bob@example.com in project shop",
        "ada@example.com in project shop",
        "[secret] in project shop",
      ].map((subject) => `${subject}, which stays as it is.`),
    );
  });
});
