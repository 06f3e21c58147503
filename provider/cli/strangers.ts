import { AtlasClient } from "../atlas/client";
import { listProjectUsers } from "../atlas/operations/index";
import type { Settings } from "../atlas/settings";
import type { DriftRow } from "./driftRows";
import type { Step } from "./engine";
import { inWords } from "./values";

/**
 * The members of projects whom no resource of the stack declares, in every project in which the stack declares one.
 * Costs one request for each 500 members of a project.
 */
export async function findStrangers(
  steps: Step[],
  settings: Settings,
  report: (line: string) => void,
): Promise<DriftRow[]> {
  const declared = declaredMembers(steps);
  const client = new AtlasClient(settings, { report });
  const rows = await Promise.all(
    [...declared].map(async ([projectId, usernames]) => {
      const { items } = await listProjectUsers(client, projectId);
      return items
        .filter(({ username }) => !usernames.has(username.toLowerCase()))
        .map(({ username, roles, orgMembershipStatus }) =>
          strangerRow(projectId, username, roles, orgMembershipStatus === "PENDING"),
        )
        .sort((one, other) => (one.id < other.id ? -1 : 1));
    }),
  );
  return rows.flat();
}

/** By project, the members in lower case. */
function declaredMembers(steps: Step[]): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const { type, external, before } of steps) {
    const { projectId, username } = before?.inputs ?? {};
    if (type.endsWith("dynamic/mongodbatlas:ProjectUser") && !external) {
      const known = members.get(String(projectId)) ?? new Set();
      members.set(String(projectId), known.add(String(username).toLowerCase()));
    }
  }
  return members;
}

function strangerRow(projectId: string, username: string, roles: string[], pending: boolean): DriftRow {
  const has = pending ? "is invited with" : "has";
  return {
    kind: "stranger",
    subject: `${username} in project ${projectId}`,
    property: "roles",
    declared: null,
    actual: roles,
    message: `${username} ${has} ${inWords(roles)}, and no resource of the stack declares it.`,
    urn: null,
    type: null,
    id: `${projectId}/${username.toLowerCase()}`,
  };
}
