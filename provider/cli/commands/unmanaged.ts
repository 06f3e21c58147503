import type { AtlasClient } from "../../atlas/client";
import { listGroupUsers, listOrgTeamUsers } from "../../atlas/operations/index";
import { ignoring } from "../../resources/members/ignored";
import { messagesOf } from "../../resources/messages/all";
import type { Place } from "../../resources/messages/messages";
import { texts } from "../../resources/messages/values";
import type { Step } from "../engine/stack";
import { type DriftRow, type UnmanagedMember, unmanagedRow } from "../report/driftRow";
import { propertiesOfId } from "../report/identity";
import type { Labels } from "../report/labels";
import { namesIn, recorded } from "../report/memberships";

/** A project or team, and the names in lower case of the members that the stack declares in it. */
interface DeclaredMembers {
  place: Place;
  names: Set<string>;
  /** Patterns of members that are left alone. */
  ignore: string[];
}

/**
 * The members that no resource of the stack declares, in every project and team in which it declares somebody or that it has a
 * label for. Costs one request for each 500 members of a project or team.
 */
export async function findUnmanaged(steps: Step[], labels: Labels, client: AtlasClient): Promise<DriftRow[]> {
  const found = await Promise.all(
    [...declaredMembers(steps, labels)].map(async ([placeId, { place, names, ignore }]) => {
      const isIgnored = ignoring(ignore);
      const isKnown = (name: string): boolean => names.has(name.toLowerCase()) || isIgnored(name);
      const members = await membersOf(client, place);
      return members
        .filter(({ username, userId }) => !isKnown(username) && !isKnown(userId))
        .map((member) => ({ ...member, place, id: `${placeId}/${member.username.toLowerCase()}` }));
    }),
  );
  return found.flat().map((member) => unmanagedRow(member, labels));
}

type Member = Pick<UnmanagedMember, "username" | "roles" | "isPending"> & { userId: string };

async function membersOf(client: AtlasClient, place: Place): Promise<Member[]> {
  if (place.kind === "team") {
    const { items } = await listOrgTeamUsers(client, { orgId: place.orgId ?? "", teamId: place.teamId });
    return items.map(({ username, userId }) => ({ username, userId, roles: undefined, isPending: false }));
  }
  const { items } = await listGroupUsers(client, { projectId: place.projectId });
  return items.map(({ username, userId, roles, orgMembershipStatus }) => ({
    username,
    userId,
    roles,
    isPending: orgMembershipStatus === "PENDING",
  }));
}

/** The members that the stack declares, by the id of their project or team. */
function declaredMembers(steps: Step[], labels: Labels): Map<string, DeclaredMembers> {
  const found = new Map<string, DeclaredMembers>();
  const at = (place: Place): DeclaredMembers => {
    const id = placeId(place);
    const there = found.get(id) ?? { place, names: new Set(), ignore: [] };
    found.set(id, there);
    return there;
  };
  for (const projectId of labels.projects.keys()) {
    at({ kind: "project", projectId });
  }
  for (const [orgId, teamId = ""] of [...labels.teams.keys()].map((key) => key.split("/"))) {
    at({ kind: "team", orgId, teamId });
  }
  for (const { type, id, before } of steps) {
    const membership = messagesOf(type)?.membership;
    const place = membership?.place(propertiesOfId(type, id));
    if (place === undefined || before?.external) {
      continue;
    }
    const { names, ignore } = at(place);
    ignore.push(...texts(before?.inputs["ignore"]));
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
