import type { Clock } from "../provider/atlas/clock";

/** What goes wrong with one sleep, and with the clocks while it lasts; in milliseconds. */
export interface Whim {
  /** How much too late the sleep ends; negative for too early, which is at the soonest after a millisecond. */
  readonly late: number;
  /** How much the wall clock is set forward, or back. */
  readonly wallStep: number;
  /** How long the machine is asleep besides: the wall clock goes on, the monotonic one stands still. */
  readonly machineSleep: number;
}

/** What the clocks of a process show at one moment. */
export interface Reading {
  readonly date: number;
  readonly monotonic: number;
}

interface Sleeper {
  readonly at: number;
  readonly whim: Whim | undefined;
  readonly wake: () => void;
}

/**
 * The clocks of a machine that nobody looks after. Time jumps to the next moment somebody waits for, but only while no
 * request is on its way; how each sleep goes is up to {@link UnrulyClock.whims}.
 */
export class UnrulyClock implements Clock {
  /** One for each sleep to come; those after the last go as they should. */
  whims: Whim[] = [];
  /** Whether something goes on that takes no time, and that time must not overtake. */
  isBusy: () => boolean = () => false;
  /** Milliseconds of the real world since the start. */
  private passed = 0;
  private awake = 0;
  private wallOffset = 0;
  private sleepers: Sleeper[] = [];
  private isArmed = false;

  constructor(private readonly start = Date.parse("2026-01-01T00:00:00Z")) {}

  /** The time of everybody else, which no clock of this machine has a part in. */
  server = (): number => this.start + this.passed;

  now = (): number => this.date();

  date = (): number => this.server() + this.wallOffset;

  monotonic = (): number => this.awake;

  read(): Reading {
    return { date: this.date(), monotonic: this.monotonic() };
  }

  /** Milliseconds since a reading, by the clock that says more. */
  since({ date, monotonic }: Reading): number {
    return Math.max(this.date() - date, this.monotonic() - monotonic);
  }

  /** Whether nobody waits for anything. */
  get isIdle(): boolean {
    return this.sleepers.length === 0;
  }

  sleep(ms: number): Promise<void> {
    const whim = this.whims.shift();
    return this.wait(Math.max(Math.min(ms, 1), ms + (whim?.late ?? 0)), whim);
  }

  /** A sleep that nothing happens to. */
  pass(ms: number): Promise<void> {
    return this.wait(ms, undefined);
  }

  /** Lets time pass at once; who waits for a moment before then is woken. */
  advance(ms: number): void {
    this.awake += ms;
    this.passed += ms;
  }

  /** A new machine: its wall clock is right, and nobody of the old one is woken any more. */
  reset(): void {
    this.whims = [];
    this.sleepers = [];
    this.wallOffset = 0;
  }

  private wait(ms: number, whim: Whim | undefined): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ at: this.awake + ms, whim, wake });
      this.arm();
    });
  }

  private arm(): void {
    if (this.isArmed) {
      return;
    }
    this.isArmed = true;
    // Later than what a timer of 0 ms still has to do.
    setTimeout(() => {
      this.isArmed = false;
      if (!this.isBusy()) {
        this.wakeNext();
      }
      if (this.sleepers.length > 0) {
        this.arm();
      }
    }, 1);
  }

  private wakeNext(): void {
    this.sleepers.sort((a, b) => a.at - b.at);
    const next = this.sleepers.shift();
    if (next === undefined) {
      return;
    }
    this.advance(Math.max(0, next.at - this.awake));
    this.passed += next.whim?.machineSleep ?? 0;
    this.wallOffset += next.whim?.wallStep ?? 0;
    next.wake();
  }
}
