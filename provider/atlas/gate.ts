import type { Clock } from "./clock";

/** The state of one limit of Atlas, shared by all requests that count against it. */
interface Limit {
  /** Requests that wait for their turn, first come first served. */
  waiting: Array<() => void>;
  inFlight: number;
  /** How many more requests Atlas has room for, as far as is known. */
  room: number;
  /** How often in a row it was closed. */
  refusals: number;
  /** No request goes out before this time, in milliseconds since the Unix epoch. */
  closedUntil: number;
}

/**
 * Slows the whole process down together. When Atlas refuses one request for coming too often, all requests
 * under the same limit wait, and a single one goes ahead to find out whether there is room again.
 */
export class Gate {
  private readonly limits = new Map<string, Limit>();

  constructor(private readonly clock: Clock) {}

  /** Resolves when the request may go out; every `enter` is followed by one of the other calls. */
  async enter(name: string): Promise<void> {
    const limit = this.limit(name);
    if (limit.waiting.length > 0 || !this.mayPass(limit)) {
      await new Promise<void>((pass) => limit.waiting.push(pass));
    } else {
      this.pass(limit);
    }
  }

  /** The request was answered without being throttled; `remaining` is what Atlas says is left of the limit. */
  leave(name: string, remaining?: number): void {
    const limit = this.limit(name);
    limit.inFlight -= 1;
    limit.refusals = 0;
    // What is in flight was not counted yet when Atlas wrote this answer.
    limit.room = remaining === undefined ? Number.POSITIVE_INFINITY : remaining - limit.inFlight;
    this.admit(limit);
  }

  /** The request has ended without an answer that tells anything about the limit. */
  retreat(name: string): void {
    const limit = this.limit(name);
    limit.inFlight -= 1;
    limit.room += 1;
    this.admit(limit);
  }

  /**
   * The request was throttled: nothing goes out for `forMs`, then one request tries.
   *
   * @returns whether this closed the gate, rather than that it was closed already
   */
  close(name: string, forMs: number): boolean {
    const limit = this.limit(name);
    const wasOpen = !this.isClosed(limit);
    limit.inFlight -= 1;
    limit.room = 0;
    limit.refusals += wasOpen ? 1 : 0;
    limit.closedUntil = Math.max(limit.closedUntil, this.clock.now() + forMs);
    void this.clock.sleep(forMs).then(() => this.admit(limit));
    return wasOpen;
  }

  /** How often in a row the limit will have refused when it refuses a request now. */
  refusals(name: string): number {
    const limit = this.limit(name);
    return limit.refusals + (this.isClosed(limit) ? 0 : 1);
  }

  /** How many requests wait for their turn. */
  waiting(name: string): number {
    return this.limit(name).waiting.length;
  }

  private admit(limit: Limit): void {
    while (limit.waiting.length > 0 && this.mayPass(limit)) {
      this.pass(limit);
      limit.waiting.shift()?.();
    }
  }

  private mayPass(limit: Limit): boolean {
    // With no room left one request at a time still goes ahead, because only an answer tells of new room.
    return !this.isClosed(limit) && (limit.room > 0 || limit.inFlight === 0);
  }

  private isClosed(limit: Limit): boolean {
    return this.clock.now() < limit.closedUntil;
  }

  private pass(limit: Limit): void {
    limit.inFlight += 1;
    limit.room -= 1;
  }

  private limit(name: string): Limit {
    let limit = this.limits.get(name);
    if (limit === undefined) {
      limit = {
        refusals: 0,
        waiting: [],
        inFlight: 0,
        room: Number.POSITIVE_INFINITY,
        closedUntil: 0,
      };
      this.limits.set(name, limit);
    }
    return limit;
  }
}
