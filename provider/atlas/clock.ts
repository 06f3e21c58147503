/** Time as a parameter, so that everything that waits can be tested without waiting. */
export interface Clock {
  /** The date, in milliseconds since the Unix epoch. This clock may be set, also backwards. */
  date(): number;
  /** Milliseconds since some moment. This clock is never set, but it may stop while the machine sleeps. */
  monotonic(): number;
  /** Resolves after about `ms` milliseconds. It may be early: {@link sleepUntil} is not. */
  sleep(ms: number): Promise<void>;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  date: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, longestTimerMs))),
};

/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Measures how long something takes, from now on.
 *
 * It uses the clock that has moved further, because one stops while the machine sleeps and the other may be set back.
 *
 * @returns milliseconds since the call
 */
export function stopwatch(clock: Clock): () => number {
  const date = clock.date();
  const monotonic = clock.monotonic();
  return () => Math.max(clock.date() - date, clock.monotonic() - monotonic, 0);
}

/** The moment at which something must have ended. */
export class Deadline {
  private readonly elapsedMs: () => number;
  private hasPassed = false;

  /** @param afterMs milliseconds from now on */
  constructor(
    clock: Clock,
    readonly afterMs: number,
  ) {
    this.elapsedMs = stopwatch(clock);
  }

  /** Milliseconds until then; 0 once it is over. */
  get leftMs(): number {
    // Once it has passed it stays passed, even if a clock is set back afterwards.
    const leftMs = this.afterMs - this.elapsedMs();
    this.hasPassed ||= leftMs <= 0;
    return this.hasPassed ? 0 : leftMs;
  }

  get isOver(): boolean {
    return this.leftMs === 0;
  }
}

/** Resolves at the deadline and not before: when the clock wakes it early, it sleeps again. */
export async function sleepUntil(clock: Clock, deadline: Deadline): Promise<void> {
  while (!deadline.isOver) {
    await clock.sleep(Math.max(1, Math.ceil(deadline.leftMs)));
  }
}

/** Resolves after `ms` milliseconds and not before. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return sleepUntil(clock, new Deadline(clock, ms));
}

/**
 * Rejects with `late()` when the deadline passes before the promise settles.
 *
 * It uses the machine's own timer, because the promise settles in real time. The deadline still decides whether the
 * time is over.
 */
export async function within<T>(
  promise: Promise<T>,
  deadline: Deadline | undefined,
  late: () => Error,
): Promise<T> {
  if (deadline === undefined) {
    return promise;
  }
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const look = (): void => {
      if (deadline.isOver) {
        reject(late());
      } else {
        timer = setTimeout(look, Math.min(Math.max(1, deadline.leftMs), longestTimerMs));
        timer.unref();
      }
    };
    look();
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
