import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { ActivityContext } from "../../../provider/cli/commands/activity";
import { findAttributions, sinceWhen } from "../../../provider/cli/commands/attribution";
import type { Operation } from "../../../provider/cli/engine/record";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { readLabels } from "../../../provider/cli/report/labels";
import { clientOf } from "../../atlas/server";
import { FakeClock } from "../../fakeClock";
import { named } from "../../resources/harness";
import { AtlasSimulator } from "../../simulator/simulator";

const clock = new FakeClock(Date.parse("2026-11-24T14:02:00Z"));
const since = new Date("2026-11-24T08:00:00Z");

let simulator: AtlasSimulator;
let orgId: string;
let shop: string;
let bank: string;
let support: string;

beforeEach(async () => {
  simulator = await AtlasSimulator.start({ now: clock.now });
  const { world } = simulator;
  orgId = world.createOrganization();
  [shop, bank] = [world.createProject(orgId), world.createProject(orgId)];
  support = world.createTeam(orgId);
});

afterEach(async () => {
  await simulator.stop();
  assert.deepEqual(simulator.violations, []);
});

const row = (kind: DriftRow["kind"], place: string, name: string): DriftRow => {
  const isTeam = place.includes("/");
  return {
    kind,
    subject: `${name} in ${isTeam ? "team" : "project"} ${place}`,
    property: isTeam || kind === "deleted" ? null : "roles",
    declared: {},
    actual: null,
    message: "It was told otherwise before.",
    urn: null,
    type: `pulumi-nodejs:dynamic/mongodbatlas:${isTeam ? "TeamUser" : "ProjectUser"}`,
    id: `${place}/${name}`,
    external: false,
    provider: null,
  };
};

/** What is found for rows, with the requests that it took. */
async function found(rows: DriftRow[], context: Partial<ActivityContext> = {}) {
  const { publicKey, privateKey } = simulator.keys;
  const { client } = clientOf(simulator.url, { credentials: { kind: "apiKey", publicKey, privateKey } });
  simulator.log.clear();
  const labels = readLabels({ atlas: { projects: { shop, bank } } });
  const now = new Date(clock.now());
  const result = await findAttributions(rows, { steps: [], labels, since, now, ...context }, client);
  const requests = simulator.log
    .matching(({ authenticated }) => authenticated)
    .map(({ operationId, query }) => ({ operationId, query }));
  return {
    sentences: result.rows.map(({ attribution }) => attribution?.sentence),
    why: result.rows.map(({ attribution }) => attribution?.why),
    reasons: result.rows.map(({ attribution }) => attribution?.reason),
    messages: result.rows.map(({ message }) => message),
    gaps: result.gaps,
    operations: requests.map(({ operationId }) => operationId),
    requests,
  };
}

describe("who has made the differences is asked", () => {
  test("once for each project, by type and by date, whatever the number of rows", async () => {
    const { world } = simulator;
    const names = Array.from({ length: 30 }, (_, index) => `user${index}@example.com`);
    for (const name of names) {
      world.grant(shop, name, ["GROUP_READ_ONLY"]);
      world.grant(bank, name, ["GROUP_READ_ONLY"]);
    }
    for (const [project, actor] of [
      [shop, "olivia@example.com"],
      [bank, "pat@example.com"],
    ] as const) {
      world.acting(actor, () => {
        for (const name of names) {
          world.setRoles(project, name, ["GROUP_OWNER"]);
        }
      });
    }
    const rows = [shop, bank].flatMap((project) => names.map((name) => row("changed", project, name)));
    const { sentences, requests, gaps } = await found(rows);
    assert.deepEqual(sentences, [
      ...names.map(() => "by olivia@example.com, Tue 24 Nov 14:02 UTC"),
      ...names.map(() => "by pat@example.com, Tue 24 Nov 14:02 UTC"),
    ]);
    assert.deepEqual(gaps, []);
    const query = {
      eventType: [
        "INVITED_TO_GROUP",
        "JOINED_GROUP",
        "JOIN_GROUP_REQUEST_APPROVED_AUDIT",
        "USER_ROLES_CHANGED_AUDIT",
      ],
      itemsPerPage: "500",
      minDate: "2026-11-24T08:00:00Z",
      pageNum: "1",
    };
    assert.deepEqual(requests, [
      { operationId: "listGroupEvents", query },
      { operationId: "listGroupEvents", query },
    ]);
  });

  test("of the organization for its teams, and of invitations only where somebody is missing", async () => {
    const { world } = simulator;
    world.addActiveUser(orgId, "ada@example.com");
    world.acting("olivia@example.com", () => world.addToTeam(support, "ada@example.com"));
    const added = await found([row("unmanaged", `${orgId}/${support}`, "ada@example.com")]);
    assert.deepEqual(added.sentences, ["by olivia@example.com, Tue 24 Nov 14:02 UTC"]);
    assert.deepEqual(added.operations, ["listOrgEvents"]);
    world.acting("olivia@example.com", () => world.removeFromTeam(support, "ada@example.com"));
    const removed = await found([row("deleted", `${orgId}/${support}`, "ada@example.com")]);
    assert.deepEqual(removed.why, ["removed"]);
    assert.deepEqual(removed.operations.sort(), ["listOrgEvents", "listOrgTeamUsers"]);
  });

  test("as little as that where it explains why somebody is missing in a project", async () => {
    const { world } = simulator;
    for (const name of ["eve", "rob", "wim", "rex"]) {
      world.invite(shop, `${name}@example.com`, ["GROUP_OWNER"]);
    }
    world.expireInvitation("eve@example.com");
    world.rejectInvitation("rob@example.com");
    world.acting("olivia@example.com", () => world.removeFromProject(shop, "wim@example.com"));
    world.acceptInvitation("rex@example.com");
    world.acting("olivia@example.com", () => world.removeFromProject(shop, "rex@example.com"));
    const rows = ["eve", "rob", "wim", "rex"].map((name) => row("deleted", shop, `${name}@example.com`));
    const { why, operations, requests, messages } = await found(rows);
    assert.deepEqual(why, ["invitationExpired", "invitationRejected", "invitationWithdrawn", "removed"]);
    assert.equal(
      messages[0],
      `eve@example.com is not in project ${shop} any more: the invitation has expired.`,
    );
    assert.deepEqual(operations.sort(), ["listGroupEvents", "listGroupUsers"]);
    const { query } = requests.find(({ operationId }) => operationId === "listGroupUsers") ?? {};
    assert.deepEqual(query?.["orgMembershipStatuses"], ["INVITATION_EXPIRED", "INVITATION_REJECTED"]);
  });

  test("of the organization where a project does not tell why somebody is missing, once for all projects", async () => {
    const { world } = simulator;
    for (const project of [shop, bank]) {
      world.grant(project, "lea@example.com", ["GROUP_OWNER"]);
      world.grant(project, "zoe@example.com", ["GROUP_OWNER"]);
    }
    world.acting("lea@example.com", () => world.removeFromOrganization(orgId, "lea@example.com"));
    world.acting("olivia@example.com", () => world.removeFromOrganization(orgId, "zoe@example.com"));
    const rows = [shop, bank].flatMap((project) => [
      row("deleted", project, "lea@example.com"),
      row("deleted", project, "zoe@example.com"),
    ]);
    const { why, operations } = await found(rows);
    assert.deepEqual(why, [
      "leftOrganization",
      "removedFromOrganization",
      "leftOrganization",
      "removedFromOrganization",
    ]);
    assert.deepEqual(operations.sort(), [
      "getGroup",
      "getGroup",
      "listGroupEvents",
      "listGroupEvents",
      "listGroupUsers",
      "listGroupUsers",
      "listOrgEvents",
    ]);
  });

  test("of no other project, team or organization than the one of the row", async () => {
    const { world } = simulator;
    const elsewhere = world.createOrganization();
    world.grant(shop, "ada@example.com", ["GROUP_OWNER"]);
    world.grant(bank, "ada@example.com", ["GROUP_OWNER"]);
    world.addActiveUser(elsewhere, "ada@example.com");
    world.acting("olivia@example.com", () => {
      world.setRoles(bank, "ada@example.com", ["GROUP_READ_ONLY"]);
      world.removeFromOrganization(elsewhere, "ada@example.com");
    });
    world.removeFromProject(shop, "ada@example.com");
    const { reasons } = await found([
      row("changed", shop, "ada@example.com"),
      row("deleted", shop, "ada@example.com"),
    ]);
    assert.deepEqual(reasons, ["noEvent", "noEvent"]);
  });

  test("of nothing that Atlas has no events about", async () => {
    const { reasons, operations } = await found([
      { ...row("changed", shop, "x"), type: "aws:s3/bucket:Bucket" },
    ]);
    assert.deepEqual([reasons, operations], [["noFeed"], []]);
  });
});

describe("where Atlas does not tell, the report has a gap and is given", () => {
  const changed = () => {
    simulator.world.grant(shop, "ada@example.com", ["GROUP_OWNER"]);
    return row("changed", shop, "ada@example.com");
  };

  test("without the role to read the events, one for the project", async () => {
    simulator.world.events.unreadable.add(shop);
    const { sentences, gaps } = await found([changed(), row("changed", shop, "bob@example.com")]);
    const unknown = "it is not known who did it: the events could not be read";
    assert.deepEqual(sentences, [unknown, unknown]);
    assert.equal(gaps.length, 1);
    assert.match(
      named(gaps, { shop }).join(),
      /^Who has changed what in project shop is not known\. Could not list the events of project <shop>: .* USER_UNAUTHORIZED.* Give the credentials the role Project Read Only/,
    );
  });

  test("without the role to read the organization, and says still what the project tells", async () => {
    const { world } = simulator;
    world.grant(shop, "zoe@example.com", ["GROUP_OWNER"]);
    world.acting("olivia@example.com", () => world.removeFromOrganization(orgId, "zoe@example.com"));
    world.events.unreadable.add(orgId);
    const { reasons, gaps } = await found([row("deleted", shop, "zoe@example.com")]);
    assert.deepEqual(reasons, ["noEvent"]);
    assert.match(gaps.join(), /^Whether users have left the organization of project shop is not known\./);
  });

  test("without an answer about invitations, and says still what the events tell", async () => {
    const { world } = simulator;
    world.grant(shop, "zoe@example.com", ["GROUP_OWNER"]);
    world.acting("olivia@example.com", () => world.removeFromProject(shop, "zoe@example.com"));
    simulator.fail({ operationId: "listGroupUsers", when: "before", status: 403, errorCode: "NOPE" });
    const { why, gaps } = await found([row("deleted", shop, "zoe@example.com")]);
    assert.deepEqual(why, ["removed"]);
    assert.match(
      gaps.join(),
      /^Whether invitations to project shop have expired or were rejected is not known\./,
    );
  });

  test("without a network", async () => {
    const ada = changed();
    await simulator.stop();
    const { reasons, gaps } = await found([ada]);
    assert.deepEqual(reasons, ["notReadable"]);
    assert.match(gaps.join(), /ECONNREFUSED/);
    simulator = await AtlasSimulator.start();
  });

  test("when the feed ends before the change, or the change is older than the last update", async () => {
    const { world } = simulator;
    const ada = changed();
    world.acting("olivia@example.com", () => world.setRoles(shop, "ada@example.com", ["GROUP_OWNER"]));
    const sentence =
      "no event since Tue 24 Nov 14:03 UTC explains it: the change may be older, or Atlas may not have kept the event";
    const later = new Date(clock.now() + 60_000);
    assert.deepEqual((await found([ada], { since: later })).sentences, [sentence]);
    world.events.forgetAll();
    assert.deepEqual((await found([ada])).sentences, [sentence.replace("14:03", "08:00")]);
  });
});

describe("the moment from which on events count", () => {
  const at = (second: number): Date => new Date(second * 1_000);
  const operation = (more: Partial<Operation>): Operation => ({
    kind: "update",
    result: "succeeded",
    startedAt: at(10),
    endedAt: at(20),
    version: 1,
    changes: {},
    isPartial: false,
    ...more,
  });
  const when = (...operations: Operation[]) =>
    sinceWhen({
      operations,
      isLocked: false,
      state: { writtenAt: at(15), pending: [], resources: [], outputs: {} },
    });

  test("is after the second in which the last update ended, whatever refreshes have found nothing since", () => {
    assert.deepEqual(when(operation({})), at(21));
    const refresh = operation({ kind: "refresh", startedAt: at(30), endedAt: at(40) });
    assert.deepEqual(when(refresh, operation({})), at(21));
  });

  test("is before an update that has failed, which may be the cause itself", () => {
    assert.deepEqual(when(operation({ result: "failed" })), at(10));
  });

  test("is when the state was written where no operation is on record", () => {
    assert.deepEqual(when(), at(15));
  });
});
