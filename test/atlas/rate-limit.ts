import { Refusal } from "./answers";
import { THROTTLED_CODE, UNLISTED_ENDPOINT_SET } from "./inferred";

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

interface EndpointSet {
  readonly name: string;
  readonly capacity: number;
  readonly refill: number;
}

const MINUTE_MS = 60_000;

const USERS: EndpointSet = { name: "MongoDB Cloud Users", capacity: 1200, refill: 500 };
const TEAMS: EndpointSet = { name: "Teams", capacity: 1200, refill: 500 };
const ORGANIZATIONS: EndpointSet = { name: "Organizations", capacity: 500, refill: 250 };
const LINKS: EndpointSet = { name: "Cloud Migration (organization)", capacity: 500, refill: 250 };
const MIGRATIONS: EndpointSet = { name: "Cloud Migration (project)", capacity: 1200, refill: 500 };
const MAINTENANCE: EndpointSet = { name: "Maintenance Windows", capacity: 1200, refill: 500 };

const SET_OF: Readonly<Record<string, EndpointSet>> = {
  listGroupUsers: USERS,
  addGroupUsers: USERS,
  getGroupUser: USERS,
  removeGroupUser: USERS,
  addGroupUserRole: USERS,
  removeGroupUserRole: USERS,
  listOrgTeamUsers: TEAMS,
  addOrgTeamUser: TEAMS,
  removeOrgTeamUser: TEAMS,
  listOrgUsers: ORGANIZATIONS,
  listOrgInvites: ORGANIZATIONS,
  createOrgLiveMigrationLinkToken: LINKS,
  deleteOrgLiveMigrationLinkTokens: LINKS,
  cutoverGroupLiveMigration: MIGRATIONS,
  getGroupMaintenanceWindow: MAINTENANCE,
  updateGroupMaintenanceWindow: MAINTENANCE,
  deferGroupMaintenanceWindow: MAINTENANCE,
};

export interface Toll {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Refusal | undefined;
}

/** One token bucket for each set of endpoints and each organization or project. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #override: BucketSize | undefined;
  readonly #now: () => number;

  constructor(override: BucketSize | undefined, now: () => number) {
    this.#override = override;
    this.#now = now;
  }

  /** Takes the token of one request. */
  charge(operationId: string, scopeId: string): Toll {
    const set = SET_OF[operationId] ?? { name: operationId, ...UNLISTED_ENDPOINT_SET };
    const bucket = this.#bucket(set, scopeId);
    const now = this.#now();
    const { capacity, refill, everyMs } = bucket.size;
    if (now >= bucket.nextRefillAt) {
      const steps = Math.floor((now - bucket.nextRefillAt) / everyMs) + 1;
      bucket.remaining = Math.min(capacity, bucket.remaining + steps * refill);
      bucket.nextRefillAt += steps * everyMs;
    }
    const granted = bucket.remaining > 0;
    if (granted) bucket.remaining -= 1;
    const headers = { "Ratelimit-Limit": String(capacity), "Ratelimit-Remaining": String(bucket.remaining) };
    return { headers, refusal: granted ? undefined : throttled(set, bucket, now) };
  }

  /** Empties the bucket of an operation, so that its next request is throttled. */
  exhaust(operationId: string, scopeId: string): void {
    const set = SET_OF[operationId] ?? { name: operationId, ...UNLISTED_ENDPOINT_SET };
    this.#bucket(set, scopeId).remaining = 0;
  }

  #bucket(set: EndpointSet, scopeId: string): Bucket {
    const key = `${set.name} ${scopeId}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      const size = this.#override ?? { ...set, everyMs: MINUTE_MS };
      bucket = { size, remaining: size.capacity, nextRefillAt: this.#now() + size.everyMs };
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}

function throttled(set: EndpointSet, { size, nextRefillAt }: Bucket, now: number): Refusal {
  const seconds = Math.max(1, Math.ceil((nextRefillAt - now) / 1000));
  return new Refusal(429, THROTTLED_CODE, `Too many requests to ${set.name}. Try again in ${seconds} s.`, {
    // Atlas mixes strings and numbers here.
    parameters: [set.name, 0, size.capacity, size.refill, Math.round(size.everyMs / 1000)],
    headers: { "Retry-After": String(seconds) },
  });
}

/** How many invitations were sent in the last minute, over everything that comes from one address. */
export class InvitationThrottle {
  readonly #perMinute: number;
  readonly #now: () => number;
  #sentAt: number[] = [];

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Throws what Atlas answers: a 400, although it is throttling, and without `Retry-After`. */
  check(errorCode: string): void {
    const since = this.#now() - MINUTE_MS;
    this.#sentAt = this.#sentAt.filter((at) => at > since);
    if (this.#sentAt.length < this.#perMinute) return;
    const detail = `Rate limit of ${this.#perMinute} invitations per 1 minutes exceeded.`;
    throw new Refusal(400, errorCode, detail, { parameters: [this.#perMinute, 1] });
  }

  sent(): void {
    this.#sentAt.push(this.#now());
  }
}
