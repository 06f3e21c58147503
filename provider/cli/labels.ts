import { readId } from "../atlas/id";
import type { Properties } from "./engine";

/**
 * The projects and teams that a stack is about, by the names that people have for them. A stack says so by an output
 * `atlas` of the form `{ projects: { shop: "<id>" }, teams: { support: { orgId: "<id>", teamId: "<id>" } } }`.
 */
export interface Labels {
  /** Labels by id. */
  projects: ReadonlyMap<string, string>;
  /** Labels by `<orgId>/<teamId>`. */
  teams: ReadonlyMap<string, string>;
}

/** Whatever does not have the form is left out: a stack may have an output of this name that means something else. */
export function readLabels(outputs: Properties): Labels {
  const { projects, teams } = asObject(outputs["atlas"]);
  return {
    projects: labelsOf(projects, readId),
    teams: labelsOf(teams, (team) => {
      const [orgId, teamId] = [readId(asObject(team)["orgId"]), readId(asObject(team)["teamId"])];
      return orgId === undefined || teamId === undefined ? undefined : `${orgId}/${teamId}`;
    }),
  };
}

/** Rows in whose texts projects and teams have their labels in the place of their ids. */
export function withLabels<Row extends { subject: string; message: string }>(
  labels: Labels,
  rows: Row[],
): Row[] {
  const byId = new Map(labels.projects);
  for (const [key, label] of labels.teams) {
    byId.set(key.split("/")[1] ?? "", label);
  }
  const label = (text: string): string =>
    text.replace(/\b(project|team) ([a-f0-9]{24})\b/g, (found, what: string, id: string) =>
      byId.has(id) ? `${what} ${byId.get(id)}` : found,
    );
  return rows.map((row) => ({ ...row, subject: label(row.subject), message: label(row.message) }));
}

function labelsOf(
  declared: unknown,
  keyOf: (value: unknown) => string | undefined,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [label, value] of Object.entries(asObject(declared))) {
    const key = keyOf(value);
    if (key !== undefined) {
      labels.set(key, label);
    }
  }
  return labels;
}

function asObject(value: unknown): Properties {
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}
