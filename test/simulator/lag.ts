/** How many answers about something that was just changed still show it as it was before. */
export interface Lags {
  /** The users of a project. */
  projects: number;
  /** The users of a team. */
  teams: number;
  /** The users of an organization, and its invitations. */
  organizations: number;
  windows: number;
  /** A migration whose cutover was accepted. */
  migrations: number;
}

export const noLag: Lags = { projects: 0, teams: 0, organizations: 0, windows: 0, migrations: 0 };

interface Kept {
  readonly before: object;
  answersLeft: number;
}

/**
 * Reads that are behind writes. Where several writes come before a read, it shows what was there before the first of
 * them: time never runs backwards for the reader.
 */
export class Lag {
  #kept = new WeakMap<object, Kept>();

  /** Keeps what the next answers will show; to be called before the change. */
  keep<T extends object>(current: T, answers: number, copy: (current: T) => T): void {
    if (answers <= 0) {
      return;
    }
    const before = this.#kept.get(current)?.before ?? copy(current);
    this.#kept.set(current, { before, answersLeft: answers });
  }

  /** From now on everything shows as it is, until the next change. */
  catchUp(): void {
    this.#kept = new WeakMap();
  }

  /** What the next answer shows. */
  show<T extends object>(current: T): T {
    const kept = this.#kept.get(current);
    if (!kept) {
      return current;
    }
    kept.answersLeft -= 1;
    if (kept.answersLeft === 0) {
      this.#kept.delete(current);
    }
    return kept.before as T;
  }
}
