import { type Clock, Deadline, sleepUntil, stopwatch, within } from "./clock";
import { isClosed, type Limit, mayPass, newLimit, pass, RateLimited, type Waiter } from "./limit";

/** How long a request without a deadline waits while nothing gets through under its limit, in milliseconds. */
const standstillMs = 15 * 60_000;

/** A line appears at most this often while requests wait under one limit, in milliseconds. */
const lineEveryMs = 60_000;

/** After a refusal, this many requests in flight without another refusal mean that the limit is far away. */
const farFromLimit = 64;

/**
 * Slows down all requests of the process together. When Atlas refuses a request because of a rate limit, all requests
 * under the same limit wait, first come, first served. Then a single one is sent to find out whether Atlas accepts
 * requests again.
 */
export class RateLimiter {
  private readonly limits = new Map<string, Limit>();
  private tickets = 0;

  /** @param onWait called when requests begin to wait under a limit, and about once a minute while they wait */
  constructor(
    private readonly clock: Clock,
    private readonly onWait: (wait: { limit: string; forMs: number; waiting: number }) => void = () => {},
  ) {}

  /** A new place in the queues. A request that is refused keeps its place. */
  newTicket(): number {
    this.tickets += 1;
    return this.tickets;
  }

  /**
   * Resolves when the request may be sent. Call `release`, `abandon` or `backOff` when it has ended.
   *
   * @throws RateLimited when it cannot be sent before the deadline, or nothing has got through for a quarter of an
   *   hour
   */
  async acquire(name: string, ticket: number, deadline?: Deadline): Promise<void> {
    const limit = this.limit(name);
    if (this.tryAcquire(name)) {
      return;
    }
    const waiter: Waiter = { ticket, deadline, pass: () => {}, fail: () => {} };
    const turn = new Promise<void>((resolve, reject) => {
      waiter.pass = resolve;
      waiter.fail = reject;
    });
    const after = limit.waiting.findIndex((other) => other.ticket > ticket);
    limit.waiting.splice(after === -1 ? limit.waiting.length : after, 0, waiter);
    this.dismiss(limit);
    try {
      await within(turn, deadline, () => this.tooLate(limit, deadline));
    } catch (error) {
      limit.waiting = limit.waiting.filter((other) => other !== waiter);
      throw error;
    }
  }

  /** Lets the request through if it need not wait. */
  tryAcquire(name: string): boolean {
    const limit = this.limit(name);
    if (limit.waiting.length > 0 || !mayPass(limit)) {
      return false;
    }
    pass(limit);
    return true;
  }

  /** The request was answered and not refused by the limit; `remaining` is what Atlas says is left of it. */
  release(name: string, remaining?: number): void {
    const limit = this.limit(name);
    limit.inFlight -= 1;
    limit.refusals = 0;
    limit.standstill = undefined;
    if (remaining !== undefined) {
      // What is in flight was not counted yet when Atlas wrote this answer.
      limit.remaining = remaining - limit.inFlight;
    } else if (!limit.isTight || limit.inFlight >= farFromLimit) {
      limit.remaining = Number.POSITIVE_INFINITY;
    } else {
      limit.remaining = Math.max(0, limit.remaining) + 2;
    }
    this.admit(limit);
  }

  /** The request has ended without an answer that tells anything about the limit. */
  abandon(name: string): void {
    const limit = this.limit(name);
    limit.inFlight -= 1;
    limit.remaining += 1;
    this.admit(limit);
  }

  /** The limit has refused the request: nothing is sent for `forMs`, and then one request. */
  backOff(name: string, forMs: number): void {
    const limit = this.limit(name);
    const wasOpen = !isClosed(limit);
    limit.inFlight -= 1;
    limit.remaining = 0;
    limit.isTight = true;
    limit.refusals += wasOpen ? 1 : 0;
    limit.standstill ??= stopwatch(this.clock);
    if (forMs > (limit.closed?.leftMs ?? 0)) {
      limit.closed = new Deadline(this.clock, forMs);
    }
    this.dismiss(limit);
    // The refused request waits as well.
    this.tell(limit, limit.waiting.length + 1);
    void this.wake(limit);
  }

  /** How often in a row the limit will have refused when it refuses a request now. */
  refusals(name: string): number {
    const limit = this.limit(name);
    return limit.refusals + (isClosed(limit) ? 0 : 1);
  }

  /** How long a request may still wait under the limit, in milliseconds. */
  patienceMs(name: string, deadline: Deadline | undefined): number {
    return deadline === undefined
      ? standstillMs - (this.limit(name).standstill?.() ?? 0)
      : // A limit that opens exactly at the deadline opens too late.
        deadline.leftMs - 1;
  }

  /** How many requests wait for their turn. */
  waiting(name: string): number {
    return this.limit(name).waiting.length;
  }

  private async wake(limit: Limit): Promise<void> {
    if (limit.isWaking) {
      return;
    }
    limit.isWaking = true;
    while (limit.closed !== undefined && !limit.closed.isOver) {
      await sleepUntil(this.clock, new Deadline(this.clock, Math.min(limit.closed.leftMs, lineEveryMs)));
      if (!limit.closed.isOver && limit.waiting.length > 0) {
        this.tell(limit, limit.waiting.length);
      }
    }
    limit.isWaking = false;
    this.admit(limit);
  }

  private tell(limit: Limit, waiting: number): void {
    if ((limit.sinceLine?.() ?? lineEveryMs) >= lineEveryMs) {
      limit.sinceLine = stopwatch(this.clock);
      this.onWait({ limit: limit.name, forMs: limit.closed?.leftMs ?? 0, waiting });
    }
  }

  private admit(limit: Limit): void {
    this.dismiss(limit);
    while (limit.waiting.length > 0 && mayPass(limit)) {
      pass(limit);
      limit.waiting.shift()?.pass();
    }
  }

  /** Ends the wait of requests that cannot get through in time. */
  private dismiss(limit: Limit): void {
    const forMs = limit.closed?.leftMs ?? 0;
    const isHopeless = ({ deadline }: Waiter): boolean =>
      deadline?.isOver === true || forMs > this.patienceMs(limit.name, deadline);
    const hopeless = limit.waiting.filter(isHopeless);
    limit.waiting = limit.waiting.filter((waiter) => !hopeless.includes(waiter));
    for (const waiter of hopeless) {
      waiter.fail(this.tooLate(limit, waiter.deadline));
    }
  }

  private tooLate(limit: Limit, deadline: Deadline | undefined): RateLimited {
    return new RateLimited(limit.closed?.leftMs ?? 0, deadline);
  }

  private limit(name: string): Limit {
    let limit = this.limits.get(name);
    if (limit === undefined) {
      limit = newLimit(name);
      this.limits.set(name, limit);
    }
    return limit;
  }
}
