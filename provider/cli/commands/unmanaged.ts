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
import { isExplicitProvider } from "../report/providers";

/** A project or team, and the names in lower case of the members that the stack declares in it. */
interface DeclaredMembers {
  place: Place;
  names: Set<string>;
  /** Patterns of members that are left alone. */
  ignore: string[];
}

/** Projects and teams by their ids, each with the members that the stack declares in it. */
export type DeclaredPlaces = Map<string, DeclaredMembers>;

/**
 * The members that no resource of the stack declares, in projects and teams that one provider reaches. Costs one request for
 * each 500 members of a project or team.
 */
export async function findUnmanaged(
  places: DeclaredPlaces,
  labels: Labels,
  client: AtlasClient,
): Promise<DriftRow[]> {
  const found = await Promise.all(
    [...places].map(async ([placeId, { place, names, ignore }]) => {
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

/**
 * Every project and team in which the stack declares somebody or that it has a label for, by the URN of the provider that
 * reaches it.
 */
export function lookedAtBy(steps: Step[], labels: Labels): Map<string, DeclaredPlaces> {
  const found = new Map<string, DeclaredPlaces>();
  const of = (provider: string): DeclaredPlaces => {
    const places = found.get(provider) ?? new Map();
    found.set(provider, places);
    return places;
  };
  for (const step of steps) {
    addDeclared(of(step.before?.provider ?? ""), step);
  }
  const [first] = found.keys();
  // Nothing says which provider reaches a project that has a label only: the stack's own configuration, where it is used.
  const standard = [...found.keys()].find((urn) => !isExplicitProvider(urn)) ?? first ?? "";
  const isReached = (id: string): boolean => [...found.values()].some((places) => places.has(id));
  for (const place of labelled(labels)) {
    if (!isReached(placeId(place))) {
      at(of(standard), place);
    }
  }
  mergePlaces([...found.values()]);
  return new Map([...found].filter(([, places]) => places.size > 0));
}

/** A place that several providers reach is looked at once, with the members that each of them declares. */
function mergePlaces(all: readonly DeclaredPlaces[]): void {
  const first: DeclaredPlaces = new Map();
  for (const places of all) {
    for (const [id, { names, ignore }] of places) {
      const known = first.get(id);
      if (known === undefined) {
        first.set(id, places.get(id) as DeclaredMembers);
      } else {
        for (const name of names) {
          known.names.add(name);
        }
        known.ignore.push(...ignore);
        places.delete(id);
      }
    }
  }
}

function at(places: DeclaredPlaces, place: Place): DeclaredMembers {
  const id = placeId(place);
  const there = places.get(id) ?? { place, names: new Set(), ignore: [] };
  places.set(id, there);
  return there;
}

function labelled({ projects, teams }: Labels): Place[] {
  return [
    ...[...projects.keys()].map((projectId): Place => ({ kind: "project", projectId })),
    ...[...teams.keys()].map((key): Place => {
      const [orgId, teamId = ""] = key.split("/");
      return { kind: "team", orgId, teamId };
    }),
  ];
}

function addDeclared(places: DeclaredPlaces, { type, id, before }: Step): void {
  const membership = messagesOf(type)?.membership;
  const place = membership?.place(propertiesOfId(type, id));
  if (place === undefined || before?.external) {
    return;
  }
  const { names, ignore } = at(places, place);
  ignore.push(...texts(before?.inputs["ignore"]));
  // The id has the name that the user was declared by; the outputs have others that Atlas may know the user by.
  for (const of of recorded(type, id, before?.inputs ?? {}, before?.outputs ?? {})) {
    for (const name of namesIn(membership, of)) {
      names.add(name);
    }
  }
}

function placeId(place: Place): string {
  return place.kind === "project" ? place.projectId : `${place.orgId}/${place.teamId}`;
}
