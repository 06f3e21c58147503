import type { Clock } from "../provider/atlas/clock";

/** A clock that jumps to the next moment somebody waits for, as soon as nothing else is left to do. */
export class FakeClock implements Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly sleeps: number[] = [];
  private time: number;
  private sleepers: Array<{ at: number; wake: () => void }> = [];

  constructor(private readonly start = Date.parse("2026-01-01T00:00:00Z")) {
    this.time = start;
  }

  now = (): number => this.time;
  date = (): number => this.time;

  monotonic = (): number => this.time - this.start;

  sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((wake) => {
      this.sleepers.push({ at: this.time + ms, wake });
      setImmediate(() => this.wakeNext());
    });
  }

  /** Lets time pass; who waits for a moment before then is woken. */
  advance(ms: number): void {
    this.time += ms;
  }

  private wakeNext(): void {
    this.sleepers.sort((a, b) => a.at - b.at);
    const next = this.sleepers.shift();
    if (next !== undefined) {
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
  }
}
