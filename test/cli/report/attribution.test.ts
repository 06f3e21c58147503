import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AtlasEvent } from "../../../provider/atlas/operations/index";
import { affectedBy } from "../../../provider/cli/report/affected";
import {
  attribute,
  attributed,
  type EndedInvitation,
  eventTypesFor,
} from "../../../provider/cli/report/attribution";
import type { DriftRow } from "../../../provider/cli/report/driftRow";
import { driftRows } from "../../../provider/cli/report/driftRows";
import { readLabels } from "../../../provider/cli/report/labels";
import { named, step } from "./steps";

const [shop, bank, organization, support, ops] = ["a", "b", "c", "d", "e"].map((digit) =>
  digit.repeat(24),
) as [string, string, string, string, string];
const labels = readLabels({
  atlas: { projects: { shop, bank }, teams: { support: { orgId: organization, teamId: support } } },
});
const now = new Date("2026-11-25T06:00:00Z");
const since = new Date("2026-11-23T08:00:00Z");

const base = {
  property: null,
  declared: {},
  actual: null,
  message: "It was told otherwise before.",
  urn: null,
  external: false,
  provider: null,
};
const inProject = (kind: DriftRow["kind"], name = "ada@example.com", project = shop): DriftRow => ({
  ...base,
  kind,
  property: kind === "deleted" ? null : "roles",
  subject: `${name} in project shop`,
  type: "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser",
  id: `${project}/${name}`,
});
const inTeam = (kind: DriftRow["kind"], name = "ada@example.com", team = support): DriftRow => ({
  ...base,
  kind,
  subject: `${name} in team support`,
  type: "pulumi-nodejs:dynamic/mongodbatlas:TeamUser",
  id: `${organization}/${team}/${name}`,
});

let count = 0;
/** An event that Olivia has caused, to Ada unless said otherwise. */
function event(eventTypeName: string, more: Partial<AtlasEvent> = {}): AtlasEvent {
  count += 1;
  return {
    id: count.toString(16).padStart(24, "0"),
    created: "2026-11-24T14:02:00Z",
    eventTypeName,
    targetUsername: "ada@example.com",
    username: "olivia@example.com",
    remoteAddress: "203.0.113.7",
    ...more,
  };
}

const explain = (
  row: DriftRow,
  events: readonly AtlasEvent[] | undefined,
  more: { ended?: readonly EndedInvitation[]; since?: Date | undefined } = {},
) =>
  attribute(row, affectedBy(row, undefined), {
    events,
    ended: new Map((more.ended ?? []).map((user) => [user.username, user])),
    since: "since" in more ? more.since : since,
    now,
  });
const sentence = (...args: Parameters<typeof explain>): string => explain(...args).sentence;

describe("a row of drift is attributed", () => {
  test("to the person whose event explains it, with when and from where", () => {
    assert.deepEqual(explain(inProject("changed"), [event("USER_ROLES_CHANGED_AUDIT")]), {
      by: { kind: "user", name: "olivia@example.com" },
      at: "2026-11-24T14:02:00.000Z",
      from: "203.0.113.7",
      eventType: "USER_ROLES_CHANGED_AUDIT",
      why: null,
      reason: null,
      sentence: "by olivia@example.com, Tue 24 Nov 14:02 UTC, from 203.0.113.7",
    });
  });

  const clientId = `mdb_sa_id_${"1".repeat(24)}`;
  for (const [what, actor, kind, who] of [
    ["an API key", { publicKey: "abcdefgh", apiKeyId: shop }, "apiKey", "API key abcdefgh"],
    ["an API key of which only the id is told", { apiKeyId: shop }, "apiKey", `API key ${shop}`],
    [
      "a service account where a key is named",
      { publicKey: clientId },
      "serviceAccount",
      `service account ${clientId}`,
    ],
    [
      "a service account where a delegate is named",
      { delegatePrincipal: { id: clientId, name: "deploy" } },
      "serviceAccount",
      `service account ${clientId}`,
    ],
    [
      "a MongoDB employee",
      { username: "pat@mongodb.com", isGlobalAdmin: true },
      "mongodbEmployee",
      "a MongoDB employee (pat@mongodb.com)",
    ],
    ["a MongoDB employee without a name", { isGlobalAdmin: true }, "mongodbEmployee", "a MongoDB employee"],
    ["a user known by the id only", { userId: bank }, "user", bank],
  ] as const) {
    test(`to ${what}, and says so`, () => {
      const found = event("USER_ROLES_CHANGED_AUDIT", {
        username: undefined,
        ...actor,
      } as Partial<AtlasEvent>);
      const { by, sentence } = explain(inProject("changed"), [found]);
      assert.deepEqual([by?.kind, sentence], [kind, `by ${who}, Tue 24 Nov 14:02 UTC, from 203.0.113.7`]);
    });
  }

  test("to nobody by name where Atlas names nobody, and leaves out an address that it does not tell", () => {
    const found = event("USER_ROLES_CHANGED_AUDIT", { username: null, remoteAddress: null });
    assert.deepEqual(
      [explain(inProject("changed"), [found]).by, sentence(inProject("changed"), [found])],
      [null, "by somebody that Atlas does not name, Tue 24 Nov 14:02 UTC"],
    );
  });

  test("to the newest event, whatever the order of the feed, and of one second by the ids", () => {
    const older = event("USER_ROLES_CHANGED_AUDIT", {
      created: "2026-11-24T09:00:00Z",
      username: "old@example.com",
    });
    const first = event("USER_ROLES_CHANGED_AUDIT", { username: "first@example.com" });
    const last = event("USER_ROLES_CHANGED_AUDIT", { username: "last@example.com" });
    for (const events of [
      [older, first, last],
      [last, first, older],
      [first, last, older],
    ]) {
      assert.match(sentence(inProject("changed"), events), /^by last@example\.com,/);
    }
  });

  test("with the year where it is another one", () => {
    const found = event("USER_ROLES_CHANGED_AUDIT", { created: "2025-12-31T23:59:59Z" });
    assert.match(sentence(inProject("changed"), [found]), /, Wed 31 Dec 2025 23:59 UTC,/);
  });

  test("to who has invited an unmanaged member, and not to the member who accepted", () => {
    const events = [
      event("INVITED_TO_GROUP", { created: "2026-11-23T09:00:00Z" }),
      event("JOINED_GROUP", { username: "Ada@example.com" }),
    ];
    assert.match(sentence(inProject("unmanaged"), events), /^by olivia@example\.com, Mon 23 Nov 09:00/);
    assert.match(sentence(inProject("unmanaged"), events.slice(1)), /^by Ada@example\.com, Tue 24 Nov/);
    assert.match(
      sentence(inTeam("unmanaged"), [event("JOINED_TEAM")]),
      /^by olivia@example\.com, Tue 24 Nov 14:02 UTC/,
    );
  });

  test("to nobody where an acceptance is all that has happened to somebody whose roles differ", () => {
    const found = event("JOINED_GROUP", { username: "ada@example.com" });
    assert.equal(explain(inProject("changed"), [found]).reason, "noEvent");
  });

  test("to who has edited the window that takes deferrals back", () => {
    const row: DriftRow = {
      ...base,
      kind: "changed",
      subject: "the maintenance of project shop",
      property: "deferrals",
      type: "pulumi-nodejs:dynamic/mongodbatlas:MaintenanceDeferral",
      id: shop,
    };
    const edited = event("ATLAS_MAINTENANCE_WINDOW_MODIFIED", { targetUsername: undefined });
    assert.match(sentence(row, [edited]), /^by olivia@example\.com,/);
    const deferred = event("ATLAS_MAINTENANCE_DEFERRED", { targetUsername: undefined });
    assert.equal(explain(row, [deferred]).reason, "noEvent");
  });
});

describe("two people with one name", () => {
  const changed = (more: Partial<AtlasEvent>) => [event("USER_ROLES_CHANGED_AUDIT", more)];
  const reason = (row: DriftRow, events: AtlasEvent[]) => explain(row, events).reason;

  test("at two domains are not mixed up, and neither are names that begin or end alike", () => {
    for (const targetUsername of ["ada@example.org", "ada@example.com.au", "xada@example.com", "ada", null]) {
      assert.equal(reason(inProject("changed"), changed({ targetUsername })), "noEvent");
    }
  });

  test("are one where only the case differs", () => {
    assert.equal(reason(inProject("changed"), changed({ targetUsername: "ADA@Example.com" })), null);
  });

  test("in two teams are told apart by the team, where the event names it", () => {
    const events = [
      event("REMOVED_FROM_TEAM", { teamId: support, username: "one@example.com" }),
      event("REMOVED_FROM_TEAM", { teamId: ops, username: "two@example.com" }),
    ];
    assert.match(sentence(inTeam("deleted"), events), /^by one@example\.com/);
    assert.match(sentence(inTeam("deleted", "ada@example.com", ops), events), /^by two@example\.com/);
  });

  test("are not guessed where the events do not name the team and two have changed one", () => {
    const events = [
      event("REMOVED_FROM_TEAM", { username: "one@example.com" }),
      event("REMOVED_FROM_TEAM", { username: "two@example.com" }),
    ];
    const { by, reason, sentence } = explain(inTeam("deleted"), events);
    assert.deepEqual([by, reason], [null, "ambiguous"]);
    assert.equal(
      sentence,
      "by one of one@example.com and two@example.com: each changed a team of this user, and the events do not say which",
    );
    assert.match(explain(inTeam("deleted"), events.slice(0, 1)).sentence, /^by one@example\.com/);
  });
});

describe("why somebody is not there any more", () => {
  const ended = (orgMembershipStatus: string, invitationExpiresAt: string | null): EndedInvitation => ({
    userId: ops,
    username: "ada@example.com",
    orgMembershipStatus,
    invitationExpiresAt,
  });
  const told = (row: DriftRow, events: AtlasEvent[], users: EndedInvitation[] = []) => {
    const attribution = explain(row, events, { ended: users });
    return [attribution.why, attributed(row, attribution).message];
  };
  const own = { username: "Ada@example.com" };

  for (const [row, found, why, because] of [
    [inProject("deleted"), event("REMOVED_FROM_GROUP"), "removed", "somebody removed the user"],
    [inProject("deleted"), event("REMOVED_FROM_GROUP", own), "left", "the user left"],
    [
      inProject("deleted"),
      event("GROUP_INVITATION_DELETED"),
      "invitationWithdrawn",
      "the invitation was withdrawn",
    ],
    [
      inProject("deleted"),
      event("ORG_INVITATION_DELETED"),
      "invitationWithdrawn",
      "the invitation was withdrawn",
    ],
    [
      inProject("deleted"),
      event("GROUP_INVITATION_DELETED", own),
      "invitationRejected",
      "the invitation was rejected",
    ],
    [
      inProject("deleted"),
      event("REMOVED_FROM_ORG"),
      "removedFromOrganization",
      "somebody removed the user from the organization",
    ],
    [
      inProject("deleted"),
      event("REMOVED_FROM_ORG", own),
      "leftOrganization",
      "the user left the organization",
    ],
    [inTeam("deleted"), event("REMOVED_FROM_TEAM"), "removed", "somebody removed the user"],
    [inTeam("deleted"), event("REMOVED_FROM_ORG", own), "leftOrganization", "the user left the organization"],
  ] as const) {
    const where = row.subject.split(" in ")[1];
    test(`is ${why} after ${found.eventTypeName} by ${found.username}, in ${where}`, () => {
      assert.deepEqual(told(row, [found]), [why, `ada@example.com is not in ${where} any more: ${because}.`]);
    });
  }

  test("is that the invitation has expired, with when, though an older event removed the user", () => {
    const users = [ended("INVITATION_EXPIRED", "2026-11-24T14:02:00Z")];
    assert.deepEqual(told(inProject("deleted"), [event("REMOVED_FROM_GROUP")], users), [
      "invitationExpired",
      "ada@example.com is not in project shop any more: the invitation has expired.",
    ]);
    const { by, at, sentence } = explain(inProject("deleted"), undefined, { ended: users });
    assert.deepEqual(
      [by, at, sentence],
      [null, "2026-11-24T14:02:00.000Z", "by nobody: the invitation expired, Tue 24 Nov 14:02 UTC"],
    );
  });

  test("is that the user rejected the invitation, of which Atlas does not tell when", () => {
    const users = [ended("INVITATION_REJECTED", null)];
    const { by, at, why, sentence } = explain(inProject("deleted"), [], { ended: users });
    assert.deepEqual(
      [by, at, why, sentence],
      [
        { kind: "user", name: "ada@example.com" },
        null,
        "invitationRejected",
        "by ada@example.com, who rejected the invitation",
      ],
    );
  });

  test("is not asked of whoever is there", () => {
    const users = [ended("INVITATION_EXPIRED", null)];
    assert.equal(explain(inProject("changed"), [], { ended: users }).reason, "noEvent");
    const row = inProject("changed");
    assert.equal(
      attributed(row, explain(row, [event("USER_ROLES_CHANGED_AUDIT")])).message,
      "It was told otherwise before.",
    );
  });

  test("stays as the state tells it where nothing explains it", () => {
    assert.deepEqual(told(inProject("deleted"), []), [null, "It was told otherwise before."]);
  });
});

describe("what is not known is said", () => {
  for (const [what, found, reason, sentence] of [
    [
      "where no event explains it",
      explain(inProject("changed"), [event("JOINED_TEAM")]),
      "noEvent",
      "no event since Mon 23 Nov 08:00 UTC explains it: the change may be older, or Atlas may not have kept the event",
    ],
    [
      "where no update is on record",
      explain(inProject("changed"), [], { since: undefined }),
      "noEvent",
      "no event explains it: Atlas may not have kept it, or has none for such a change",
    ],
    [
      "where the events could not be read",
      explain(inProject("changed"), undefined),
      "notReadable",
      "it is not known who did it: the events could not be read",
    ],
    [
      "of what Atlas has no events about",
      explain({ ...inProject("changed"), type: "aws:s3/bucket:Bucket" }, [event("USER_ROLES_CHANGED_AUDIT")]),
      "noFeed",
      "it is not known who did it: Atlas has no events about it",
    ],
  ] as const) {
    test(what, () => {
      const nothing = { by: null, at: null, from: null, eventType: null, why: null };
      assert.deepEqual(found, { ...nothing, reason, sentence });
    });
  }
});

describe("who a row is about", () => {
  test("is read from the id of an unmanaged member, also where the address has a slash", () => {
    const row = { ...inProject("unmanaged", "ops/night@example.com"), type: null };
    assert.deepEqual(affectedBy(row, undefined), {
      kind: "member",
      place: { kind: "project", projectId: shop },
      names: ["ops/night@example.com"],
    });
    const member = { ...inTeam("unmanaged", "ops/night@example.com"), type: null };
    assert.deepEqual(affectedBy(member, undefined), {
      kind: "member",
      place: { kind: "team", orgId: organization, teamId: support },
      names: ["ops/night@example.com"],
    });
  });

  test("is one of all users that a resource declares", () => {
    const users = (...all: string[]) => ({
      projectId: shop,
      users: Object.fromEntries(all.map((name) => [`${name}@example.com`, ["GROUP_OWNER"]])),
    });
    const found = named(step("update", "ProjectUsers", users("ada"), users("eve")), "shop", { id: shop });
    const context = { now, cause: "outside the stack", ignored: new Map(), labels };
    const subjects = driftRows(found, context).map((row) => {
      const affected = affectedBy(row, found);
      return [
        row.kind,
        affected?.kind === "member" && affected.names,
        affected && eventTypesFor(row, affected)[0],
      ];
    });
    assert.deepEqual(subjects, [
      ["deleted", ["ada@example.com"], "REMOVED_FROM_GROUP"],
      ["unmanaged", ["eve@example.com"], "INVITED_TO_GROUP"],
    ]);
  });

  test("is a user of a team by name and by id, where the state has both", () => {
    const declared = { orgId: organization, teamId: support, userId: ops };
    const outputs = { username: "Ada@example.com" };
    const found = named(
      step("delete", "TeamUser", declared, undefined, { before: outputs, after: undefined }),
      "ada",
      { id: `${organization}/${support}/${ops}` },
    );
    const row = inTeam("deleted", ops);
    const affected = affectedBy(row, found);
    assert.deepEqual(affected?.kind === "member" && affected.names, [ops, "ada@example.com"]);
  });
});
