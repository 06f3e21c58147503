import type { Deadline } from "./clock";

/** Why a request was not let through. */
export class RateLimited extends Error {
  /**
   * @param retryAfterMs when the limit opens again, in milliseconds from now
   * @param deadline the request's own deadline, which that would miss
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
  /** Order of arrival. A request that is refused keeps its own. */
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
  /** How many more requests Atlas has room for, as far as is known. */
  remaining: number;
  /** How often in a row it has refused. */
  refusals: number;
  /** Whether it has ever refused: from then on what Atlas does not tell is found out carefully. */
  isTight: boolean;
  /** No request goes out before. */
  closed: Deadline | undefined;
  /** Measures how long nothing has got through, from the first refusal on. */
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

/** Whether no request goes out for now, because the limit has refused one. */
export function isClosed({ closed }: Limit): boolean {
  return closed !== undefined && !closed.isOver;
}

/** Whether a request may go out. */
export function mayPass(limit: Limit): boolean {
  // With nothing left one request at a time still goes ahead, because only an answer tells of new room.
  return !isClosed(limit) && (limit.remaining > 0 || limit.inFlight === 0);
}

/** Counts a request that goes out. */
export function pass(limit: Limit): void {
  limit.inFlight += 1;
  limit.remaining -= 1;
}
