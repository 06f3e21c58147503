import * as pulumi from "@pulumi/pulumi";
import type { Access, Project, Team } from "./access";

/** The projects and teams of the file, with ids in lower case: a preview shows what changes in Atlas, and no other case. */
export interface Places {
  projects: Record<string, Project>;
  teams: Record<string, Team>;
}

export function placesOf({ projects, teams }: Access): Places {
  return {
    projects: mapValues(projects, (project) => {
      const { projectId, ...rest } = typeof project === "string" ? { projectId: project } : project;
      return { ...rest, projectId: projectId.toLowerCase() };
    }),
    teams: mapValues(teams, ({ orgId, teamId, ...rest }) => ({
      ...rest,
      orgId: orgId.toLowerCase(),
      teamId: teamId.toLowerCase(),
    })),
  };
}

/** What a stack tells of its projects and teams: their ids, by label. */
export interface Exported {
  projects: Record<string, string>;
  teams: Record<string, { orgId: string; teamId: string }>;
}

/** What is to be exported: nothing of what is removed, so that its entry can go after the deployment. */
export function exportedOf({ projects, teams }: Places): Exported {
  return {
    projects: mapValues(withoutRemoved(projects), ({ projectId }) => projectId),
    teams: mapValues(withoutRemoved(teams), ({ orgId, teamId }) => ({ orgId, teamId })),
  };
}

/**
 * Stops the program where the file has lost a project or team that the last deployment still had: everybody who got access
 * there by the file would lose it.
 *
 * @param accessFile its name, for the message
 */
export async function refuseLosses(places: Places, accessFile: string): Promise<void> {
  const before = await exportedBefore();
  const projects = new Set(Object.values(places.projects).map(({ projectId }) => projectId));
  const teams = new Set(Object.values(places.teams).map(({ teamId }) => teamId));
  const lost = [
    ...Object.entries(before.projects ?? {})
      .filter(([, projectId]) => !projects.has(projectId.toLowerCase()))
      .map(([label, projectId]) => losing("project", label, `{ projectId: "${projectId}", removed: true }`)),
    ...Object.entries(before.teams ?? {})
      .filter(([, { teamId }]) => !teams.has(teamId.toLowerCase()))
      .map(([label, { orgId, teamId }]) =>
        losing("team", label, `{ orgId: "${orgId}", teamId: "${teamId}", removed: true }`),
      ),
  ];
  if (lost.length > 0) {
    throw new pulumi.RunError(lost.map((text) => `${accessFile}: ${text}`).join("\n"));
  }
}

function losing(what: "project" | "team", label: string, entry: string): string {
  return (
    `the ${what} ${label} is not there any more, and everybody would lose the access that the file gave there: ` +
    `write it again, or write '${label}: ${entry}' under '${what}s' if that is what you want`
  );
}

/** What the last deployment of this stack has exported; nothing before the first one. */
async function exportedBefore(): Promise<Partial<Exported>> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  // A StackReference would ask for the same, and would be one more resource in the state.
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  return (outputs as { atlas?: Partial<Exported> } | undefined)?.atlas ?? {};
}

function withoutRemoved<Place extends { removed?: boolean }>(
  places: Record<string, Place>,
): Record<string, Place> {
  return Object.fromEntries(Object.entries(places).filter(([, { removed }]) => removed !== true));
}

function mapValues<Value, Result>(
  values: Record<string, Value>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
