import type { Members } from "./members";

/** The file of the gitops example that declares the same. Its labels are for people, who may rename them. */
export function accessFile({ projects, teams }: Members): string {
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
