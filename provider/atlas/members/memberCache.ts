import type { Clock } from "../clock";
import type { RequestOptions } from "../request";
import { MemberAdditions } from "./memberAdditions";
import { MemberReads } from "./memberReads";
import type { MemberSource, Members } from "./memberSource";

/** What one process has read of the members of one project or team. */
export class MemberCache<Member> {
  readonly additions: MemberAdditions<Member>;
  private readonly reads: MemberReads<Member>;

  constructor(source: MemberSource<Member>, clock: Clock) {
    this.reads = new MemberReads(source);
    this.additions = new MemberAdditions(source, clock);
  }

  /** The member of this name, or `undefined` when there is certainly none. */
  get(name: string, options: RequestOptions = {}): Promise<Member | undefined> {
    return this.reads.get(name, options);
  }

  /** Asks Atlas for this one member, whatever is known from before. */
  refetch(name: string, options: RequestOptions = {}): Promise<Member | undefined> {
    this.invalidate([name]);
    return this.get(name, options);
  }

  /** All members, as a listing shows them that is not older than the last change. */
  all(options: RequestOptions = {}): Promise<Members<Member>> {
    return this.reads.all(options);
  }

  /** Asks Atlas for all members, whatever is known from before. */
  relist(options: RequestOptions = {}): Promise<Members<Member>> {
    this.reads.invalidate();
    return this.all(options);
  }

  /**
   * Drops what is cached, because a member has changed or is about to change.
   *
   * @param names the names of the member
   */
  invalidate(names: readonly string[]): void {
    this.reads.invalidate();
    this.additions.invalidate(names);
  }
}
