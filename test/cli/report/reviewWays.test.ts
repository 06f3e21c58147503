import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AtlasOrganizationUser, AtlasProjectUser } from "../../../provider/atlas/operations/index";
import { findWays, type Sources } from "../../../provider/cli/report/reviewWays";

const projectId = "p";

interface Person {
  /** Roles in the listing of the project; `undefined` for somebody who is not in it. */
  shown?: string[];
  direct?: string[];
  org?: string[];
  teams?: string[];
  status?: string;
}

function sourcesOf(people: Record<string, Person>, over: Partial<Sources> = {}): Sources {
  const organization = Object.entries(people).map(([name, { direct, org, teams, status = "ACTIVE" }]) => {
    const user: AtlasOrganizationUser = {
      userId: name,
      username: name,
      orgMembershipStatus: status,
      roles: {
        orgRoles: org ?? ["ORG_MEMBER"],
        groupRoleAssignments: direct ? [{ groupId: projectId, groupRoles: direct }] : [],
      },
      teamIds: teams ?? [],
      invitationCreatedAt: undefined,
      invitationExpiresAt: undefined,
      inviterUsername: undefined,
      createdAt: undefined,
      lastAuth: undefined,
    };
    return [name, user] as const;
  });
  const users = Object.entries(people).flatMap(([name, { shown, status = "ACTIVE" }]) =>
    shown === undefined ? [] : [userOf(name, shown, status)],
  );
  return {
    projectId,
    users,
    organization: new Map(organization),
    added: undefined,
    teams: undefined,
    ...over,
  };
}

function userOf(name: string, roles: string[], status = "ACTIVE"): AtlasProjectUser {
  return {
    userId: name,
    username: name,
    orgMembershipStatus: status,
    roles,
    invitationCreatedAt: undefined,
    invitationExpiresAt: undefined,
    inviterUsername: undefined,
    createdAt: undefined,
    lastAuth: undefined,
  };
}

function found(sources: Sources) {
  const { byUser, undecided } = findWays(sources);
  const ways = [...byUser].map(([name, each]) => [
    name,
    each.map((way) => {
      const where = way.kind === "team" ? way.teamIds.join("|") : way.kind;
      return `${where}: ${way.roles?.join(" ") ?? "?"}`;
    }),
  ]);
  return { ...Object.fromEntries(ways), ...(undecided.size === 0 ? {} : { undecided: [...undecided] }) };
}

describe("the ways of access to a project", () => {
  test("are told apart: added to it, by a team, by a role in the organization, by all of them", () => {
    assert.deepEqual(
      found(
        sourcesOf({
          ada: { shown: ["READ"], direct: ["READ"] },
          tess: { shown: ["WRITE"], teams: ["t"] },
          boss: { shown: [], org: ["ORG_OWNER"] },
          all: {
            shown: ["READ", "WRITE"],
            direct: ["READ"],
            org: ["ORG_MEMBER", "ORG_READ_ONLY"],
            teams: ["t"],
          },
        }),
      ),
      {
        ada: ["project: READ"],
        tess: ["t: WRITE"],
        boss: ["organization: ORG_OWNER"],
        all: ["project: READ", "organization: ORG_READ_ONLY", "t: WRITE"],
      },
    );
  });

  test("are the same where Atlas shows what a role in the organization amounts to", () => {
    assert.deepEqual(found(sourcesOf({ boss: { shown: ["GROUP_OWNER"], org: ["ORG_OWNER"] } })), {
      boss: ["organization: ORG_OWNER"],
    });
  });

  test("are no team of which a member has no access", () => {
    assert.deepEqual(
      found(sourcesOf({ tess: { shown: ["WRITE"], teams: ["t", "u"] }, una: { teams: ["u"] } })),
      { tess: ["t: WRITE"] },
    );
  });

  test("may be a team of which only an invited member is not listed", () => {
    assert.deepEqual(
      found(
        sourcesOf({ tess: { shown: ["WRITE"], teams: ["t"] }, una: { teams: ["t"], status: "PENDING" } }),
      ),
      { tess: ["t: WRITE"] },
    );
  });

  test("are named with all teams that it may be, where it may be several", () => {
    assert.deepEqual(found(sourcesOf({ tess: { shown: ["WRITE"], teams: ["t", "u"] } })), {
      tess: ["t|u: WRITE"],
    });
  });

  test("include a team that another member proves, also for who has its roles by another way", () => {
    assert.deepEqual(
      found(
        sourcesOf({
          ada: { shown: ["READ"], direct: ["READ"], teams: ["t"] },
          tess: { shown: ["READ"], teams: ["t"] },
        }),
      ),
      { ada: ["project: READ", "t: READ"], tess: ["t: READ"] },
    );
  });

  test("leave a team undecided whose members all have access by another way", () => {
    assert.deepEqual(found(sourcesOf({ ada: { shown: ["READ"], direct: ["READ"], teams: ["t"] } })), {
      ada: ["project: READ"],
      undecided: ["t"],
    });
  });

  test("are the team where Atlas shows none of its roles", () => {
    assert.deepEqual(found(sourcesOf({ tess: { shown: [], teams: ["t"] } })), { tess: ["t: ?"] });
  });

  test("are not known where nothing tells them", () => {
    assert.deepEqual(
      found(sourcesOf({ eve: { shown: ["READ"] }, ida: { shown: ["READ", "WRITE"], direct: ["READ"] } })),
      {
        eve: ["unknown: READ"],
        ida: ["project: READ", "unknown: WRITE"],
      },
    );
  });

  test("are exact where the project has said which teams it has", () => {
    const people = {
      ada: { shown: ["READ"], direct: ["READ"], teams: ["t", "u"] },
      tess: { shown: [], teams: ["t", "u"] },
      eve: { shown: ["READ"], teams: ["t"] },
    };
    assert.deepEqual(found(sourcesOf(people, { teams: new Map([["u", ["READ"]]]) })), {
      ada: ["project: READ", "u: READ"],
      tess: ["u: READ"],
      eve: ["unknown: READ"],
    });
  });

  test("are split by who was added where the organization may not be read", () => {
    const sources = sourcesOf({ ada: { shown: ["READ", "WRITE"] }, tess: { shown: ["WRITE"] } });
    assert.deepEqual(found({ ...sources, organization: undefined, added: [userOf("ada", ["READ"])] }), {
      ada: ["project: READ", "unknown: WRITE"],
      tess: ["unknown: WRITE"],
    });
  });
});
