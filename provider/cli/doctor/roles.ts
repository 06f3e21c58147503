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

/** Nobody has this name, so that the answer about it is short. */
const nobody = "nobody@example.com";

/**
 * Finds out which roles are missing for which resource. Atlas has no operation that tells the roles of credentials, so
 * it is derived from reads: those of a refresh, and one that only an Organization Owner may send.
 */
export async function checkRoles(asking: Asking, stack: StackFacts, places: Places): Promise<Check> {
  const [owners, refreshed] = await Promise.all([
    ownersOf(asking, stack, places),
    refresh(asking, stack, places),
  ]);
  const needs = stack.resources.flatMap((resource) =>
    resource.roles.flatMap(({ role, to }) =>
      role === undefined ? [] : [needOf(resource, role, to, { places, owners, refreshed })],
    ),
  );
  return describeNeeds(needs);
}

/** What Atlas makes of the reads of a refresh, one for each place, by the keys of {@link placeOfRead}. */
async function refresh(
  asking: Asking,
  { resources }: StackFacts,
  { projects }: Places,
): Promise<ReadonlyMap<string, Asked<unknown>>> {
  const byPlace = new Map(
    resources
      .filter(
        ({ key }) =>
          projects.get(key["projectId"]?.toLowerCase() ?? "")?.name !== undefined || !("projectId" in key),
      )
      .map((resource) => [placeOfRead(resource), resource] as const),
  );
  const answers = [...byPlace].flatMap(([place, { readBy = "", key }]) => {
    const read = reads.get(readBy);
    // Of a user, neither the name nor the id matters, and either may be secret.
    const { userId, ...others } = key;
    return read === undefined
      ? []
      : [ask(asking, read, { ...others, username: nobody }).then((asked) => [place, asked] as const)];
  });
  return new Map(await Promise.all(answers));
}

function placeOfRead({ readBy, key }: StackResource): string {
  const { projectId, orgId, teamId, liveMigrationId } = key;
  return [readBy, projectId, orgId, teamId, liveMigrationId].join("/");
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
      seen.map(async (orgId) => {
        const input = { orgId, username: nobody };
        return [orgId, await ask(asking, operations.listOrgInvites, input)] as const;
      }),
    ),
  );
}

interface Evidence {
  places: Places;
  owners: ReadonlyMap<string, Asked<unknown>>;
  refreshed: ReadonlyMap<string, Asked<unknown>>;
}

function needOf(
  resource: StackResource,
  role: RoleName,
  to: string,
  { places, owners, refreshed }: Evidence,
): Need {
  const project = places.projects.get(resource.key["projectId"]?.toLowerCase() ?? "");
  const orgId = (resource.key["orgId"] ?? project?.orgId)?.toLowerCase() ?? "";
  const place = role.startsWith("GROUP_") ? project : places.organizations.get(orgId);
  const need = { resource, role, to, place };
  if (project !== undefined && project.name === undefined) {
    return { ...need, state: "unknown", reason: `they do not see the ${project.title}.` };
  }
  const owner = owners.get(orgId);
  const answer = role.endsWith("_OWNER") ? undefined : refreshed.get(placeOfRead(resource));
  if (answer?.kind === "refused" || (role === "ORG_OWNER" && owner?.kind === "refused")) {
    return { ...need, state: "missing" };
  }
  // An Organization Owner has every role in every project. Who is told that something is not there may read it.
  if (owner?.kind === "answered" || answer?.kind === "answered" || answer?.kind === "missing") {
    return { ...need, state: "held" };
  }
  return { ...need, state: "unknown", ...reasonOf(role === "ORG_OWNER" ? owner : answer) };
}

function reasonOf(asked: Asked<unknown> | undefined): { reason?: string } {
  return asked?.kind === "failed"
    ? { reason: asked.reason }
    : asked?.kind === "missing"
      ? { reason: asked.error.message }
      : {};
}

function describeNeeds(needs: Need[]): Check {
  const said = (state: Need["state"], sentence: (need: Need, purposes: string) => string): string[] =>
    groupsOf(needs.filter((need) => need.state === state))
      .map((group) => sentence(group[0] as Need, purposesOf(group)))
      .sort();
  return check("roles", {
    found: said("held", (need, purposes) => `The credentials have the role ${roleOf(need)}: ${purposes}.`),
    unknown: said(
      "unknown",
      (need, purposes) =>
        `Whether the credentials have the role ${roleOf(need)} cannot be known: ` +
        `${need.reason ?? "Atlas shows it for an Organization Owner only."} What needs it: ${purposes}.`,
    ),
    toDo: said(
      "missing",
      (need, purposes) =>
        `Give the credentials the role ${roleOf(need)}, or use others that have it: ${purposes}.`,
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

function roleOf({ role, place }: Need): string {
  return `${describeRole(role)} in ${place === undefined ? "its organization" : `the ${place.title}`}`;
}

/** A role that several resources need in one place is one thing to give. */
function groupsOf(needs: Need[]): Need[][] {
  return [...groupBy(needs, ({ role, place, reason }) => [role, place?.id, reason].join("\n")).values()];
}

/** Such as `ada and bob need it to change; link needs it to make and to delete`, each after its class. */
function purposesOf(needs: Need[]): string {
  return [...groupBy(needs, ({ to }) => to)]
    .map(([to, those]) => `${listOf(those)} it to ${to}`)
    .sort()
    .join("; ");
}

function groupBy(needs: Need[], keyOf: (need: Need) => string): Map<string, Need[]> {
  const groups = new Map<string, Need[]>();
  for (const need of needs) {
    groups.set(keyOf(need), [...(groups.get(keyOf(need)) ?? []), need]);
  }
  return groups;
}

const shown = 3;

function listOf(needs: Need[]): string {
  const titles = needs.map(({ resource }) => resource.title).sort();
  if (titles.length === 1) {
    return `${titles[0]} needs`;
  }
  const first = titles.slice(0, titles.length > shown + 1 ? shown : -1);
  const more = titles.length - first.length;
  return `${first.join(", ")} and ${more === 1 ? titles.at(-1) : `${more} others`} need`;
}
