import { type Clock, stopwatch } from "../clock";
import type { RequestOptions } from "../request";
import { findMember, listMembers, type MemberSource, waitFor } from "./memberSource";

/** The age up to which a listing may answer an addition, in milliseconds. */
const longestAgeMs = 10_000;

/**
 * Tells additions who is there already. Nothing is looked up before the first addition, because most members who are
 * added are new. When the first one turns out to be there, as all do when a project is adopted, a listing answers the
 * additions that follow, because Atlas allows few invitations.
 */
export class MemberAdditions<Member> {
  /** The members when an addition was refused. Only additions use it. */
  private present: { byName: Promise<Map<string, Member>>; ageMs: () => number } | undefined;
  private first: { isOver: Promise<void>; end: () => void } | undefined;

  constructor(
    private readonly source: MemberSource<Member>,
    private readonly clock: Clock,
  ) {}

  /**
   * Waits until the first addition has ended, and answers from the listing that followed its refusal.
   *
   * @returns the member who is there already; `undefined` when the caller must try the addition, and call {@link end}
   *   afterwards
   */
  async begin(name: string, options: RequestOptions): Promise<Member | undefined> {
    if (this.first === undefined) {
      let end = (): void => {};
      const isOver = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.first = { isOver, end };
      return undefined;
    }
    await waitFor(this.first.isOver, this.source, options.deadline);
    const byName = await waitFor(
      Promise.resolve(this.present && this.list().catch(() => undefined)),
      this.source,
      options.deadline,
    );
    return byName?.get(name.toLowerCase());
  }

  /** An addition has ended, with or without success. */
  end(): void {
    // The others have waited for the first, so the first to end is the first that began.
    this.first?.end();
  }

  /**
   * Looks up a member whose addition was refused because the member is there already.
   *
   * @returns `undefined` when Atlas shows nobody of this name
   */
  async getRefused(name: string, options: RequestOptions): Promise<Member | undefined> {
    const byName = await waitFor(this.list(), this.source, options.deadline);
    return byName.get(name.toLowerCase()) ?? findMember(this.source, name, options);
  }

  /** Additions of these names are no longer answered from the listing. */
  invalidate(names: readonly string[]): void {
    this.present?.byName.then(
      (byName) => {
        for (const name of names) {
          byName.delete(name.toLowerCase());
        }
      },
      () => {},
    );
  }

  private list(): Promise<Map<string, Member>> {
    if (this.present === undefined || this.present.ageMs() >= longestAgeMs) {
      const byName = listMembers(this.source).then((members) => members.byName);
      this.present = { byName, ageMs: stopwatch(this.clock) };
      byName.catch(() => {
        this.present = undefined;
      });
    }
    return this.present.byName;
  }
}
