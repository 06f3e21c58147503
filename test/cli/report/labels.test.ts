import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, labelOf, readLabels } from "../../../provider/cli/report/labels";

const [shop, organization, support] = ["a", "b", "c"].map((digit) => digit.repeat(24)) as [
  string,
  string,
  string,
];

test("labels come from the stack output, and stand in the place of ids", () => {
  const labels = readLabels({
    atlas: {
      projects: { shop: shop.toUpperCase() },
      teams: { support: { orgId: organization, teamId: support } },
    },
  });
  assert.deepEqual([...labels.projects.keys(), ...labels.teams.keys()], [shop, `${organization}/${support}`]);
  assert.equal(labelOf({ kind: "project", projectId: shop }, labels), "shop");
  assert.equal(labelOf({ kind: "project", projectId: support }, labels), support);
  assert.equal(labelOf({ kind: "team", teamId: support.toUpperCase(), orgId: undefined }, labels), "support");
  assert.deepEqual(factsOf({ projectId: shop, username: "ada@example.com" }, labels), {
    projectId: shop,
    username: "ada@example.com",
    project: "shop",
    team: "",
  });
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
    const labels = readLabels({ atlas });
    assert.deepEqual([labels.projects.size, labels.teams.size], [0, 0]);
  });
}
