import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as operations from "../../../provider/atlas/operations/index";
import { messagesOf } from "../../../provider/resources/messages/all";
import { type NeededRole, roleTitles } from "../../../provider/resources/messages/messages";
import { typeToken } from "../../../provider/resources/registration";

const folder = path.join(__dirname, "../../../provider/resources");

const described = new Map<string, { description: { requiredRole: string; method: string } }>(
  Object.values(operations).flatMap((each) =>
    "operationId" in each ? [[each.operationId, { description: each }]] : [],
  ),
);

/** The docstrings of the classes on one line each, by the names of the classes. */
const docstrings = readdirSync(folder, { withFileTypes: true })
  .filter(
    (entry) => entry.isDirectory() && readdirSync(path.join(folder, entry.name)).includes("resource.ts"),
  )
  .map(({ name }) => {
    const text = readFileSync(path.join(folder, name, "resource.ts"), "utf8");
    return [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, text.replace(/\n \* +/g, " ")] as const;
  });

const sentenceOf = (roles: readonly NeededRole[]): string =>
  roles
    .map(({ role, to }) => `${role === undefined ? "none" : `${roleTitles[role]} (\`${role}\`)`} to ${to}`)
    .join(", ");

describe("the roles that a resource needs", () => {
  for (const [name, text] of docstrings) {
    test(`are the same in the docstring of ${name} and for the commands`, () => {
      const { roles = [] } = messagesOf(typeToken(name)) ?? {};
      const [, documented] = /- \*\*Role needed\*\*: ([^.]*)\./.exec(text) ?? [];
      assert.equal(documented, sentenceOf(roles));
    });

    test(`to refresh ${name} are those of the operation that does`, () => {
      const { roles = [], readBy } = messagesOf(typeToken(name)) ?? {};
      const toRefresh = roles.find(({ to }) => to.includes("refresh"));
      assert.ok(toRefresh !== undefined);
      if (readBy === undefined) {
        assert.equal(toRefresh.role, undefined);
        return;
      }
      const { requiredRole, method } = described.get(readBy)?.description ?? assert.fail(readBy);
      assert.equal(method, "GET");
      assert.ok(
        toRefresh.role !== undefined && requiredRole.startsWith(roleTitles[toRefresh.role]),
        requiredRole,
      );
      assert.match(text, new RegExp(`Atlas operations: .*\`${readBy}\``));
    });
  }

  test("are known of every resource", () => assert.ok(docstrings.length >= 7));
});
