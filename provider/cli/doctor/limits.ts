import type { AnswerHeaders } from "../../atlas/answerHeaders";
import { type AtlasEndpointSet, listRateLimits } from "../../atlas/operations/index";
import { type Asking, ask } from "./asked";
import { type Check, check } from "./check";
import { operations } from "./operations";
import type { Places, Seen } from "./places";

/** A limit of Atlas in one project or organization. */
interface Limit {
  readonly place: Seen;
  readonly name: string;
  readonly capacity: number | undefined;
  readonly refill: number | undefined;
  readonly everySeconds: number | undefined;
  /** As the last answer under it said; `undefined` when no read has counted against it. */
  readonly left: number | undefined;
}

/** Below this share of a limit, something else uses it up. */
const scarce = 0.1;

/** Method and path of each operation that this package sends. */
const ours: ReadonlyMap<string, string> = new Map(
  [...operations.values()].map(({ method, path, operationId }) => [
    `${method} /api/atlas/v2${path}`,
    operationId,
  ]),
);

/**
 * Finds out which limits hold for the projects and organizations, and how much of them is left. Atlas tells the limits in
 * one listing, and what is left only in the headers of requests that count against them.
 */
export async function checkLimits(asking: Asking, { projects, organizations }: Places): Promise<Check> {
  const places = [...organizations.values(), ...projects.values()].filter(({ name }) => name !== undefined);
  const limits: Limit[] = [];
  const unknown: string[] = [];
  await Promise.all(
    places.map(async (place) => {
      const scope = place.kind === "project" ? { projectId: place.id } : { orgId: place.id };
      const asked = await ask(asking, listRateLimits, scope);
      if (asked.kind === "answered") {
        limits.push(...asked.value.flatMap((set) => limitOf(set, place, asking.headers)));
      } else {
        const why = asked.kind === "failed" ? asked.reason : asked.error.message;
        unknown.push(`The limits of the ${place.title} cannot be known: ${why}`);
      }
    }),
  );
  const inOrder = limits.sort((one, other) => (titleOf(one) < titleOf(other) ? -1 : 1));
  const told = inOrder.filter(({ left }) => left !== undefined);
  const untold = inOrder
    .filter(({ left }) => left === undefined)
    .map(({ name, place }) => `'${name}' of ${place.kind === "project" ? "a project" : "an organization"}`);
  return check("limits", {
    found: told.map(
      (limit) =>
        `The ${limit.place.title} has ${limit.left} of ${limit.capacity ?? "?"} requests left under '${limit.name}'${refillOf(limit)}.`,
    ),
    unknown: [
      ...unknown.sort(),
      ...(untold.length === 0
        ? []
        : [
            `How much is left of these limits cannot be known, as no read of this check counts against them: ${[...new Set(untold)].join(", ")}.`,
          ]),
    ],
    toDo: told
      .filter(({ left = 0, capacity = 0 }) => left < capacity * scarce)
      .map(
        (limit) =>
          `Find out what else asks Atlas about the ${limit.place.title}, or wait: ` +
          `${limit.left} of ${limit.capacity} requests are left under '${limit.name}'${refillOf(limit)}.`,
      ),
    data: inOrder.map(({ place, name, capacity, refill, everySeconds, left }) => ({
      in: { kind: place.kind, id: place.id },
      name,
      capacity: capacity ?? null,
      refill: refill ?? null,
      everySeconds: everySeconds ?? null,
      left: left ?? null,
    })),
  });
}

/** Nothing for a set that this package sends no request of. */
function limitOf(set: AtlasEndpointSet, place: Seen, headers: readonly AnswerHeaders[]): Limit[] {
  const ids = new Set(
    (set.endpoints ?? []).flatMap(({ method, path }) => ours.get(`${method} ${path}`) ?? []),
  );
  const isOurs = ids.size > 0 && !(ids.size === 1 && ids.has(listRateLimits.operationId));
  if (!isOurs) {
    return [];
  }
  const { request, remaining } =
    headers.findLast(
      (each) => ids.has(each.request.operation) && isAbout(place, each) && each.remaining !== undefined,
    ) ?? {};
  return [
    {
      place,
      name: set.endpointSetName ?? "a limit without a name",
      capacity: set.capacity?.value ?? undefined,
      refill: set.refillRate?.value ?? undefined,
      everySeconds: set.refillDurationSeconds?.value ?? undefined,
      left: request === undefined ? undefined : remaining,
    },
  ];
}

function isAbout({ kind, id }: Seen, { request }: AnswerHeaders): boolean {
  const start = kind === "project" ? `/groups/${id}` : `/orgs/${id}`;
  return request.path === start || request.path.startsWith(`${start}/`);
}

function refillOf({ refill, everySeconds }: Limit): string {
  return refill === undefined || everySeconds === undefined
    ? ""
    : `; ${refill} come back every ${everySeconds} s`;
}

const titleOf = ({ place, name }: Limit): string => `${place.kind} ${place.title} ${name}`;
