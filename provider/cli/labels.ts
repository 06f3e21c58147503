import { readId } from "../atlas/id";
import type { Facts, Place } from "../resources/messages/messages";
import type { Properties } from "../resources/messages/values";

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

/** A stack that has no names for its projects and teams. */
export const noLabels: Labels = { projects: new Map(), teams: new Map() };

/** Properties for a sentence, in which projects and teams have their labels. The properties themselves keep the ids. */
export function factsOf(properties: Properties, labels: Labels): Facts {
  const { projectId, teamId } = properties;
  return {
    ...properties,
    project: labelOf({ kind: "project", projectId: String(projectId) }, labels),
    team: labelOf({ kind: "team", teamId: String(teamId), orgId: undefined }, labels),
  };
}

/** The label of a project or team, or else its id. */
export function labelOf(place: Place, { projects, teams }: Labels): string {
  if (place.kind === "project") {
    return projects.get(place.projectId.toLowerCase()) ?? place.projectId;
  }
  // A team has an id of its own, whatever its organization.
  const team = place.teamId.toLowerCase();
  const [, label] = [...teams].find(([key]) => key.split("/")[1] === team) ?? [];
  return label ?? place.teamId;
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
