import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import {
  endedInvitation,
  getGroup,
  listGroupEvents,
  listGroupUsers,
  listOrgEvents,
  listOrgTeamUsers,
} from "../../provider/atlas/operations/index";
import { AtlasSimulator } from "../simulator/simulator";
import { clientOf, serve } from "./server";

const projectId = "5f1b3c2a9d8e7f6a5b4c3d2e";

/** A simulator with a project and a team, and a client of it. */
async function atlas(t: TestContext) {
  const simulator = await AtlasSimulator.start();
  t.after(() => simulator.stop());
  t.after(() => assert.deepEqual(simulator.violations, []));
  const { world } = simulator;
  const orgId = world.createOrganization();
  const { publicKey, privateKey } = simulator.keys;
  const { client } = clientOf(simulator.url, { credentials: { kind: "apiKey", publicKey, privateKey } });
  return { world, client, orgId, projectId: world.createProject(orgId), teamId: world.createTeam(orgId) };
}

describe("the events", () => {
  test("of a project and an organization are listed by type and date, to the second", async (t) => {
    const { world, client, orgId, projectId, teamId } = await atlas(t);
    world.acting({ kind: "user", name: "olivia@example.com", from: "203.0.113.7" }, () => {
      world.grant(projectId, "ada@example.com", ["GROUP_OWNER"]);
      world.setRoles(projectId, "ada@example.com", ["GROUP_READ_ONLY"]);
      world.addToTeam(teamId, "ada@example.com");
    });
    const now = new Date();
    const eventTypes = ["USER_ROLES_CHANGED_AUDIT", "REMOVED_FROM_GROUP"];
    const { items, atomic } = await listGroupEvents(client, { projectId, eventTypes });
    assert.deepEqual(
      items.map(({ eventTypeName, targetUsername, username, remoteAddress }) => [
        eventTypeName,
        targetUsername,
        username,
        remoteAddress,
      ]),
      [["USER_ROLES_CHANGED_AUDIT", "ada@example.com", "olivia@example.com", "203.0.113.7"]],
    );
    assert.equal(atomic, true);
    const later = new Date(now.getTime() + 60_000);
    assert.deepEqual((await listGroupEvents(client, { projectId, from: later })).items, []);
    const ofOrganization = await listOrgEvents(client, { orgId, from: new Date(now.getTime() - 60_000) });
    assert.deepEqual(
      ofOrganization.items.map(({ eventTypeName }) => eventTypeName),
      ["JOINED_TEAM"],
    );
    assert.equal((await getGroup(client, { projectId })).orgId, orgId);
  });

  test("of many pages are all read, each once", async (t) => {
    const { world, client, projectId } = await atlas(t);
    world.grant(projectId, "ada@example.com", ["GROUP_OWNER"]);
    world.acting("olivia@example.com", () => {
      for (let count = 1; count <= 1_001; count += 1) {
        world.setRoles(projectId, "ada@example.com", ["GROUP_OWNER"]);
      }
    });
    const { items } = await listGroupEvents(client, { projectId });
    assert.equal(new Set(items.map(({ id }) => id)).size, 1_001);
  });

  test("are read although Atlas leaves out who did it, and has fields that nobody knows yet", async (t) => {
    const { url } = await serve(t, (_request, response) =>
      response.end(
        JSON.stringify({
          results: [
            {
              id: "1",
              created: "2026-11-24T14:02:00Z",
              eventTypeName: "NEW_TYPE",
              username: null,
              isGlobalAdmin: "?",
            },
          ],
          somethingNew: {},
        }),
      ),
    );
    const { items } = await listGroupEvents(clientOf(url).client, { projectId });
    assert.deepEqual(
      items.map(({ eventTypeName, username, isGlobalAdmin }) => [eventTypeName, username, isGlobalAdmin]),
      [["NEW_TYPE", null, undefined]],
    );
  });

  test("without a date are an error, because everything depends on it", async (t) => {
    const { url } = await serve(t, (_request, response) =>
      response.end(
        JSON.stringify({ results: [{ id: "1", created: "soon", eventTypeName: "JOINED_GROUP" }] }),
      ),
    );
    await assert.rejects(
      listGroupEvents(clientOf(url).client, { projectId }),
      /does not have the form that the API describes \(results\.0\.created/,
    );
  });
});

test("who was invited in vain is listed on request, in a project and in a team", async (t) => {
  const { world, client, orgId, projectId, teamId } = await atlas(t);
  world.invite(projectId, "eve@example.com", ["GROUP_OWNER"]);
  world.invite(projectId, "rob@example.com", ["GROUP_OWNER"]);
  world.addToTeam(teamId, "eve@example.com");
  world.expireInvitation("eve@example.com");
  world.rejectInvitation("rob@example.com");
  const statuses = endedInvitation;
  const [project, team] = await Promise.all([
    listGroupUsers(client, { projectId, statuses }),
    listOrgTeamUsers(client, { orgId, teamId, statuses }),
  ]);
  assert.deepEqual(
    [...project.items, ...team.items].map(({ username, orgMembershipStatus }) => [
      username,
      orgMembershipStatus,
    ]),
    [
      ["eve@example.com", "INVITATION_EXPIRED"],
      ["rob@example.com", "INVITATION_REJECTED"],
      ["eve@example.com", "INVITATION_EXPIRED"],
    ],
  );
});
