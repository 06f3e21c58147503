import type { AccessFile, Mistake } from "./file";
import { brief } from "./words";

/** The parts of an entry that mean something only where the file is the whole truth. */
const limits = ["ignore", "maxRemovals"] as const;

/** What is wrong with how projects and teams say whether the file is the whole truth about them, or that they go. */
export function mistakesOfPlaces(file: AccessFile): Mistake[] {
  const { projects, teams, people } = isRecord(file.content) ? file.content : {};
  return [...mistakesIn(file, "projects", projects, people), ...mistakesIn(file, "teams", teams, people)];
}

function mistakesIn(
  file: AccessFile,
  section: "projects" | "teams",
  declared: unknown,
  people: unknown,
): Mistake[] {
  return Object.entries(isRecord(declared) ? declared : {}).flatMap(([label, place]) => {
    if (!isRecord(place)) {
      return [];
    }
    const name = brief(label);
    const found: Mistake[] = [];
    const mistake = (part: string | undefined, text: string): void => {
      found.push({ line: file.lineAt([section, label, ...(part === undefined ? [] : [part])]), text });
    };
    const { exclusive, removed } = place;
    const users = usersOf(section, label, people);
    for (const part of limits) {
      if (place[part] !== undefined && exclusive !== true) {
        mistake(
          part,
          `${part} of ${name} means nothing without 'exclusive: true': write both, or take the line out`,
        );
      }
    }
    if (removed === true && exclusive !== undefined) {
      mistake("removed", `${name} cannot be exclusive and removed: keep one of the two`);
    }
    if (removed === true) {
      for (const username of users) {
        found.push({
          line: file.lineAt(["people", username, section]),
          text: `${brief(username)} has access to ${name}, which is removed: take it away here, or take 'removed' out`,
        });
      }
    } else if (exclusive === true && users.length === 0) {
      mistake(
        undefined,
        `${name} is exclusive and has nobody: give somebody access, or take 'exclusive' out`,
      );
    }
    return found;
  });
}

/** Who has access to a project, or is in a team. */
function usersOf(section: "projects" | "teams", label: string, people: unknown): string[] {
  return Object.entries(isRecord(people) ? people : {}).flatMap(([username, person]) => {
    const places = isRecord(person) ? person[section] : undefined;
    const has = Array.isArray(places)
      ? places.includes(label)
      : isRecord(places) && Object.hasOwn(places, label);
    return has ? [username] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
