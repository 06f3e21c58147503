import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../../provider/atlas/errors/error";
import {
  getOrganizationInvitations,
  getOrganizationInvitationsOutput,
} from "../../provider/functions/getOrganizationInvitations";
import type { World } from "../simulator/world";
import { failureOf, resolve, type Stack, startStack, unknown } from "./stack";

let stack: Stack;
let world: World;
let orgId: string;
let projectId: string;
let teamId: string;

const nowhere = "0".repeat(24);
const start = Date.UTC(2026, 0, 1);
const day = 24 * 3_600_000;

beforeEach(() => begin());
afterEach(() => stack.stop());

async function begin(options: { preview?: boolean } = {}): Promise<void> {
  stack = await startStack({ now: () => start, ...options });
  world = stack.simulator.world;
  world.sunset.invites = null;
  orgId = world.createOrganization();
  projectId = world.createProject(orgId);
  teamId = world.createTeam(orgId);
  for (const name of ["ada@example.com", "bob@example.com"]) {
    const { directory } = world;
    const member = directory.invite(world.project(projectId), name, "olivia@example.com");
    directory.addToProject(world.project(projectId), member, ["GROUP_READ_ONLY"]);
    directory.addToTeam(world.team(teamId), member);
  }
  world.addActiveUser(orgId, "grace@example.com");
}

const requests = (): string[] => stack.requests({ org: orgId });
const row = (username: string) => ({
  username,
  roles: ["ORG_MEMBER"],
  projectRoleAssignments: [{ projectId, role: "GROUP_READ_ONLY" }],
  teamIds: [teamId],
  inviterUsername: "olivia@example.com",
  createdAt: "2026-01-01T00:00:00Z",
  expiresAt: "2026-01-31T00:00:00Z",
});
const rows = (invitations: readonly { id: string }[]) =>
  invitations.map(({ id, ...rest }) => {
    assert.match(id, /^[0-9a-f]{24}$/);
    return rest;
  });

test("lists pending invitations with one request, those of the deprecated API too", async () => {
  world.inviteLegacy(orgId, "legacy@example.com", { projectId, roles: ["GROUP_OWNER"] });
  const { orgId: same, invitations } = await getOrganizationInvitations({ orgId: orgId.toUpperCase() });
  assert.equal(same, orgId);
  assert.deepEqual(rows(invitations), [
    row("ada@example.com"),
    row("bob@example.com"),
    {
      ...row("legacy@example.com"),
      projectRoleAssignments: [{ projectId, role: "GROUP_OWNER" }],
      teamIds: [],
      inviterUsername: "colleague@example.com",
    },
  ]);
  assert.deepEqual(requests(), ["GET /orgs/<org>/invites 200"]);
});

test("lists those to one address, in whatever case", async () => {
  const { invitations } = await getOrganizationInvitations({ orgId, username: "Ada@Example.com" });
  assert.deepEqual(rows(invitations), [row("ada@example.com")]);
});

test("answers with an empty list where nobody is invited", async () => {
  assert.deepEqual(
    await getOrganizationInvitations({ orgId: world.createOrganization() }).then((r) => r.invitations),
    [],
  );
});

for (const status of [404, 410] as const) {
  describe(`once Atlas answers ${status} for the deprecated operation`, () => {
    beforeEach(() => world.removeEndpoint("invites", status));

    test("has the same rows, from the pending users", async () => {
      const { orgId: same, invitations } = await getOrganizationInvitations({ orgId });
      assert.equal(same, orgId);
      assert.deepEqual(rows(invitations), [row("ada@example.com"), row("bob@example.com")]);
      assert.deepEqual(requests(), [`GET /orgs/<org>/invites ${status}`, "GET /orgs/<org>/users 200"]);
      const [, second] = stack.simulator.log.matching((entry) => entry.authenticated);
      assert.deepEqual(second?.query, {
        orgMembershipStatuses: "PENDING",
        itemsPerPage: "500",
        pageNum: "1",
      });
    });

    test("lists those to one address", async () => {
      const { invitations } = await getOrganizationInvitations({ orgId, username: "bob@example.com" });
      assert.deepEqual(rows(invitations), [row("bob@example.com")]);
    });

    test("leaves out who has accepted, rejected or let the invitation expire", async () => {
      world.acceptInvitation("ada@example.com");
      world.rejectInvitation("bob@example.com");
      assert.deepEqual((await getOrganizationInvitations({ orgId })).invitations, []);
    });

    test("reads all pages", async () => {
      for (let index = 0; index < 505; index += 1) {
        world.directory.invite(world.project(projectId), `user${index}@example.com`, "olivia@example.com");
      }
      const { invitations } = await getOrganizationInvitations({ orgId });
      assert.equal(new Set(invitations.map(({ username }) => username)).size, 507);
      assert.equal(requests().length, 3);
    });

    test("says that there is no such organization", async () => {
      const error = await failureOf(stack, getOrganizationInvitations({ orgId: nowhere }));
      assert.ok(error instanceof AtlasError);
      assert.equal(error.status, 404);
      assert.match(
        error.message,
        /^Could not list the pending users of organization 0{24}: GET \S+ was answered 404 ORG_NOT_FOUND/,
      );
    });
  });
}

test("has rows of the same shape before and after the removal", async () => {
  const before = await getOrganizationInvitations({ orgId });
  world.removeEndpoint("invites", 410);
  const after = await getOrganizationInvitations({ orgId });
  assert.deepEqual(rows(after.invitations), rows(before.invitations));
  assert.deepEqual(
    after.invitations.map((each) => Object.keys(each)),
    before.invitations.map((each) => Object.keys(each)),
  );
});

for (const [what, failure] of Object.entries({
  "a missing permission": { status: 401, errorCode: "NOT_ORG_USER_ADMIN" },
  "an address that is not allowed": { status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" },
  "an answer that is no list": { mutate: () => ({ results: [] }) },
  "a row without its address": { mutate: () => [{ id: nowhere }] },
} as const)) {
  test(`takes ${what} neither for a removal nor for no invitations`, async () => {
    stack.simulator.fail({ operationId: "listOrgInvites", ...failure });
    assert.ok((await failureOf(stack, getOrganizationInvitations({ orgId }))) instanceof AtlasError);
    assert.equal(requests().length, 1);
  });
}

test("says what is wrong with the arguments, and asks nothing", async () => {
  for (const [args, got] of [
    [{ orgId: "my-org" }, "'my-org'"],
    [{}, "nothing"],
    [undefined, "nothing"],
  ] as const) {
    await assert.rejects(getOrganizationInvitations(args as never), {
      message: `getOrganizationInvitations: orgId must be 24 hexadecimal digits, but got ${got}.`,
    });
  }
  assert.deepEqual(stack.simulator.log.lines(), []);
});

describe("getOrganizationInvitationsOutput", () => {
  test("takes inputs", async () => {
    const { value } = await resolve(
      getOrganizationInvitationsOutput({
        orgId: pulumi.output(orgId),
        username: Promise.resolve("ada@example.com"),
      }),
    );
    assert.deepEqual(rows(value.invitations), [row("ada@example.com")]);
    const all = await resolve(
      getOrganizationInvitationsOutput({ orgId, username: pulumi.output(undefined) }),
    );
    assert.equal(all.value.invitations.length, 2);
  });

  test("does not ask for what a preview does not know yet", async () => {
    await stack.stop();
    await begin({ preview: true });
    for (const args of [{ orgId: unknown() }, { orgId, username: unknown() }]) {
      assert.equal((await resolve(getOrganizationInvitationsOutput(args))).known, false);
    }
    assert.deepEqual(stack.simulator.log.lines(), []);
    // What is known is asked for in a preview as well.
    assert.equal((await resolve(getOrganizationInvitationsOutput({ orgId }))).value.invitations.length, 2);
  });
});

test("warns once a run that the end is near", async (context) => {
  const warn = context.mock.method(console, "warn", () => {});
  world.sunset.invites = new Date(Date.now() + 200 * day);
  await getOrganizationInvitations({ orgId });
  assert.equal(warn.mock.callCount(), 0);
  const end = new Date(Date.now() + 3 * day);
  world.sunset.invites = end;
  await getOrganizationInvitations({ orgId });
  await getOrganizationInvitations({ orgId });
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [
      [
        "warning: [runtime] Atlas has deprecated the operation listOrgInvites, which is used to list the pending " +
          `invitations of organization ${orgId}: Atlas will remove it on ${end.toISOString().slice(0, 10)}. ` +
          "Look for a newer release of mongodbatlas-dynamic.",
      ],
    ],
  );
});
