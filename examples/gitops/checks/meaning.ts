import { closest, distance } from "fastest-levenshtein";
import { isMap, isScalar, visit } from "yaml";
import { type AccessFile, keyOf, type Mistake, type Path } from "./file";
import { flawOfLabel, labelAdvice } from "./labels";
import { projectRoles } from "./schema";
import { alternatives, brief, quoted } from "./words";

/** How many labels a message proposes, and among how many it looks for them: each mistake costs as many comparisons. */
const mostAlternatives = 8;
const mostCompared = 200;

/** Keys that are there twice, people also where the case differs: Atlas takes both for the same person. */
export function repetitions(file: AccessFile): Mistake[] {
  const root = file.document.contents;
  const people = isMap(root) ? root.items.findLast((pair) => keyOf(pair) === "people")?.value : undefined;
  const mistakes: Mistake[] = [];
  visit(root, {
    Map: (_, map) => {
      const isPeople = map === people;
      const advice = isPeople
        ? "keep one entry, with everything that this person may do"
        : "keep one of the two";
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key)) {
          continue;
        }
        const name = String(key.value);
        const same = isPeople ? name.toLowerCase() : name;
        const first = seen.get(same);
        const line = file.lineOf(key);
        if (first === undefined) {
          seen.set(same, line);
        } else {
          mistakes.push({ line, text: `${brief(name)} is there already, in line ${first}: ${advice}` });
        }
      }
    },
  });
  return mistakes;
}

/** What a schema cannot say. It may meet anything where the form is wrong, and passes over it. */
export function mistakesOfMeaning(file: AccessFile): Mistake[] {
  const { content } = file;
  const { projects, teams, people } = isRecord(content) ? content : {};
  return [
    ...flawedLabels(file, "projects", projects),
    ...flawedLabels(file, "teams", teams),
    ...sameIds(file, "projects", projects, idOfProject),
    ...sameIds(file, "teams", teams, idOfTeam),
    ...entries(people).flatMap(([username, person]) => {
      if (!isRecord(person)) {
        return [];
      }
      const at = ["people", username];
      return [
        ...mistakesOfRoles(file, [...at, "projects"], person["projects"], projects),
        ...mistakesOfTeams(file, [...at, "teams"], person["teams"], teams),
        ...withNothing(file, at, person),
      ];
    }),
  ];
}

function flawedLabels(file: AccessFile, section: string, declared: unknown): Mistake[] {
  return entries(declared).flatMap(([label]) => {
    const flaw = flawOfLabel(label);
    return flaw === undefined
      ? []
      : [
          {
            line: file.lineAt([section, label]),
            text: `the label ${quoted(label)} ${flaw}: ${labelAdvice}`,
          },
        ];
  });
}

/** Two labels for one thing: each person would be declared twice there. */
function sameIds(
  file: AccessFile,
  section: string,
  declared: unknown,
  idOf: (value: unknown) => string | undefined,
): Mistake[] {
  const seen = new Map<string, string>();
  return entries(declared).flatMap(([label, value]) => {
    const id = idOf(value);
    if (id === undefined) {
      return [];
    }
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, label);
      return [];
    }
    const line = file.lineAt([section, first]);
    const text = `${brief(label)} has the id of ${brief(first)}, in line ${line}: keep one of the two labels, or write another id`;
    return [{ line: file.lineAt([section, label]), text }];
  });
}

function idOfProject(project: unknown): string | undefined {
  const id = isRecord(project) ? project["projectId"] : project;
  return typeof id === "string" ? id.toLowerCase() : undefined;
}

function idOfTeam(team: unknown): string | undefined {
  const { orgId, teamId } = isRecord(team) ? team : {};
  return typeof orgId === "string" && typeof teamId === "string"
    ? `${orgId}/${teamId}`.toLowerCase()
    : undefined;
}

function mistakesOfRoles(file: AccessFile, at: Path, rolesByLabel: unknown, projects: unknown): Mistake[] {
  return entries(rolesByLabel).flatMap(([label, roles]) => [
    ...undeclared(file, [...at, label], label, "projects", projects),
    ...items(roles).flatMap((role, i) => unknownToSchema(file, [...at, label, String(i)], role)),
  ]);
}

function mistakesOfTeams(file: AccessFile, at: Path, labels: unknown, teams: unknown): Mistake[] {
  return items(labels).flatMap((label, i) =>
    typeof label === "string" ? undeclared(file, [...at, String(i)], label, "teams", teams) : [],
  );
}

/** A label that does not stand at the top. */
function undeclared(
  file: AccessFile,
  at: Path,
  label: string,
  section: string,
  declared: unknown,
): Mistake[] {
  // Whether a label is declared cannot be told from a section that is not as it should be.
  if ((declared ?? undefined) !== undefined && !isRecord(declared)) {
    return [];
  }
  if (isRecord(declared) && Object.hasOwn(declared, label)) {
    return [];
  }
  const labels = likeliest(label, Object.keys(declared ?? {}));
  const others = labels.length === 0 ? "" : `write ${alternatives(labels)}, or `;
  const text = `${brief(label)} is not among the ${section}: ${others}declare it under '${section}' at the top`;
  return [{ line: file.lineAt(at), text }];
}

/** All labels where they are few, and otherwise those that differ least, in the order of the file. */
function likeliest(label: string, declared: string[]): string[] {
  if (declared.length <= mostAlternatives) {
    return declared.map(brief);
  }
  const compared = declared.slice(0, mostCompared).map((known) => ({
    known: brief(known),
    distance: distance(brief(label), brief(known)),
  }));
  const nearest = compared.toSorted((one, other) => one.distance - other.distance).slice(0, mostAlternatives);
  return compared.filter((candidate) => nearest.includes(candidate)).map(({ known }) => known);
}

/**
 * A role that nobody here knows. Atlas would refuse it only when others have been changed already, so it has to be in the
 * schema first, where a reviewer sees it.
 */
function unknownToSchema(file: AccessFile, at: Path, role: unknown): Mistake[] {
  // What cannot be a role at all is a mistake of form.
  if (typeof role !== "string" || !/^GROUP_[A-Z0-9_]+$/.test(role) || projectRoles.includes(role)) {
    return [];
  }
  const nearest = closest(brief(role), projectRoles);
  const advice =
    distance(brief(role), nearest) <= 2
      ? `write ${nearest}`
      : "write one that access.schema.json lists, or add it there if Atlas has it now";
  return [{ line: file.lineAt(at), text: `${brief(role)} is no role that is known here: ${advice}` }];
}

function withNothing(file: AccessFile, at: Path, person: Record<string, unknown>): Mistake[] {
  const { projects, teams, ...others } = person;
  // Another key is a mistake of its own, which may be where they were meant to stand.
  if (!isEmpty(projects) || !isEmpty(teams) || !isEmpty(others)) {
    return [];
  }
  const text = `${brief(at.at(-1) ?? "")} has no project and no team: write one, or take the person out`;
  return [{ line: file.lineAt(at), text }];
}

function isEmpty(part: unknown): boolean {
  return part === undefined || (typeof part === "object" && part !== null && Object.keys(part).length === 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entries(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
