/** Who is in which projects and teams. */
export interface Access {
  projects: { projectId: string; members: { username: string; roles: string[] }[] }[];
  teams: { orgId: string; teamId: string; members: string[] }[];
}

/** A program in TypeScript that declares the access. Its resources have the names of those of the gitops example. */
export function accessProgram({ projects, teams }: Access): string {
  const resources = [
    ...(projects.length > 0 ? ["ProjectUser"] : []),
    ...(teams.length > 0 ? ["TeamUser"] : []),
  ];
  return [
    `import { ${resources.join(", ")} } from "mongodbatlas-dynamic";`,
    "// Declares who had access when this was printed. The first `pulumi up` takes it over, and changes nothing in Atlas.\n" +
      "// Resources are named by their ids, so that nothing in this file can rename them: renaming takes access away.",
    ...(projects.length > 0
      ? [projectData(projects), teams.length > 0 ? projectLoopForTeams : projectLoop]
      : []),
    ...(teams.length > 0 ? [teamData(teams), projects.length > 0 ? teamLoopAfterProjects : teamLoop] : []),
  ].join("\n\n");
}

const projectData = (projects: Access["projects"]): string => `/** Roles by project and member. */
const projects: Record<string, Record<string, string[]>> = {
${projects
  .map(
    ({ projectId, members }) => `  ${JSON.stringify(projectId)}: {
${members.map(({ username, roles }) => `    ${JSON.stringify(username)}: ${listOf(roles)},\n`).join("")}  },\n`,
  )
  .join("")}};`;

const projectLoop = `for (const [projectId, members] of Object.entries(projects)) {
  for (const [username, roles] of Object.entries(members)) {
    new ProjectUser(\`\${projectId}/\${username}\`, { projectId, username, roles });
  }
}`;

const projectLoopForTeams = `const access: Record<string, ProjectUser[]> = {};
for (const [projectId, members] of Object.entries(projects)) {
  for (const [username, roles] of Object.entries(members)) {
    const user = new ProjectUser(\`\${projectId}/\${username}\`, { projectId, username, roles });
    access[username] = [...(access[username] ?? []), user];
  }
}`;

const teamData = (teams: Access["teams"]): string => `/** Members by team. */
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

const teamLoop = `for (const { orgId, teamId, members } of teams) {
  for (const username of members) {
    new TeamUser(\`\${orgId}/\${teamId}/\${username}\`, { orgId, teamId, username });
  }
}`;

const teamLoopAfterProjects = `for (const { orgId, teamId, members } of teams) {
  for (const username of members) {
    // A team takes users of the organization only, which somebody new becomes by the invitation to a project.
    const dependsOn = access[username] ?? [];
    new TeamUser(\`\${orgId}/\${teamId}/\${username}\`, { orgId, teamId, username }, { dependsOn });
  }
}`;

function listOf(texts: string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** The file of the gitops example that declares the same. Its labels are for people, who may rename them. */
export function accessFile({ projects, teams }: Access): string {
  const people = new Map<string, { projects: [label: string, roles: string[]][]; teams: string[] }>();
  const personOf = (username: string) => {
    const person = people.get(username) ?? { projects: [], teams: [] };
    people.set(username, person);
    return person;
  };
  projects.forEach(({ members }, index) => {
    for (const { username, roles } of members) {
      personOf(username).projects.push([`project-${index + 1}`, roles]);
    }
  });
  teams.forEach(({ members }, index) => {
    for (const username of members) {
      personOf(username).teams.push(`team-${index + 1}`);
    }
  });
  return [
    "# yaml-language-server: $schema=./access.schema.json",
    "# Who had access when this was printed. Rename the labels of projects and teams as you like: it changes nothing.",
    "",
    ...section("projects", projects, ({ projectId }, index) => [`  project-${index + 1}: ${id(projectId)}`]),
    ...(teams.length === 0
      ? []
      : section("teams", teams, ({ orgId, teamId }, index) => [
          `  team-${index + 1}:`,
          `    orgId: ${id(orgId)}`,
          `    teamId: ${id(teamId)}`,
        ])),
    ...section(
      "people",
      [...people].sort(([one], [other]) => (one < other ? -1 : 1)),
      ([username, person]) => [
        `  ${scalar(username)}:`,
        ...(person.projects.length === 0 ? [] : ["    projects:"]),
        ...person.projects.map(([label, roles]) => `      ${label}: [${roles.map(scalar).join(", ")}]`),
        ...(person.teams.length === 0 ? [] : [`    teams: [${person.teams.join(", ")}]`]),
      ],
    ),
  ].join("\n");
}

function section<T>(name: string, items: T[], linesOf: (item: T, index: number) => string[]): string[] {
  return items.length === 0 ? [`${name}: {}`] : [`${name}:`, ...items.flatMap(linesOf)];
}

/** Quoted, because YAML takes an id of digits, perhaps with an `e` among them, for a number. */
const id = (text: string): string => JSON.stringify(text);

/** A text in YAML: as it is where that can mean nothing else, and otherwise quoted as in JSON, which YAML takes. */
function scalar(text: string): string {
  return /^[A-Za-z][\w.+-]*(@[\w.-]+)?$/.test(text) && /[@_]/.test(text) ? text : JSON.stringify(text);
}
