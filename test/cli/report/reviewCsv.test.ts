import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { csvCell, reviewCsv } from "../../../provider/cli/report/reviewCsv";
import { row, sample, shopId } from "./reviewSample";
import { page } from "./rows";

/** Reads CSV as RFC 4180 has it, and nothing else. */
function parse(text: string): string[][] {
  const records: string[][] = [];
  let rest = text;
  let record: string[] = [];
  while (rest !== "") {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    assert.ok(match, `no field of RFC 4180: ${rest.slice(0, 40)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") {
      records.push(record);
      record = [];
    }
    rest = rest.slice(match[0].length);
  }
  assert.deepEqual(record, [], "the last record is ended");
  return records;
}

const objects = (text: string): Record<string, string>[] => {
  const [head = [], ...records] = parse(text);
  return records.map((fields) => {
    assert.equal(fields.length, head.length);
    return Object.fromEntries(
      head.map((name, at) => [name, fields[at] ?? ""]).filter(([, value]) => value !== ""),
    );
  });
};

describe("the review as CSV", () => {
  test("has a row for each way, with times in ISO 8601, and one for each gap", () => {
    assert.deepEqual(objects(reviewCsv(sample({ gaps: ["Teams are shown by their ids."] }))), [
      { gap: "Teams are shown by their ids." },
      {
        project: "shop",
        project_id: shopId,
        user: "ada@example.com",
        status: "active",
        roles: "GROUP_READ_ONLY",
        way: "project",
        is_owner: "no",
        declared_by: "urn:pulumi:production::access::pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::ada",
        is_declared: "yes",
        since: "2026-10-01T09:00:00Z",
        since_because: "declared",
        account_since: "2024-03-02T08:00:00Z",
        last_sign_in: "2026-11-22T08:00:00Z",
      },
      {
        project: "shop",
        project_id: shopId,
        user: "mallory@example.com",
        status: "active",
        roles: "GROUP_OWNER",
        way: "team",
        teams: "operations",
        is_owner: "yes",
        is_declared: "no",
        account_since: "2024-03-02T08:00:00Z",
      },
      {
        project: "shop",
        project_id: shopId,
        user: "tess@example.com",
        status: "invited",
        roles: "GROUP_READ_ONLY",
        way: "project",
        is_owner: "no",
        is_declared: "no",
        since: "2026-11-13T12:00:00Z",
        since_because: "invited",
        invited_at: "2026-11-13T12:00:00Z",
        invitation_expires_at: "2026-12-13T12:00:00Z",
        invited_by: "olivia@example.com",
      },
    ]);
  });

  test("has a description of each column in the documentation, in the same order", () => {
    const [, section = ""] = page("review.md").split("\n## The columns of the CSV\n");
    const [table = ""] = section.split("\n## ");
    const described = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = ""]) =>
      names.split(", ").map((name) => name.slice(1, -1)),
    );
    assert.deepEqual(described, parse(reviewCsv(sample()))[0]);
  });

  test("says nothing of what is declared when no stack was named", () => {
    assert.ok(objects(reviewCsv(sample({ stacks: [] }))).every((each) => each["is_declared"] === undefined));
  });

  for (const text of ["a,b", 'say "hi"', "two words", "it's", "a;b", "a\tb"]) {
    test(`keeps ${JSON.stringify(text)} as one field`, () => {
      const shown = text === "a\tb" ? "a\\u0009b" : text;
      assert.deepEqual(parse(`${csvCell(text)},x\r\n`), [[shown, "x"]]);
    });
  }

  test("keeps a line break from beginning a record", () => {
    const [, record] = parse(
      reviewCsv(sample({ projects: [{ projectId: shopId, name: "a\r\nb", rows: [row()] }] })),
    );
    assert.equal(record?.[0], "a\\u000d\\u000ab");
  });

  for (const formula of [
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(1)",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "|calc",
    "%0a",
  ]) {
    test(`keeps ${JSON.stringify(formula)} a text in a spreadsheet`, () => {
      const name = `${formula}@example.com`;
      const project = { projectId: shopId, name: "shop", rows: [row({ username: name })] };
      const [, record] = parse(reviewCsv(sample({ projects: [project] })));
      assert.equal(record?.[2], `'${name}`);
    });
  }

  test("begins no field with a tab or a carriage return, after which a spreadsheet looks for a formula", () => {
    for (const text of ["\t=1", "\r=1", "\n=1"]) {
      assert.match(csvCell(text), /^\\u00/);
    }
  });
});
