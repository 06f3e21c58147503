import type { Members } from "./members";

const head = `# yaml-language-server: $schema=./access.schema.json
# Who had access when this was printed. Rename the labels of projects and teams as you like: it changes nothing.
`;

/** What the file says of a person. */
interface Person {
  projects?: Record<string, string[]>;
  teams?: string[];
}

/** The file of the gitops example that declares the same. Its labels are for people, who may rename them. */
export function accessFile({ projects, teams }: Members, isExclusive: boolean): string {
  // Few commands need it.
  const { Document, isScalar, isSeq, visit } = require("yaml") as typeof import("yaml");
  const content = new Document({
    projects: Object.fromEntries(
      projects.map(({ projectId }, index) => [
        `project-${index + 1}`,
        isExclusive ? { projectId, exclusive: true } : projectId,
      ]),
    ),
    ...(teams.length === 0
      ? {}
      : {
          teams: Object.fromEntries(
            teams.map(({ orgId, teamId }, index) => [
              `team-${index + 1}`,
              { orgId, teamId, ...(isExclusive ? { exclusive: true } : {}) },
            ]),
          ),
        }),
    people: Object.fromEntries(peopleIn({ projects, teams })),
  });
  visit(content, {
    Seq: (_key, node) => {
      node.flow = isSeq(node);
    },
    Scalar: (_key, node) => {
      // An id of digits, perhaps with an `e` among them, would be a number to other readers.
      if (isScalar(node) && /^[0-9a-f]{24}$/.test(String(node.value))) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return `${head}\n${content.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd()}`;
}

/** By username, in order. */
function peopleIn({ projects, teams }: Members): [string, Person][] {
  const people = new Map<string, Person>();
  const personOf = (username: string): Person => {
    const person = people.get(username) ?? {};
    people.set(username, person);
    return person;
  };
  projects.forEach(({ members }, index) => {
    for (const { username, roles } of members) {
      const person = personOf(username);
      person.projects = { ...person.projects, [`project-${index + 1}`]: roles };
    }
  });
  teams.forEach(({ members }, index) => {
    for (const username of members) {
      const person = personOf(username);
      person.teams = [...(person.teams ?? []), `team-${index + 1}`];
    }
  });
  return [...people].sort(([one], [other]) => (one < other ? -1 : 1));
}
