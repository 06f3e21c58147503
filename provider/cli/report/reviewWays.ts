import type { AtlasOrganizationUser, AtlasProjectUser } from "../../atlas/operations/index";

/** A way by which a user has access to a project, with the roles that it gives; `undefined` where Atlas shows none. */
export type Way = { roles: readonly string[] | undefined } & (
  | { kind: "project" }
  /** By at least one of these teams. */
  | { kind: "team"; teamIds: readonly string[] }
  | { kind: "organization" }
  /** By a team or by a role in the organization: which one, no listing says. */
  | { kind: "unknown" }
);

/** What is known of a project and of its organization. */
export interface Sources {
  projectId: string;
  /** Everybody who has access, with the roles of all ways together. */
  users: readonly AtlasProjectUser[];
  /** The users of the organization by name in lower case; `undefined` where it may not be read. */
  organization: ReadonlyMap<string, AtlasOrganizationUser> | undefined;
  /** Those who were added to the project, in the place of the organization. */
  added: readonly AtlasProjectUser[] | undefined;
  /** The roles that the project gives to teams, by their ids; `undefined` where nobody asked. */
  teams: ReadonlyMap<string, readonly string[] | undefined> | undefined;
}

/** What a role in the organization amounts to in each of its projects. Other roles of it give no access. */
const impliedRoles: ReadonlyMap<string, string> = new Map([
  ["ORG_OWNER", "GROUP_OWNER"],
  ["ORG_READ_ONLY", "GROUP_READ_ONLY"],
]);

/** The ways that are known of each user by name in lower case, and the teams that may be a further way of some. */
export interface Ways {
  byUser: ReadonlyMap<string, readonly Way[]>;
  undecided: ReadonlySet<string>;
}

/** Finds out by which ways users have access to a project. */
export function findWays(sources: Sources): Ways {
  const people = sources.users.map((user) => personOf(user, sources));
  return sources.teams === undefined ? byDeduction(people, sources) : byTeams(people, sources.teams);
}

/** A user, with what is known for certain, and with what that leaves to be explained. */
interface Person {
  name: string;
  ways: Way[];
  /** Roles that no way explains yet. */
  left: readonly string[];
  teamIds: readonly string[];
}

function personOf(user: AtlasProjectUser, { projectId, organization, added }: Sources): Person {
  const name = user.username.toLowerCase();
  const member = organization?.get(name);
  const direct =
    organization === undefined
      ? added?.find(({ username }) => username.toLowerCase() === name)?.roles
      : member?.roles?.groupRoleAssignments?.find(({ groupId }) => groupId === projectId)?.groupRoles;
  const ofOrganization = (member?.roles?.orgRoles ?? []).filter((role) => impliedRoles.has(role)).sort();
  const explained = [...(direct ?? []), ...ofOrganization.map((role) => impliedRoles.get(role))];
  const ways: Way[] = [];
  if (direct?.length) {
    ways.push({ kind: "project", roles: [...new Set(direct)].sort() });
  }
  if (ofOrganization.length > 0) {
    ways.push({ kind: "organization", roles: ofOrganization });
  }
  const left = (user.roles ?? []).filter((role) => !explained.includes(role));
  return { name, ways, left, teamIds: member?.teamIds ?? [] };
}

/** The project has said which teams it has. */
function byTeams(people: readonly Person[], teams: ReadonlyMap<string, readonly string[] | undefined>): Ways {
  const byUser = people.map(({ name, ways, left, teamIds }) => {
    const own = teamIds.filter((teamId) => teams.has(teamId));
    const given = own.flatMap((teamId) => teams.get(teamId) ?? []);
    const found = [
      ...ways,
      ...own.map((teamId): Way => ({ kind: "team", teamIds: [teamId], roles: teams.get(teamId) })),
    ];
    return [
      name,
      withRest(
        found,
        left.filter((role) => !given.includes(role)),
      ),
    ] as const;
  });
  return { byUser: new Map(byUser), undecided: new Set() };
}

/**
 * A team gives access to all of its members, so a team of which a member is not listed gives none. Of who has access by no
 * other way, the teams that remain are the way; where it is one, it is the way of its other members too.
 */
function byDeduction(people: readonly Person[], { organization }: Sources): Ways {
  const listed = new Set(people.map(({ name }) => name));
  const refuted = new Set<string>();
  for (const [name, { teamIds, orgMembershipStatus }] of organization ?? []) {
    // It is not certain that a listing of a project shows who is only invited to the organization.
    if (!listed.has(name) && orgMembershipStatus === "ACTIVE") {
      for (const teamId of teamIds ?? []) {
        refuted.add(teamId);
      }
    }
  }
  const candidatesOf = ({ teamIds }: Person): string[] => teamIds.filter((teamId) => !refuted.has(teamId));
  const rolesOfTeams = new Map<string, readonly string[]>();
  for (const person of people) {
    const [only, ...others] = candidatesOf(person);
    if (only !== undefined && others.length === 0 && isUnexplained(person)) {
      const known = rolesOfTeams.get(only);
      rolesOfTeams.set(only, [...new Set([...(known ?? []), ...person.left])].sort());
    }
  }
  const undecided = new Set<string>();
  const byUser = people.map((person) => {
    const candidates = candidatesOf(person);
    const certain = candidates.filter((teamId) => rolesOfTeams.has(teamId));
    const given = certain.flatMap((teamId) => rolesOfTeams.get(teamId) ?? []);
    const left = person.left.filter((role) => !given.includes(role));
    const rest = candidates.filter((teamId) => !rolesOfTeams.has(teamId));
    const found = [
      ...person.ways,
      ...certain.map((teamId) => teamWay([teamId], rolesOfTeams.get(teamId) ?? [])),
    ];
    if (rest.length > 0 && (left.length > 0 || found.length === 0)) {
      return [person.name, [...found, teamWay(rest, left)]] as const;
    }
    for (const teamId of rest) {
      undecided.add(teamId);
    }
    return [person.name, withRest(found, left)] as const;
  });
  return { byUser: new Map(byUser), undecided };
}

/** Whether somebody has access, or a role, that only a team can give. */
function isUnexplained({ ways, left }: Person): boolean {
  return ways.length === 0 || left.length > 0;
}

function teamWay(teamIds: readonly string[], roles: readonly string[]): Way {
  return { kind: "team", teamIds, roles: roles.length > 0 ? roles : undefined };
}

function withRest(ways: readonly Way[], left: readonly string[]): readonly Way[] {
  const isExplained = ways.length > 0 && left.length === 0;
  return isExplained ? ways : [...ways, { kind: "unknown", roles: left.length > 0 ? left : undefined }];
}
