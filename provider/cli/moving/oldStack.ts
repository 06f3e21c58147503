import { readId } from "../../atlas/id";
import type { TeamKey } from "../../atlas/operations/index";
import { known, type Properties, texts } from "../../resources/messages/values";
import { nameIn } from "../report/identity";
import type { OldResource, Staying } from "./oldResource";
import { stayingOf } from "./staying";

export type OldPlace = { projectId: string } | TeamKey;

/** One person in one project or team, as a resource declares it. */
export interface OldMember {
  resource: OldResource;
  place: OldPlace;
  /** The username, or Atlas's id of the user. */
  user: string;
  /** None for teams. */
  roles: string[] | undefined;
}

/** What a stack has of `@pulumi/mongodbatlas` about members. */
export interface OldStack {
  members: OldMember[];
  staying: Staying[];
  /** What says no more than that somebody is a member, in the order in which it can leave the state. */
  movable: OldResource[];
  /** The names of other resources that depend on a movable one, by its URN. */
  dependents: ReadonlyMap<string, string[]>;
}

/** The parts that are read of a resource in what `pulumi stack export` prints. */
interface Exported {
  urn: string;
  type: string;
  external?: boolean;
  delete?: boolean;
  protect?: boolean;
  inputs?: Properties;
  outputs?: Properties;
  parent?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  deletedWith?: string;
}

/** Finds the members that a resource declares; `undefined` for one that cannot be read. */
type Reader = (resource: OldResource) => (OldMember | undefined)[];

const memberOfProject: Reader = (resource) => {
  const { properties } = resource;
  const projectId = readId(properties["projectId"]);
  const user = known(properties["username"]);
  return [
    projectId && user
      ? { resource, place: { projectId }, user, roles: texts(properties["roles"]) }
      : undefined,
  ];
};

const membersOfTeam: Reader = (resource) => {
  // Without the argument, the property tells of all members.
  const usernames = resource.inputs["usernames"];
  const names = Array.isArray(usernames) ? usernames : [usernames];
  return usernames === undefined
    ? []
    : names.map((name) => memberOfTeam(resource, resource.properties["teamId"], known(name)));
};

const readers: Readonly<Record<string, Reader>> = {
  CloudUserProjectAssignment: memberOfProject,
  ProjectInvitation: memberOfProject,
  CloudUserTeamAssignment: (resource) => {
    const { teamId, username, userId } = resource.properties;
    return [memberOfTeam(resource, teamId, known(username) || known(userId))];
  },
  // An older version of the package has it under both names.
  Team: membersOfTeam,
  Teams: membersOfTeam,
  OrgInvitation: (resource) =>
    texts(resource.properties["teamsIds"]).map((teamId) =>
      memberOfTeam(resource, teamId, known(resource.properties["username"])),
    ),
};

function memberOfTeam(resource: OldResource, id: unknown, user: string | undefined): OldMember | undefined {
  const [orgId, teamId] = [readId(resource.properties["orgId"]), readId(id)];
  return orgId && teamId && user ? { resource, place: { orgId, teamId }, user, roles: undefined } : undefined;
}

const movableKinds = new Set(["CloudUserProjectAssignment", "CloudUserTeamAssignment", "ProjectInvitation"]);

/** Reads who the resources of `@pulumi/mongodbatlas` in an exported state say is in which project and team. */
export function readOldStack(exported: unknown, stack: string): OldStack {
  const { deployment } = exported as { deployment?: { resources?: Exported[] } | null };
  const resources = deployment?.resources ?? [];
  const old = resources.flatMap(oldResource);
  const read = old.map((resource) => ({ resource, members: readers[resource.kind]?.(resource) ?? [] }));
  const movable = old.filter(({ kind }) => movableKinds.has(kind));
  const movableUrns = new Set(movable.map(({ urn }) => urn));
  const others = resources.filter(({ urn }) => !movableUrns.has(urn));
  return {
    members: read.flatMap(({ members }) => members.filter((member) => member !== undefined)),
    staying: [
      ...read
        .filter(({ members }) => members.includes(undefined))
        .map(({ resource }) => ({
          resource,
          reason: "The state has as a secret who is meant, or not at all: declare it by hand.",
        })),
      ...old.flatMap((resource) => stayingOf(resource, stack)),
    ],
    // A state has first what others depend on.
    movable: movable.toReversed(),
    dependents: new Map(
      movable.map(({ urn }) => [
        urn,
        others.filter((each) => dependsOn(each, urn)).map((each) => nameIn(each.urn)),
      ]),
    ),
  };
}

function oldResource({
  type,
  urn,
  external,
  delete: isLeftBehind,
  protect,
  inputs = {},
  outputs = {},
}: Exported): OldResource[] {
  const [, kind] = /^mongodbatlas:index\/\w+:(\w+)$/.exec(type) ?? [];
  if (kind === undefined || external || isLeftBehind) {
    return [];
  }
  const properties = { ...inputs, ...outputs };
  return [{ urn, kind, name: nameIn(urn), isProtected: protect === true, properties, inputs }];
}

function dependsOn(
  { parent, dependencies = [], propertyDependencies = {}, deletedWith }: Exported,
  urn: string,
): boolean {
  const byProperty = Object.values(propertyDependencies).flatMap((urns) => urns ?? []);
  return [parent, deletedWith, ...dependencies, ...byProperty].includes(urn);
}
