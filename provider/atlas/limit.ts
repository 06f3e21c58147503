import type { Deadline } from "./clock";

/** Why a request was not let through. */
export class RateLimited extends Error {
  /**
   * @param retryAfterMs when the limit opens again, in milliseconds from now
   * @param deadline the request's own deadline, which is earlier
   */
  constructor(
    readonly retryAfterMs: number,
    readonly deadline: Deadline | undefined,
  ) {
    super("rate limited");
  }
}

/** A request that waits for its turn. */
export interface Waiter {
  /** The place in the queue. A request that is refused keeps it. */
  ticket: number;
  deadline: Deadline | undefined;
  pass(): void;
  fail(reason: RateLimited): void;
}

/** One limit of Atlas, shared by all requests that count against it. */
export interface Limit {
  name: string;
  /** In the order of their tickets. */
  waiting: Waiter[];
  inFlight: number;
  /** How many more requests Atlas accepts, as far as is known. */
  remaining: number;
  /** How often in a row it has refused. */
  refusals: number;
  /**
   * Whether it has ever refused. From then on, the number of requests in flight grows slowly where Atlas does not
   * tell what remains.
   */
  isTight: boolean;
  /** No request is sent before this deadline. */
  closed: Deadline | undefined;
  /** Measures the time since the first refusal after which nothing has got through. */
  standstill: (() => number) | undefined;
  isWaking: boolean;
  sinceLine: (() => number) | undefined;
}

/** A limit of which nothing is known yet. */
export function newLimit(name: string): Limit {
  return {
    name,
    waiting: [],
    inFlight: 0,
    remaining: Number.POSITIVE_INFINITY,
    refusals: 0,
    isTight: false,
    closed: undefined,
    standstill: undefined,
    isWaking: false,
    sinceLine: undefined,
  };
}

/** Whether no request may be sent for now, because the limit has refused one. */
export function isClosed({ closed }: Limit): boolean {
  return closed !== undefined && !closed.isOver;
}

/** Whether a request may be sent. */
export function mayPass(limit: Limit): boolean {
  // With nothing remaining, one request at a time is still sent, because only an answer shows whether Atlas accepts
  // more.
  return !isClosed(limit) && (limit.remaining > 0 || limit.inFlight === 0);
}

/** Counts a request that is sent. */
export function pass(limit: Limit): void {
  limit.inFlight += 1;
  limit.remaining -= 1;
}
