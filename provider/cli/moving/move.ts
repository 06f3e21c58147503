import type { TeamKey } from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { sameRoles } from "../../resources/members/roles";
import { listMembers, type Members } from "../commands/members";
import type { OldResource, Staying } from "./oldResource";
import type { OldMember, OldStack } from "./oldStack";

/** A membership that moves. */
export interface Moved {
  resource: OldResource;
  username: string;
  /** `Project 5f1b…` or `Team 5f1b…`. */
  place: string;
  /** What it had in the old stack, where Atlas has something else; else nothing. */
  rolesBefore: string[] | undefined;
  /** What it has in Atlas; none for teams. */
  roles: string[] | undefined;
}

/** What becomes of the members that a stack declares with `@pulumi/mongodbatlas`. */
export interface Move {
  /** What the program declares. */
  members: Members;
  moved: Moved[];
  /** Sentences about members that the program declares, but the stack does not. */
  added: string[];
  staying: Staying[];
  /** What leaves the state of the old stack, in this order. */
  leaving: OldResource[];
}

/**
 * Compares what a stack declares with what Atlas has, for one request for each 500 members of a project or team.
 *
 * @param isExclusive whether the new program declares all members of a project or team, also those that the stack does not
 */
export async function planMove(old: OldStack, session: AtlasSession, isExclusive: boolean): Promise<Move> {
  const all = await listMembers(session, ...placesOf(old.members));
  const looked = await Promise.all(old.members.map((member) => lookFor(member, session)));
  const moved = looked.filter((each) => "username" in each);
  const missing = looked.filter((each) => "reason" in each);
  const stays = new Set([...missing, ...old.staying].map(({ resource }) => resource.urn));
  const names = new Set(moved.map(({ place, username }) => `${place}/${username}`));
  const isMoved = (place: string, username: string): boolean => names.has(`${place}/${username}`);
  const part = membersThat(all, isMoved);
  return {
    members: isExclusive ? all : part,
    added: isExclusive ? notDeclared(membersThat(all, (...member) => !isMoved(...member))) : [],
    moved,
    staying: [...missing, ...old.staying],
    leaving: old.movable.filter(({ urn }) => !stays.has(urn)),
  };
}

/** The members that something is so of, and the projects and teams that have any. */
function membersThat(
  { projects, teams }: Members,
  isSo: (place: string, username: string) => boolean,
): Members {
  return {
    projects: projects
      .map(({ projectId, members }) => ({
        projectId,
        members: members.filter(({ username }) => isSo(`Project ${projectId}`, username)),
      }))
      .filter(hasMembers),
    teams: teams
      .map(({ members, ...team }) => ({
        ...team,
        members: members.filter((username) => isSo(`Team ${team.teamId}`, username)),
      }))
      .filter(hasMembers),
  };
}

function notDeclared({ projects, teams }: Members): string[] {
  const sentence = (username: string, of: string): string =>
    `${username} is in ${of} as well, and is declared now: the stack did not.`;
  return [
    ...projects.flatMap(({ projectId, members }) =>
      members.map(({ username }) => sentence(username, `project ${projectId}`)),
    ),
    ...teams.flatMap(({ teamId, members }) =>
      members.map((username) => sentence(username, `team ${teamId}`)),
    ),
  ];
}

function hasMembers({ members }: { members: readonly unknown[] }): boolean {
  return members.length > 0;
}

function placesOf(members: OldMember[]): [projectIds: string[], teams: TeamKey[]] {
  const projectIds = new Set<string>();
  const teams = new Map<string, TeamKey>();
  for (const { place } of members) {
    if ("projectId" in place) {
      projectIds.add(place.projectId);
    } else {
      teams.set(`${place.orgId}/${place.teamId}`, place);
    }
  }
  return [[...projectIds].sort(), [...teams.keys()].sort().map((key) => teams.get(key) as TeamKey)];
}

/** What Atlas has of a member, out of the listings that have been made. */
async function lookFor(
  { resource, place, user, roles }: OldMember,
  session: AtlasSession,
): Promise<Moved | Staying> {
  if (!("projectId" in place)) {
    const of = `Team ${place.teamId}`;
    const found = (await session.teamUsers(place).all()).byName.get(user.toLowerCase());
    return found === undefined
      ? { resource, reason: isMissing(user, of) }
      : {
          resource,
          username: found.username.toLowerCase(),
          place: of,
          rolesBefore: undefined,
          roles: undefined,
        };
  }
  const of = `Project ${place.projectId}`;
  const found = (await session.projectUsers(place.projectId).all()).byName.get(user.toLowerCase());
  if (found === undefined) {
    return { resource, reason: isMissing(user, of) };
  }
  if (!found.roles?.length) {
    return {
      resource,
      reason: `${user} has no role of its own in ${lower(of)}, which no resource can declare.`,
    };
  }
  return {
    resource,
    username: found.username.toLowerCase(),
    place: of,
    rolesBefore: roles === undefined || sameRoles(roles, found.roles) ? undefined : roles,
    roles: found.roles,
  };
}

function isMissing(user: string, of: string): string {
  return (
    `Atlas does not list ${user} in ${lower(of)}: an invitation that was made with the deprecated API shows when it has been accepted; ` +
    "otherwise the access has gone, and this resource would give it again."
  );
}

function lower(of: string): string {
  return of.charAt(0).toLowerCase() + of.slice(1);
}
