import type { Members } from "./members";

/** A program in TypeScript that declares the access. Its resources have the names of those of the gitops example. */
export function accessProgram({ projects, teams }: Members, isExclusive: boolean): string {
  const { ofProject, ofTeam } = resourcesFor(isExclusive);
  const resources = [...(projects.length > 0 ? [ofProject] : []), ...(teams.length > 0 ? [ofTeam] : [])];
  const loops = isExclusive ? exclusiveLoops : singleLoops;
  return [
    `import { ${resources.join(", ")} } from "mongodbatlas-dynamic";`,
    "// Declares who had access when this was printed. The first `pulumi up` takes it over, and changes nothing in Atlas.\n" +
      "// Resources are named by their ids, so that nothing in this file can rename them.",
    ...(projects.length > 0
      ? [projectData(projects), teams.length > 0 ? loops.projectsForTeams : loops.projects]
      : []),
    ...(teams.length > 0
      ? [teamData(teams), projects.length > 0 ? loops.teamsAfterProjects : loops.teams]
      : []),
  ].join("\n\n");
}

/** The resources that declare members: each by one, or all of a project or team by one. */
export function resourcesFor(isExclusive: boolean): { ofProject: string; ofTeam: string } {
  return isExclusive
    ? { ofProject: "ProjectUsers", ofTeam: "TeamUsers" }
    : { ofProject: "ProjectUser", ofTeam: "TeamUser" };
}

const projectData = (projects: Members["projects"]): string => `/** Roles by project and member. */
const projects: Record<string, Record<string, string[]>> = {
${projects
  .map(
    ({ projectId, members }) => `  ${JSON.stringify(projectId)}: {
${members.map(({ username, roles }) => `    ${JSON.stringify(username)}: ${listOf(roles)},\n`).join("")}  },\n`,
  )
  .join("")}};`;

const teamData = (teams: Members["teams"]): string => `/** Members by team. */
const teams: { orgId: string; teamId: string; members: string[] }[] = [
${teams
  .map(
    ({ orgId, teamId, members }) => `  {
    orgId: ${JSON.stringify(orgId)},
    teamId: ${JSON.stringify(teamId)},
    members: [
${members.map((username) => `      ${JSON.stringify(username)},\n`).join("")}    ],
  },\n`,
  )
  .join("")}];`;

/** How the resources are declared. Those of teams come after those of projects. */
interface Loops {
  readonly projects: string;
  readonly projectsForTeams: string;
  readonly teams: string;
  readonly teamsAfterProjects: string;
}

const singleLoops: Loops = {
  projects: `for (const [projectId, members] of Object.entries(projects)) {
  for (const [username, roles] of Object.entries(members)) {
    new ProjectUser(\`\${projectId}/\${username}\`, { projectId, username, roles });
  }
}`,

  projectsForTeams: `const access: Record<string, ProjectUser[]> = {};
for (const [projectId, members] of Object.entries(projects)) {
  for (const [username, roles] of Object.entries(members)) {
    const user = new ProjectUser(\`\${projectId}/\${username}\`, { projectId, username, roles });
    access[username] = [...(access[username] ?? []), user];
  }
}`,

  teams: `for (const { orgId, teamId, members } of teams) {
  for (const username of members) {
    new TeamUser(\`\${orgId}/\${teamId}/\${username}\`, { orgId, teamId, username });
  }
}`,

  teamsAfterProjects: `for (const { orgId, teamId, members } of teams) {
  for (const username of members) {
    // A team takes users of the organization only, which somebody new becomes by the invitation to a project.
    const dependsOn = access[username] ?? [];
    new TeamUser(\`\${orgId}/\${teamId}/\${username}\`, { orgId, teamId, username }, { dependsOn });
  }
}`,
};

const exclusiveLoops: Loops = {
  projects: `for (const [projectId, users] of Object.entries(projects)) {
  new ProjectUsers(projectId, { projectId, users });
}`,

  projectsForTeams: `const access = Object.entries(projects).map(
  ([projectId, users]) => new ProjectUsers(projectId, { projectId, users }),
);`,

  teams: `for (const { orgId, teamId, members } of teams) {
  new TeamUsers(\`\${orgId}/\${teamId}\`, { orgId, teamId, usernames: members });
}`,

  teamsAfterProjects: `for (const { orgId, teamId, members } of teams) {
  // A team takes users of the organization only, which somebody new becomes by the invitation to a project.
  new TeamUsers(\`\${orgId}/\${teamId}\`, { orgId, teamId, usernames: members }, { dependsOn: access });
}`,
};

function listOf(texts: string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}
