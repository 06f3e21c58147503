import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AtlasError } from "../../provider/atlas/errors/error";
import { getProjectUsers, getProjectUsersOutput } from "../../provider/functions/getProjectUsers";
import type { World } from "../simulator/world";
import { failureOf, resolve, type Stack, startStack, unknown } from "./stack";

let stack: Stack;
let world: World;
let projectId: string;

beforeEach(() => begin());
afterEach(() => stack.stop());

async function begin(options: { preview?: boolean } = {}): Promise<void> {
  stack = await startStack(options);
  world = stack.simulator.world;
  const organization = world.createOrganization();
  projectId = world.createProject(organization);
  world.addActiveUser(organization, "olivia@example.com");
  world.grant(projectId, "olivia@example.com", ["GROUP_READ_ONLY", "GROUP_OWNER"]);
  world.invite(projectId, "ada@example.com", ["GROUP_READ_ONLY"]);
}

test("lists active and invited members by name, with one request", async () => {
  const { users, ...rest } = await getProjectUsers({ projectId: projectId.toUpperCase() });
  assert.deepEqual(rest, { projectId });
  assert.deepEqual(
    users.map(({ username, roles, orgMembershipStatus }) => ({ username, roles, orgMembershipStatus })),
    [
      { username: "ada@example.com", roles: ["GROUP_READ_ONLY"], orgMembershipStatus: "PENDING" },
      {
        username: "olivia@example.com",
        roles: ["GROUP_OWNER", "GROUP_READ_ONLY"],
        orgMembershipStatus: "ACTIVE",
      },
    ],
  );
  const [ada, olivia] = users;
  assert.match(ada?.invitationExpiresAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(olivia?.invitationExpiresAt, undefined);
  assert.match(olivia?.userId ?? "", /^[a-f0-9]{24}$/);
  assert.deepEqual(stack.requests({ project: projectId }), ["GET /groups/<project>/users 200"]);
});

test("leaves out whose invitation has expired", async () => {
  world.expireInvitation("ada@example.com");
  const { users } = await getProjectUsers({ projectId });
  assert.deepEqual(
    users.map(({ username }) => username),
    ["olivia@example.com"],
  );
});

test("says what is wrong with the argument, and asks nothing", async () => {
  await assert.rejects(getProjectUsers({ projectId: "shop" }), {
    message: "getProjectUsers: projectId must be 24 hexadecimal digits, but got 'shop'.",
  });
  assert.deepEqual(stack.simulator.log.lines(), []);
});

test("is an error for a project that does not exist", async () => {
  const nowhere = "0".repeat(24);
  const error = await failureOf(stack, getProjectUsers({ projectId: nowhere }));
  assert.ok(error instanceof AtlasError);
  assert.equal(
    error.message,
    `Could not list the users of project ${nowhere}: GET /api/atlas/v2/groups/${nowhere}/users?itemsPerPage=500&pageNum=1 ` +
      `was answered 404 GROUP_NOT_FOUND: No group with ID ${nowhere} exists. Check the project's id, that it has not been deleted, and that ` +
      "mongodbatlas:baseUrl and the credentials belong to its organization. If it is in another organization, give its resources a Provider with the credentials of that organization. " +
      "Only if it has been deleted, take what " +
      "a stack has in it out of its state with `pulumi state delete`.",
  );
});

describe("getProjectUsersOutput", () => {
  test("takes inputs", async () => {
    const { value } = await resolve(getProjectUsersOutput({ projectId: Promise.resolve(projectId) }));
    assert.equal(value.users.length, 2);
  });

  test("does not ask for what a preview does not know yet", async () => {
    await stack.stop();
    await begin({ preview: true });
    assert.equal((await resolve(getProjectUsersOutput({ projectId: unknown() }))).known, false);
    assert.deepEqual(stack.simulator.log.lines(), []);
  });
});
