import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Acceptance, notesOnUnused, sortOutAccepted } from "../../../provider/cli/report/accepted";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { changed, deleted, rate, shop, unmanaged } from "./rows";

const entry = (of: Partial<Acceptance> = {}): Acceptance => ({
  subject: "eve in project shop",
  reason: "an audit",
  acceptedBy: "olivia",
  until: "2026-12-31",
  at: "accepted.yaml:2",
  ...of,
});
const sortOut = (found: DriftRow, entries: Acceptance[], now = "2026-11-25T12:00:00Z") =>
  sortOutAccepted([rate(found)], entries, new Date(now));
const reader = unmanaged("eve", "GROUP_READ_ONLY", "GROUP_OBSERVABILITY_VIEWER");
const owner = unmanaged("eve", "GROUP_OWNER");

describe("a difference is accepted", () => {
  for (const [how, found, of] of [
    ["by its subject", reader, {}],
    ["by its subject in other case", reader, { subject: "EVE in Project shop" }],
    ["by its id", reader, { subject: `${shop}/eve` }],
    ["by its kind and its property", reader, { kind: "unmanaged", property: "roles" }],
    ["by its value, in any order", reader, { actual: ["GROUP_OBSERVABILITY_VIEWER", "GROUP_READ_ONLY"] }],
    ["where it is critical by its value", owner, { actual: ["GROUP_OWNER"] }],
    ["where somebody is missing by null", deleted("eve", "GROUP_OWNER"), { actual: null }],
  ] as const) {
    test(how, () => {
      const { rows, accepted, notes, used } = sortOut(found, [entry(of as Partial<Acceptance>)]);
      assert.deepEqual([rows, notes, used.length], [[], [], 1]);
      assert.deepEqual(accepted, [
        { ...rate(found), acceptance: { reason: "an audit", acceptedBy: "olivia", until: "2026-12-31" } },
      ]);
    });
  }

  test("to the end of the last day, in UTC", () => {
    assert.equal(sortOut(reader, [entry()], "2026-12-31T23:59:59Z").rows.length, 0);
    const { rows, notes } = sortOut(reader, [entry()], "2027-01-01T00:00:00Z");
    assert.equal(rows.length, 1);
    assert.deepEqual(notes, [
      "accepted.yaml:2: eve in project shop is not accepted, because that ended with 2026-12-31: accept it again, or take the entry out.",
    ]);
  });

  test("by an entry that holds, whatever another one says", () => {
    const { rows, notes, used } = sortOut(reader, [entry({ until: "2026-01-01" }), entry()]);
    assert.deepEqual([rows, notes, used.length], [[], [], 2]);
  });
});

describe("a difference counts nevertheless", () => {
  for (const [what, found, of, reason] of [
    [
      "an owner without the value",
      owner,
      {},
      'what is critical needs the value in its entry: add `actual: ["GROUP_OWNER"]` if that is meant',
    ],
    [
      "a reader who was made owner",
      owner,
      { actual: ["GROUP_READ_ONLY"] },
      "the entry is for GROUP_READ_ONLY, and Atlas has GROUP_OWNER",
    ],
    [
      "a reader who is missing",
      deleted("eve", "GROUP_READ_ONLY"),
      { actual: ["GROUP_READ_ONLY"] },
      "the entry is for GROUP_READ_ONLY, and Atlas has nothing",
    ],
  ] as const) {
    test(`and says why, for ${what}`, () => {
      const { rows, accepted, notes } = sortOut(found, [entry(of as Partial<Acceptance>)]);
      assert.deepEqual([rows.length, accepted.length], [1, 0]);
      assert.deepEqual(notes, [`accepted.yaml:2: eve in project shop is not accepted, because ${reason}.`]);
    });
  }

  test("for an entry about something else, which is told of once for all stacks", () => {
    const entries = [
      entry({ subject: "bob in project shop", at: "accepted.yaml:2" }),
      entry({ kind: "deleted", at: "accepted.yaml:7" }),
      entry({ property: "username", at: "accepted.yaml:12" }),
    ];
    const { rows, notes, used } = sortOut(changed("eve", [], ["GROUP_READ_ONLY"]), entries);
    assert.deepEqual([rows.length, notes, used], [1, [], []]);
    assert.deepEqual(notesOnUnused(entries, used, true), [
      "accepted.yaml:2: no difference is about bob in project shop. Correct the entry, or take it out.",
      "accepted.yaml:7: no difference is about eve in project shop. Correct the entry, or take it out.",
      "accepted.yaml:12: no difference is about eve in project shop. Correct the entry, or take it out.",
    ]);
    assert.deepEqual(notesOnUnused(entries, entries, true), []);
    const more =
      "Correct the entry, take it out, or add --unmanaged if it is about a member that nobody declares.";
    assert.deepEqual(
      notesOnUnused(entries, used, false).map((note) => note.endsWith(more)),
      [true, false, true],
    );
  });
});
