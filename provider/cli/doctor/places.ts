import { getGroup, getOrg } from "../../atlas/operations/index";
import { type Asking, ask } from "./asked";
import { type Check, check } from "./check";
import type { StackFacts } from "./stack";

/** A project or an organization that the stack is about. */
export interface Seen {
  readonly kind: "project" | "organization";
  readonly id: string;
  /** How sentences call it, such as `project shop (5f1b3c2a9d8e7f6a5b4c3d2e)`. */
  readonly title: string;
  /** Its name in Atlas; `undefined` when it is not seen. */
  readonly name: string | undefined;
  /** The organization of a project that is seen. */
  readonly orgId: string | undefined;
}

export interface Places {
  readonly projects: ReadonlyMap<string, Seen>;
  readonly organizations: ReadonlyMap<string, Seen>;
  readonly check: Check;
}

/**
 * Looks which projects and organizations the credentials see, of those that the stack names: its resources, its output
 * `atlas`, and the organizations of its projects.
 */
export async function lookAtPlaces(asking: Asking, { resources, labels }: StackFacts): Promise<Places> {
  const unknown: string[] = [];
  const toDo: string[] = [];
  const look = async (kind: Seen["kind"], id: string, isNamed: boolean): Promise<Seen> => {
    const asked =
      kind === "project"
        ? await ask(asking, getGroup, { projectId: id })
        : await ask(asking, getOrg, { orgId: id });
    if (asked.kind === "answered") {
      const { name } = asked.value;
      const orgId = "orgId" in asked.value ? asked.value.orgId : undefined;
      return {
        kind,
        id,
        title: name ? `${kind} ${name} (${id})` : `${kind} ${id}`,
        name: name ?? undefined,
        orgId,
      };
    }
    if (asked.kind === "failed") {
      unknown.push(asked.reason);
    } else if (isNamed) {
      toDo.push(asked.error.message);
    } else {
      // Credentials of a project need not see its organization.
      unknown.push(`The name of the organization ${id} cannot be known: the credentials do not see it.`);
    }
    const label = kind === "project" ? labels.projects.get(id) : undefined;
    return {
      kind,
      id,
      title: `${kind} ${label === undefined ? id : `${label} (${id})`}`,
      name: undefined,
      orgId: undefined,
    };
  };
  const named = (part: "projectId" | "orgId"): string[] => resources.flatMap(({ key }) => key[part] ?? []);
  const projectIds = unique([...named("projectId"), ...labels.projects.keys()]);
  const projects = await Promise.all(projectIds.map((id) => look("project", id, true)));
  const ofTeams = [...labels.teams.keys()].flatMap((team) => team.split("/")[0] ?? []);
  const namedOrgs = unique([...named("orgId"), ...ofTeams]);
  const orgIds = unique([...namedOrgs, ...projects.flatMap(({ orgId }) => orgId ?? [])]);
  const organizations = await Promise.all(
    orgIds.map((id) => look("organization", id, namedOrgs.includes(id))),
  );
  return {
    projects: byId(projects),
    organizations: byId(organizations),
    check: accessCheck(organizations, projects, { unknown, toDo }),
  };
}

function accessCheck(
  organizations: readonly Seen[],
  projects: readonly Seen[],
  rest: Pick<Check, "unknown" | "toDo">,
): Check {
  const seen = [...organizations, ...projects].filter(({ name }) => name !== undefined);
  return check("access", {
    found: [...seen.map(({ title }) => `The credentials see the ${title}.`), beyond],
    ...rest,
    data: {
      organizations: organizations.map(dataOf),
      projects: projects.map((project) => ({ ...dataOf(project), orgId: project.orgId ?? null })),
    },
  });
}

/** The operations that list all of them are not among those that this package knows. */
const beyond =
  "What else they may see is not looked at: only the projects and organizations that the stack names are.";

const dataOf = ({ id, name }: Seen) => ({ id, name: name ?? null, seen: name !== undefined });

const byId = (places: Seen[]): ReadonlyMap<string, Seen> => new Map(places.map((place) => [place.id, place]));

export function unique(ids: Iterable<string>): string[] {
  return [...new Set([...ids].map((id) => id.toLowerCase()))].sort();
}
