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
 * reaches it. A place that several providers reach is looked at by one of them, for the members that all of them declare.
 */
export function lookedAtBy(steps: Step[], labels: Labels): Map<string, DeclaredPlaces> {
  const places: DeclaredPlaces = new Map();
  const providers = new Map<string, string>();
  const at = (place: Place, provider: string): DeclaredMembers => {
    const id = placeId(place);
    const there = places.get(id) ?? { place, names: new Set(), ignore: [] };
    places.set(id, there);
    providers.set(id, providers.get(id) ?? provider);
    return there;
  };
  for (const step of steps) {
    addDeclared(at, step);
  }
  const used = steps.flatMap(({ before }) => before?.provider ?? []);
  // Nothing says which provider reaches a project that has a label only: the stack's own configuration, where it is used.
  const standard = used.find((urn) => !isExplicitProvider(urn)) ?? used[0] ?? "";
  for (const place of labelled(labels)) {
    at(place, standard);
  }
  const byProvider = new Map<string, DeclaredPlaces>();
  for (const [id, provider] of providers) {
    const own = byProvider.get(provider) ?? new Map();
    byProvider.set(provider, own.set(id, places.get(id)));
  }
  return byProvider;
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

function addDeclared(
  at: (place: Place, provider: string) => DeclaredMembers,
  { type, id, before }: Step,
): void {
  const membership = messagesOf(type)?.membership;
  const place = membership?.place(propertiesOfId(type, id));
  if (place === undefined || before?.external) {
    return;
  }
  const { names, ignore } = at(place, before?.provider ?? "");
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
