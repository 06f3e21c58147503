import type { TeamKey } from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import type { Output } from "../output";

/** Who is in which projects and teams. Names are in lower case, as Atlas keeps them, and in order. */
export interface Members {
  projects: { projectId: string; members: { username: string; roles: string[] }[] }[];
  teams: { orgId: string; teamId: string; members: string[] }[];
}

/** The members that Atlas has: one request for each 500 of a project or team. */
export async function listMembers(
  session: AtlasSession,
  projectIds: string[],
  teams: TeamKey[],
): Promise<Members> {
  const [ofProjects, ofTeams] = await Promise.all([
    Promise.all(
      projectIds.map(async (projectId) => ({
        projectId,
        members: each(await session.projectUsers(projectId).all()).map(({ username, roles = [] }) => ({
          username: username.toLowerCase(),
          roles,
        })),
      })),
    ),
    Promise.all(
      teams.map(async (team) => ({
        ...team,
        members: each(await session.teamUsers(team).all()).map(({ username }) => username.toLowerCase()),
      })),
    ),
  ]);
  return {
    projects: ofProjects.map((project) => ({
      ...project,
      members: project.members.sort((one, other) => (one.username < other.username ? -1 : 1)),
    })),
    teams: ofTeams.map((team) => ({ ...team, members: team.members.sort() })),
  };
}

/** Each member once: a team's are listed by two names. */
function each<Member>({ byName }: { byName: ReadonlyMap<string, Member> }): Member[] {
  return [...new Set(byName.values())];
}

/** Atlas may show a member without a role of its own, which no resource can declare. */
export function withRoles(members: Members, output: Output): Members {
  const projects = members.projects.map(({ projectId, members: all }) => {
    for (const { username, roles } of all) {
      if (roles.length === 0) {
        output.warn(`${username} has no role of its own in project ${projectId}, and is left out.`);
      }
    }
    return { projectId, members: all.filter(({ roles }) => roles.length > 0) };
  });
  return { ...members, projects };
}

/** Nothing can declare that a project or team has no members at all. */
export function withMembers({ projects, teams }: Members, output: Output): Members {
  const hasMembers = (what: string, members: readonly unknown[]): boolean => {
    if (members.length === 0) {
      output.warn(`${what} has no members, and is left out.`);
    }
    return members.length > 0;
  };
  return {
    projects: projects.filter(({ projectId, members }) => hasMembers(`Project ${projectId}`, members)),
    teams: teams.filter(({ teamId, members }) => hasMembers(`Team ${teamId}`, members)),
  };
}
