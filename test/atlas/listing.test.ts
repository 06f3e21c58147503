import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AtlasError } from "../../provider/atlas/errors/error";
import { listGroupUsers } from "../../provider/atlas/operations/index";
import { clientOf, serve } from "./server";

const projectId = "5f1b3c2a9d8e7f6a5b4c3d2e";

const member = (username: string, more: object = {}) => ({
  id: Buffer.from(username.padEnd(12).slice(0, 12)).toString("hex"),
  username,
  orgMembershipStatus: "ACTIVE",
  roles: ["GROUP_READ_ONLY"],
  ...more,
});

/** A listing of a server that answers every page with this. */
async function listed(t: Parameters<typeof serve>[0], body: object) {
  const { url, seen } = await serve(t, (_request, response) => response.end(JSON.stringify(body)));
  return { listing: listGroupUsers(clientOf(url).client, { projectId }), seen };
}

describe("a listing", () => {
  test("ends with an error when a server answers the same page again and always announces another", async (t) => {
    const next = [{ rel: "next", href: "https://x" }];
    const { listing, seen } = await listed(t, {
      results: [member("ada@example.com")],
      links: next,
      totalCount: 9,
    });
    await assert.rejects(listing, (error: AtlasError) => {
      assert.match(
        error.message,
        /after page 2 .* there is nothing new, and still another page is announced/,
      );
      assert.match(error.message, /not to a cache that ignores the query/);
      return true;
    });
    assert.equal(seen.length, 2);
  });

  test("shows values that nobody knows yet as they are, and roles that cannot be read as unknown", async (t) => {
    const { listing } = await listed(t, {
      results: [
        member("kim@example.com", { orgMembershipStatus: "SUSPENDED", roles: null }),
        member("lee@example.com", { orgMembershipStatus: null, roles: "GROUP_OWNER" }),
        member("mia@example.com", { roles: ["GROUP_OWNER", "GROUP_NEW"], somethingNew: { deep: [null] } }),
      ],
      totalCount: 3,
    });
    const { items } = await listing;
    assert.deepEqual(
      items.map(({ username, orgMembershipStatus, roles }) => [username, orgMembershipStatus, roles]),
      [
        ["kim@example.com", "SUSPENDED", undefined],
        ["lee@example.com", undefined, undefined],
        ["mia@example.com", "ACTIVE", ["GROUP_NEW", "GROUP_OWNER"]],
      ],
    );
  });

  test("is an error where a row does not say who it is about", async (t) => {
    const { listing } = await listed(t, { results: [{ roles: [] }], totalCount: 1 });
    await assert.rejects(
      listing,
      /does not have the form that the API describes \(results\.0\.id is missing\)/,
    );
  });
});
