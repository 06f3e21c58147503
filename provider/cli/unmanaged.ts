import type { AtlasClient } from "../atlas/client";
import { listGroupUsers, listOrgTeamUsers } from "../atlas/operations/index";
import { typeToken } from "../resources/registration";
import type { DriftRow } from "./driftRows";
import type { Step } from "./engine";
import { propertiesOfId } from "./identity";
import type { Labels } from "./labels";
import { inWords } from "./values";

/**
 * The members whom no resource of the stack declares, in every project and team in which it declares somebody or that it
 * has a label for. Costs one request for each 500 members of a project or team.
 */
export async function findUnmanaged(steps: Step[], labels: Labels, client: AtlasClient): Promise<DriftRow[]> {
  const projects = declaredMembers(steps, "ProjectUser", labels.projects.keys());
  const teams = declaredMembers(steps, "TeamUser", labels.teams.keys());
  const rows = await Promise.all([
    ...[...projects].map(async ([projectId, declared]) => {
      const { items } = await listGroupUsers(client, { projectId });
      return items
        .filter(({ username }) => !declared.has(username.toLowerCase()))
        .map(({ username, roles, orgMembershipStatus }) => {
          const has = orgMembershipStatus === "PENDING" ? "is invited with" : "has";
          return unmanagedRow(
            { username, place: `project ${projectId}`, parentId: projectId },
            { property: "roles", actual: roles },
            `${has} ${inWords(roles)}`,
          );
        });
    }),
    ...[...teams].map(async ([team, declared]) => {
      const [orgId = "", teamId = ""] = team.split("/");
      const { items } = await listOrgTeamUsers(client, { orgId, teamId });
      return items
        .filter(({ username, userId }) => !declared.has(username.toLowerCase()) && !declared.has(userId))
        .map(({ username }) =>
          unmanagedRow(
            { username, place: `team ${teamId}`, parentId: team },
            { property: null, actual: "a member" },
            "is a member",
          ),
        );
    }),
  ]);
  return rows.flat();
}

/** What the members are called that a type of resource declares, by the id of their project or team. */
function declaredMembers(
  steps: Step[],
  type: "ProjectUser" | "TeamUser",
  others: Iterable<string>,
): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>([...others].map((key) => [key, new Set()]));
  for (const { type: token, id, before } of steps) {
    if (token !== typeToken(type) || before?.external) {
      continue;
    }
    const { projectId, orgId, teamId, username, userId } = propertiesOfId(token, id);
    const parent = projectId ?? (orgId === undefined ? undefined : `${orgId}/${teamId}`);
    if (parent === undefined) {
      continue;
    }
    const declared = members.get(parent) ?? new Set();
    members.set(parent, declared);
    // The id has the name that the user was declared by; the outputs have others that Atlas may know the user by.
    for (const name of [username, userId, before?.outputs["username"], before?.outputs["userId"]]) {
      if (typeof name === "string") {
        declared.add(name.toLowerCase());
      }
    }
  }
  return members;
}

function unmanagedRow(
  { username, place, parentId }: { username: string; place: string; parentId: string },
  what: { property: string | null; actual: unknown },
  has: string,
): DriftRow {
  return {
    kind: "unmanaged",
    subject: `${username} in ${place}`,
    ...what,
    declared: null,
    message: `${username} ${has} in ${place}, and no resource of the stack declares it.`,
    urn: null,
    type: null,
    id: `${parentId}/${username.toLowerCase()}`,
    external: false,
  };
}
