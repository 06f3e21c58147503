import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reviewPage } from "../../../provider/cli/report/reviewPage";
import { reviewMarkdown, reviewText } from "../../../provider/cli/report/reviewText";
import { row, sample, shopId } from "./reviewSample";

const head = `Who has access to 1 project, 2026-11-25 12:00 UTC. What is declared is what the state of stack production holds.

Project shop (${shopId}): 3 users, 2 that no resource declares, 1 of them invited only. Owners (1): mallory@example.com.
`;

describe("the review on a terminal", () => {
  test("is a table for each project where that fits", () => {
    assert.equal(
      reviewText(sample(), undefined),
      `${head}
User                 Roles            By which way          Declared by                   Since                              Last sign-in             Open invitation
ada@example.com      GROUP_READ_ONLY  added to the project  ProjectUser ada (production)  2026-10-01 (declared)              2026-11-22 (3 days ago)  –
mallory@example.com  GROUP_OWNER      team operations       no resource                   not known (account of 2024-03-02)  none shown               –
tess@example.com     GROUP_READ_ONLY  added to the project  no resource                   2026-11-13 (invited)               –                        12 days old, by olivia@example.com, until 2026-12-13`,
    );
  });

  test("is a paragraph for each row where the terminal is too narrow", () => {
    const text = reviewText(sample(), 80);
    assert.equal(
      text.slice(0, text.indexOf("\n\ntess@")),
      `${head}
ada@example.com
  Roles:           GROUP_READ_ONLY
  By which way:    added to the project
  Declared by:     ProjectUser ada (production)
  Since:           2026-10-01 (declared)
  Last sign-in:    2026-11-22 (3 days ago)
  Open invitation: –

mallory@example.com
  Roles:           GROUP_OWNER
  By which way:    team operations
  Declared by:     no resource
  Since:           not known (account of 2024-03-02)
  Last sign-in:    none shown
  Open invitation: –`,
    );
  });

  test("says nothing of what is declared when no stack was named", () => {
    const text = reviewText(sample({ stacks: [] }), undefined);
    assert.match(text, /No stack was named, so it does not say what is declared\./);
    assert.doesNotMatch(text, /Declared by|no resource/);
  });

  test("has its gaps before the tables, and says which roles a resource does not declare", () => {
    const over = row({
      declaredBy: [
        { stack: "production", resource: "ProjectUser ada", urn: "", roles: [], since: undefined },
      ],
      undeclaredRoles: ["GROUP_OWNER"],
    });
    const text = reviewText(
      sample({
        gaps: ["Teams are shown by their ids."],
        projects: [{ projectId: shopId, name: shopId, rows: [over] }],
      }),
      undefined,
    );
    assert.match(
      text,
      /^.*\n\nGap: Teams are shown by their ids\.\n\nProject 5f1b3c2a9d8e7f6a5b4c3d2e: 1 user,/,
    );
    assert.match(text, /ProjectUser ada \(production\), but not GROUP_OWNER/);
  });

  test("counts each user once: as one that no resource declares, or with roles that none declares", () => {
    const declaredBy = [
      { stack: "production", resource: "ProjectUser ada", urn: "", roles: [], since: undefined },
    ];
    const more = { declaredBy, undeclaredRoles: ["GROUP_OWNER"] };
    const found = [
      row(),
      row({ username: "bob@example.com", ...more }),
      row({ username: "eve@example.com", ...more }),
      row({ username: "eve@example.com", way: { kind: "team", teamIds: ["a"], roles: [] }, teams: ["a"] }),
      row({ username: "sue@example.com", declaredBy }),
    ];
    const review = sample({ projects: [{ projectId: shopId, name: "shop", rows: found }] });
    const counts = "4 users, 2 that no resource declares, 1 with roles that none declares. Owners: none.";
    assert.ok(reviewText(review, undefined).includes(counts));
    assert.ok(reviewMarkdown(review).includes(counts));
    assert.match(
      reviewPage(review),
      /data-label="Undeclared"><div>2<\/div><\/td><td data-label="Undeclared roles"><div>1</,
    );
  });

  test("says so of teams of which one is the way, of roles that Atlas does not show, and of a way that nothing tells", () => {
    const text = reviewText(
      sample({
        projects: [
          {
            projectId: shopId,
            name: "shop",
            rows: [
              row({ way: { kind: "team", teamIds: ["a", "b"], roles: undefined }, teams: ["blue", "green"] }),
              row({ way: { kind: "unknown", roles: ["GROUP_OWNER"] } }),
              row({ way: { kind: "organization", roles: ["ORG_OWNER"] } }),
            ],
          },
        ],
      }),
      undefined,
    );
    assert.match(text, /not shown by Atlas {2}team blue or green {2}/);
    assert.match(text, /GROUP_OWNER .*not known: a team or a role in the organization/);
    assert.match(text, /ORG_OWNER +role in the organization/);
  });
});

describe("the review in Markdown", () => {
  test("is a section for each project", () => {
    assert.equal(
      reviewMarkdown(sample({ gaps: ["Teams are shown by their ids."] })),
      `## Access review

Who has access to 1 project, 2026-11-25 12:00 UTC. What is declared is what the state of stack production holds.

- Gap: Teams are shown by their ids.

### Project shop (${shopId})

3 users, 2 that no resource declares, 1 of them invited only. Owners (1): mallory@example.com.

| User | Roles | By which way | Declared by | Since | Last sign-in | Open invitation |
| --- | --- | --- | --- | --- | --- | --- |
| ada@example.com | GROUP\\_READ\\_ONLY | added to the project | ProjectUser ada (production) | 2026-10-01 (declared) | 2026-11-22 (3 days ago) | – |
| mallory@example.com | GROUP\\_OWNER | team operations | no resource | not known (account of 2024-03-02) | none shown | – |
| tess@example.com | GROUP\\_READ\\_ONLY | added to the project | no resource | 2026-11-13 (invited) | – | 12 days old, by olivia@example.com, until 2026-12-13 |`,
    );
  });

  test("keeps names from becoming markup", () => {
    const hostile = row({
      teams: ["<img src=x> | [a](http://b)"],
      way: { kind: "team", teamIds: ["t"], roles: [] },
    });
    const text = reviewMarkdown(
      sample({ projects: [{ projectId: shopId, name: "@all *x*", rows: [hostile] }] }),
    );
    assert.match(text, /\\<img src=x\\> \\\| \\\[a\\\]\(http:<!-- -->\/\/b\)/);
    assert.match(text, /### Project @<!-- -->all \\\*x\\\*/);
  });
});
