/** Lets operations on one thing run one after the other, in the order in which they come. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs the operation after all earlier ones for the same thing have ended, with or without success. */
  async take<T>(thing: string, operation: () => Promise<T>): Promise<T> {
    const before = this.last.get(thing) ?? Promise.resolve();
    const mine = before.then(operation);
    const over = mine.then(ignore, ignore);
    this.last.set(thing, over);
    try {
      return await mine;
    } finally {
      if (this.last.get(thing) === over) {
        this.last.delete(thing);
      }
    }
  }
}

function ignore(): void {}
