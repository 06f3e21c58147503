import * as operations from "../../atlas/operations/index";
import type { RequestOptions, RequestSender } from "../../atlas/request";
import { describeRole, type RoleName } from "../../resources/messages/messages";
import { type Asked, type Asking, ask } from "./asked";
import { type Check, check } from "./check";
import type { Places, Seen } from "./places";
import type { StackFacts, StackResource } from "./stack";

/** Whether the credentials have a role that a resource needs. */
interface Need {
  readonly resource: StackResource;
  readonly role: RoleName;
  /** What it is needed for, to follow "to". */
  readonly to: string;
  /** Where; `undefined` where the organization of a project is not known. */
  readonly place: Seen | undefined;
  readonly state: "held" | "missing" | "unknown";
  /** Why it cannot be known. @default a change alone would show it */
  readonly reason?: string;
}

/** Reads by their ids. What the id of a resource tells is what the path of its read needs. */
type Read = (
  client: RequestSender,
  key: Readonly<Record<string, string>>,
  options?: RequestOptions,
) => Promise<unknown>;

const reads: ReadonlyMap<string, Read> = new Map(
  Object.values(operations).flatMap((each): [string, Read][] =>
    "operationId" in each && each.method === "GET" ? [[each.operationId, each as unknown as Read]] : [],
  ),
);

/**
 * Finds out which roles are missing for which resource. Atlas has no operation that tells the roles of credentials, so
 * it is derived from reads: those of a refresh, and one that only an Organization Owner may send.
 */
export async function checkRoles(asking: Asking, stack: StackFacts, places: Places): Promise<Check> {
  const owners = await ownersOf(asking, stack, places);
  const answers = new Map<string, Promise<Asked<unknown>>>();
  const refreshed = (resource: StackResource): Promise<Asked<unknown>> | undefined => {
    const read = reads.get(resource.readBy ?? "");
    const { projectId, orgId, teamId, liveMigrationId } = resource.key;
    const place = [resource.readBy, projectId, orgId, teamId, liveMigrationId].join("/");
    if (read !== undefined && !answers.has(place)) {
      answers.set(place, ask(asking, read, resource.key));
    }
    return answers.get(place);
  };
  const needs = await Promise.all(
    stack.resources.flatMap((resource) =>
      resource.roles.flatMap(({ role, to }) =>
        role === undefined ? [] : [needOf(resource, role, to, { places, owners, refreshed })],
      ),
    ),
  );
  return describeNeeds(needs);
}

/** What Atlas makes of a request that needs the role Organization Owner, by the ids of the organizations. */
async function ownersOf(
  asking: Asking,
  { resources }: StackFacts,
  { organizations }: Places,
): Promise<ReadonlyMap<string, Asked<unknown>>> {
  const isNeeded = resources.some(({ roles }) => roles.some(({ role = "" }) => role.endsWith("_OWNER")));
  const seen = [...organizations.keys()].filter(() => isNeeded);
  return new Map(
    await Promise.all(
      // Nobody has this name, so that the answer is short.
      seen.map(async (orgId) => {
        const input = { orgId, username: "nobody@example.com" };
        return [orgId, await ask(asking, operations.listOrgInvites, input)] as const;
      }),
    ),
  );
}

interface Evidence {
  places: Places;
  owners: ReadonlyMap<string, Asked<unknown>>;
  refreshed(resource: StackResource): Promise<Asked<unknown>> | undefined;
}

async function needOf(
  resource: StackResource,
  role: RoleName,
  to: string,
  { places, owners, refreshed }: Evidence,
): Promise<Need> {
  const project = places.projects.get(resource.key["projectId"]?.toLowerCase() ?? "");
  const orgId = (resource.key["orgId"] ?? project?.orgId)?.toLowerCase();
  const organization = places.organizations.get(orgId ?? "");
  const place = role.startsWith("GROUP_") ? project : organization;
  const need = { resource, role, to, place };
  if ((project !== undefined && project.name === undefined) || place === undefined) {
    return {
      ...need,
      state: "unknown",
      reason: `The credentials do not see the ${(project ?? organization)?.title}.`,
    };
  }
  const owner = owners.get(orgId ?? "");
  if (owner?.kind === "answered") {
    // An Organization Owner has every role in every project.
    return { ...need, state: "held" };
  }
  if (role === "ORG_OWNER") {
    return owner?.kind === "refused"
      ? { ...need, state: "missing" }
      : { ...need, state: "unknown", ...reasonOf(owner) };
  }
  if (role === "GROUP_OWNER") {
    return { ...need, state: "unknown" };
  }
  const answer = await refreshed(resource);
  return answer?.kind === "answered" || answer?.kind === "missing"
    ? { ...need, state: "held" }
    : answer?.kind === "refused"
      ? { ...need, state: "missing" }
      : { ...need, state: "unknown", ...reasonOf(answer) };
}

function reasonOf(asked: Asked<unknown> | undefined): { reason?: string } {
  return asked?.kind === "failed"
    ? { reason: asked.reason }
    : asked?.kind === "missing"
      ? { reason: asked.error.message }
      : {};
}

function describeNeeds(needs: Need[]): Check {
  const said = (state: Need["state"], sentence: (group: Need[], first: Need) => string): string[] => [
    ...new Set(
      groupsOf(needs.filter((need) => need.state === state)).map((group) =>
        sentence(group, group[0] as Need),
      ),
    ),
  ];
  return check("roles", {
    found: said(
      "held",
      (group, { role, to, place }) =>
        `The credentials have the role ${describeRole(role)} in the ${place?.title}, which ${listOf(group)} to ${to}.`,
    ),
    unknown: said("unknown", (group, { role, to, place, reason }) =>
      reason !== undefined && place?.name === undefined
        ? `Which roles the credentials have there cannot be known: ${reason}`
        : `Whether the credentials have the role ${describeRole(role)} in the ${place?.title} cannot be known: ` +
          `${reason ?? "no read needs it, and only an Organization Owner has it for certain."} It is what ${listOf(group)} to ${to}.`,
    ),
    toDo: said(
      "missing",
      (group, { role, to, place }) =>
        `Give the credentials the role ${describeRole(role)} in the ${place?.title}, or use others that have it: ${listOf(group)} it to ${to}.`,
    ),
    data: needs.map(({ resource: { type, name }, role, to, place, state }) => ({
      type,
      name,
      role,
      to,
      in: place === undefined ? null : { kind: place.kind, id: place.id },
      state,
    })),
  });
}

/** Those that say the same of several resources, as they are one thing to do. */
function groupsOf(needs: Need[]): Need[][] {
  const groups = new Map<string, Need[]>();
  for (const need of needs) {
    const key = [need.role, need.place?.id, need.to, need.reason].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), need]);
  }
  return [...groups.values()];
}

const shown = 3;

/** Such as `ada and 4 others need`, each after its class. */
function listOf(needs: Need[]): string {
  const titles = needs.map(({ resource }) => resource.title).sort();
  if (titles.length === 1) {
    return `${titles[0]} needs`;
  }
  const first = titles.slice(0, titles.length > shown + 1 ? shown : -1);
  const more = titles.length - first.length;
  return `${first.join(", ")} and ${more === 1 ? titles.at(-1) : `${more} others`} need`;
}
