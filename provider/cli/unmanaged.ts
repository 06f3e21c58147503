import type { AtlasClient } from "../atlas/client";
import { listGroupUsers, listOrgTeamUsers } from "../atlas/operations/index";
import { messagesOf } from "../resources/messages/all";
import type { Place } from "../resources/messages/messages";
import { inWords } from "../resources/messages/values";
import type { DriftRow } from "./driftRows";
import type { Step } from "./engine";
import { propertiesOfId } from "./identity";
import { type Labels, labelOf } from "./labels";
import { namesIn, recorded } from "./memberships";

/** A project or team, and the names in lower case of the members that the stack declares in it. */
interface DeclaredMembers {
  place: Place;
  names: Set<string>;
}

/**
 * The members that no resource of the stack declares, in every project and team in which it declares somebody or that it has a
 * label for. Costs one request for each 500 members of a project or team.
 */
export async function findUnmanaged(steps: Step[], labels: Labels, client: AtlasClient): Promise<DriftRow[]> {
  const rows = await Promise.all(
    [...declaredMembers(steps, labels)].map(([placeId, { place, names }]) => {
      const row = { placeId, where: `${place.kind} ${labelOf(place, labels)}` };
      return place.kind === "project"
        ? unmanagedIn(client, place.projectId, names, row)
        : unmanagedInTeam(client, { orgId: place.orgId ?? "", teamId: place.teamId }, names, row);
    }),
  );
  return rows.flat();
}

/** Where a member is: the id with which the member's id begins, and the words for it. */
interface Where {
  placeId: string;
  where: string;
}

async function unmanagedIn(
  client: AtlasClient,
  projectId: string,
  names: ReadonlySet<string>,
  where: Where,
): Promise<DriftRow[]> {
  const { items } = await listGroupUsers(client, { projectId });
  return items
    .filter(({ username }) => !names.has(username.toLowerCase()))
    .map(({ username, roles, orgMembershipStatus }) => {
      const has = orgMembershipStatus === "PENDING" ? "is invited with" : "has";
      const what = { property: "roles", actual: roles };
      return unmanagedRow(username, where, what, `${has} ${inWords(roles)}`);
    });
}

async function unmanagedInTeam(
  client: AtlasClient,
  team: { orgId: string; teamId: string },
  names: ReadonlySet<string>,
  where: Where,
): Promise<DriftRow[]> {
  const { items } = await listOrgTeamUsers(client, team);
  return items
    .filter(({ username, userId }) => !names.has(username.toLowerCase()) && !names.has(userId))
    .map(({ username }) =>
      unmanagedRow(username, where, { property: null, actual: "a member" }, "is a member"),
    );
}

/** The members that the stack declares, by the id of their project or team. */
function declaredMembers(steps: Step[], labels: Labels): Map<string, DeclaredMembers> {
  const found = new Map<string, DeclaredMembers>();
  const namesAt = (place: Place): Set<string> => {
    const id = placeId(place);
    const there = found.get(id) ?? { place, names: new Set() };
    found.set(id, there);
    return there.names;
  };
  for (const projectId of labels.projects.keys()) {
    namesAt({ kind: "project", projectId });
  }
  for (const [orgId, teamId = ""] of [...labels.teams.keys()].map((key) => key.split("/"))) {
    namesAt({ kind: "team", orgId, teamId });
  }
  for (const { type, id, before } of steps) {
    const membership = messagesOf(type)?.membership;
    const place = membership?.place(propertiesOfId(type, id));
    if (place === undefined || before?.external) {
      continue;
    }
    const names = namesAt(place);
    // The id has the name that the user was declared by; the outputs have others that Atlas may know the user by.
    for (const of of recorded(type, id, before?.inputs ?? {}, before?.outputs ?? {})) {
      for (const name of namesIn(membership, of)) {
        names.add(name);
      }
    }
  }
  return found;
}

function placeId(place: Place): string {
  return place.kind === "project" ? place.projectId : `${place.orgId}/${place.teamId}`;
}

function unmanagedRow(
  username: string,
  { placeId, where }: Where,
  what: { property: string | null; actual: unknown },
  has: string,
): DriftRow {
  return {
    kind: "unmanaged",
    subject: `${username} in ${where}`,
    ...what,
    declared: null,
    message: `${username} ${has} in ${where}, and no resource of the stack declares it.`,
    urn: null,
    type: null,
    id: `${placeId}/${username.toLowerCase()}`,
    external: false,
  };
}
