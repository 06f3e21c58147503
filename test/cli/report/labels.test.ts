import assert from "node:assert/strict";
import { test } from "node:test";
import { driftRows } from "../../../provider/cli/report/driftRows";
import { factsOf, readLabels } from "../../../provider/cli/report/labels";
import { previewRows } from "../../../provider/cli/report/previewRows";
import { named, step } from "./steps";

const [shop, organization, support] = ["a", "b", "c"].map((digit) => digit.repeat(24)) as [
  string,
  string,
  string,
];

const labels = readLabels({
  atlas: {
    projects: { shop: shop.toUpperCase() },
    teams: { support: { orgId: organization, teamId: support } },
  },
});

test("labels come from the stack output, by the ids of projects and teams", () => {
  assert.deepEqual([...labels.projects.keys(), ...labels.teams.keys()], [shop, `${organization}/${support}`]);
});

test("a sentence has the label of a project or team, or else its id", () => {
  const facts = (projectId: string, teamId: string) => {
    const { project, team } = factsOf({ projectId, teamId }, labels);
    return [project, team];
  };
  assert.deepEqual(facts(shop, support), ["shop", "support"]);
  assert.deepEqual(facts(support, shop), [support, shop]);
  assert.deepEqual(facts(`${shop}x`, "[secret]"), [`${shop}x`, "[secret]"]);
});

test("a label is in the subject and the message of a row, and the row keeps the ids", () => {
  const ada = { projectId: shop, username: "ada@example.com", roles: ["GROUP_OWNER"] };
  const found = { ...step("delete", "ProjectUser", ada, undefined), id: `${shop}/ada@example.com` };
  const [row] = driftRows(found, {
    now: new Date(),
    cause: "outside the stack",
    ignored: new Map(),
    labels,
  });
  assert.deepEqual(
    [row?.subject, row?.message, row?.id, row?.declared],
    [
      "ada@example.com in project shop",
      "ada@example.com was removed from project shop outside the stack.",
      `${shop}/ada@example.com`,
      ada,
    ],
  );
  const [planned] = previewRows([found], { labels });
  assert.deepEqual(
    [planned?.subject, planned?.message, planned?.before],
    ["ada@example.com in project shop", "ada@example.com will be removed from project shop.", ada],
  );
});

test("a label does not get into a text that only looks like the words for a project", () => {
  const name = `project ${shop}`;
  const bucket = named(step("create", "aws:s3/bucket:Bucket", undefined, {}), name);
  assert.deepEqual(
    previewRows([bucket], { labels }).map(({ message }) => message),
    [`Bucket ${name} will be created.`],
  );
});

for (const atlas of [
  undefined,
  null,
  "text",
  7,
  [],
  { projects: "x", teams: { a: null, b: { orgId: 1 } } },
]) {
  test(`an output that means something else has no labels: ${JSON.stringify(atlas)}`, () => {
    const { projects, teams } = readLabels({ atlas });
    assert.deepEqual([projects.size, teams.size], [0, 0]);
  });
}
