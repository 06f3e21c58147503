import { Refusal } from "./answers";
import {
  eventsEndpointSet,
  projectEndpointSet,
  rateLimitsEndpointSet,
  throttledCode,
  unlistedEndpointSet,
} from "./inferred";

export interface BucketSize {
  readonly capacity: number;
  readonly refill: number;
  readonly everyMs: number;
}

interface Bucket {
  readonly size: BucketSize;
  remaining: number;
  /** The refill steps are counted from the first use. */
  nextRefillAt: number;
}

export interface EndpointSet {
  readonly name: string;
  readonly scope: "GROUP" | "ORGANIZATION";
  readonly capacity: number;
  readonly refill: number;
}

const minuteMs = 60_000;

const inProject = { scope: "GROUP", capacity: 1200, refill: 500 } as const;
const inOrganization = { scope: "ORGANIZATION", capacity: 500, refill: 250 } as const;
const users: EndpointSet = { name: "MongoDB Cloud Users", ...inProject };
const members: EndpointSet = { name: "MongoDB Cloud Users", ...inOrganization };
const teams: EndpointSet = { name: "Teams", scope: "ORGANIZATION", capacity: 1200, refill: 500 };
const organizations: EndpointSet = { name: "Organizations", ...inOrganization };
const links: EndpointSet = { name: "Cloud Migration", ...inOrganization };
const migrations: EndpointSet = { name: "Cloud Migration", ...inProject };
const maintenance: EndpointSet = { name: "Maintenance Windows", ...inProject };
const projects: EndpointSet = { name: "Projects", scope: "GROUP", ...projectEndpointSet };
const limits: EndpointSet = { name: "Rate Limits Inspection", scope: "GROUP", ...rateLimitsEndpointSet };
const projectTeams: EndpointSet = { name: "Teams", scope: "GROUP", ...unlistedEndpointSet };

const eventsOfProject: EndpointSet = { name: "Events", scope: "GROUP", ...eventsEndpointSet };
const eventsOfOrganization: EndpointSet = { name: "Events", scope: "ORGANIZATION", ...eventsEndpointSet };

const setOf: Readonly<Record<string, EndpointSet>> = {
  listGroupUsers: users,
  addGroupUsers: users,
  getGroupUser: users,
  removeGroupUser: users,
  addGroupUserRole: users,
  removeGroupUserRole: users,
  listGroupTeams: projectTeams,
  listOrgTeams: teams,
  listOrgTeamUsers: teams,
  addOrgTeamUser: teams,
  removeOrgTeamUser: teams,
  listOrgUsers: members,
  listOrgInvites: organizations,
  getOrg: organizations,
  getGroup: projects,
  listRateLimits: limits,
  createOrgLiveMigrationLinkToken: links,
  deleteOrgLiveMigrationLinkTokens: links,
  getGroupLiveMigration: migrations,
  cutoverGroupLiveMigration: migrations,
  listGroupEvents: eventsOfProject,
  listOrgEvents: eventsOfOrganization,
  getGroupMaintenanceWindow: maintenance,
  updateGroupMaintenanceWindow: maintenance,
  resetGroupMaintenanceWindow: maintenance,
  deferGroupMaintenanceWindow: maintenance,
};

export interface Toll {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Refusal | undefined;
}

/** One token bucket for each set of endpoints and each organization or project. */
export class RateLimiter {
  /** Whether answers have `Ratelimit-Limit` and `Ratelimit-Remaining`, which Atlas does not promise. */
  tellsRoom = true;
  /** What a 429 says about when to come back. `zero` was seen in logs, in the text; `missing` leaves the header out. */
  retryAfter: "next step" | "zero" | "missing" = "next step";
  readonly #buckets = new Map<string, Bucket>();
  readonly #override: BucketSize | undefined;
  readonly #now: () => number;

  constructor(override: BucketSize | undefined, now: () => number) {
    this.#override = override;
    this.#now = now;
  }

  /** Whether answers have every header of the contract. */
  get tellsAll(): boolean {
    return this.tellsRoom && this.retryAfter !== "missing";
  }

  /** All sets that Atlas lists, each with its size and the ids of its operations. */
  get sets(): { set: EndpointSet; size: BucketSize; operationIds: string[] }[] {
    return [...new Set(Object.values(setOf))].map((set) => ({
      set,
      size: this.#sizeOf(set),
      operationIds: Object.keys(setOf).filter((id) => setOf[id] === set),
    }));
  }

  /** Takes the token of one request. */
  charge(operationId: string, scopeId: string, path: string): Toll {
    const bucket = this.#bucket(operationId, scopeId);
    const now = this.#now();
    const { capacity, refill, everyMs } = bucket.size;
    if (now >= bucket.nextRefillAt) {
      const steps = Math.floor((now - bucket.nextRefillAt) / everyMs) + 1;
      bucket.remaining = Math.min(capacity, bucket.remaining + steps * refill);
      bucket.nextRefillAt += steps * everyMs;
    }
    const granted = bucket.remaining > 0;
    if (granted) {
      bucket.remaining -= 1;
    }
    const room = { "Ratelimit-Limit": String(capacity), "Ratelimit-Remaining": String(bucket.remaining) };
    return {
      headers: this.tellsRoom ? room : {},
      refusal: granted ? undefined : this.#refusal(path, bucket, now),
    };
  }

  /** Empties the bucket of an operation, so that its next request is throttled. */
  exhaust(operationId: string, scopeId: string): void {
    this.#bucket(operationId, scopeId).remaining = 0;
  }

  #refusal(path: string, { size, nextRefillAt }: Bucket, now: number): Refusal {
    const untilNextStep = Math.max(1, Math.ceil((nextRefillAt - now) / 1000));
    const seconds = this.retryAfter === "zero" ? 0 : untilNextStep;
    const { capacity, refill } = size;
    const per = Math.round(size.everyMs / 1000);
    // The sample in the documents has no slash in front.
    const resource = path.replace(/^\//, "");
    const detail =
      `Rate limit exceeded for ${resource}. Please retry after ${seconds} seconds. ` +
      `Request capacity: ${capacity}. Refill rate: ${refill} per ${per} seconds.`;
    return new Refusal(429, throttledCode, detail, {
      // Atlas mixes strings and numbers here.
      parameters: [resource, seconds, capacity, refill, per],
      headers: this.retryAfter === "missing" ? {} : { "Retry-After": String(seconds) },
    });
  }

  #bucket(operationId: string, scopeId: string): Bucket {
    const set = setOf[operationId] ?? { name: operationId, scope: "GROUP", ...unlistedEndpointSet };
    const key = `${set.name} ${scopeId}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      const size = this.#sizeOf(set);
      bucket = { size, remaining: size.capacity, nextRefillAt: this.#now() + size.everyMs };
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #sizeOf({ capacity, refill }: EndpointSet): BucketSize {
    return this.#override ?? { capacity, refill, everyMs: minuteMs };
  }
}

/** How often something was done in the last minute. */
export class MinuteLimit {
  readonly perMinute: number;
  readonly #now: () => number;
  #doneAt: number[] = [];

  constructor(perMinute: number, now: () => number) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  get isReached(): boolean {
    const since = this.#now() - minuteMs;
    this.#doneAt = this.#doneAt.filter((at) => at > since);
    return this.#doneAt.length >= this.perMinute;
  }

  count(): void {
    this.#doneAt.push(this.#now());
  }
}

/** How many invitations were sent in the last minute, over everything that comes from one address. */
export class InvitationThrottle {
  readonly #limit: MinuteLimit;

  constructor(perMinute: number, now: () => number) {
    this.#limit = new MinuteLimit(perMinute, now);
  }

  /** Throws what Atlas answers: a 400, although it is throttling, and without `Retry-After`. */
  check(errorCode: string): void {
    if (!this.#limit.isReached) {
      return;
    }
    const { perMinute } = this.#limit;
    const detail = `Rate limit of ${perMinute} invitations per 1 minutes exceeded.`;
    throw new Refusal(400, errorCode, detail, { parameters: [perMinute, 1] });
  }

  sent(): void {
    this.#limit.count();
  }
}
