import type { RequestOptions } from "../request";
import { findMember, listMembers, type MemberSource, type Members, waitFor } from "./memberSource";

/**
 * Answers reads in bulk: the first read asks for the one member, and as soon as a second arrives one listing answers it
 * and all that follow, until the next invalidation.
 */
export class MemberReads<Member> {
  private reads = 0;
  private listing: Promise<Members<Member>> | undefined;

  constructor(private readonly source: MemberSource<Member>) {}

  /**
   * The member of this name, or `undefined` when there is certainly none.
   *
   * Only a complete listing proves that a member is absent, because callers act on it: Atlas's filter by name may
   * treat case in its own way, and a member can move from one page to another while they are being read.
   */
  async get(name: string, options: RequestOptions): Promise<Member | undefined> {
    this.reads += 1;
    if (this.reads === 1) {
      const found = await findMember(this.source, name, options);
      if (found !== undefined) {
        return found;
      }
    }
    const { byName, atomic } = await this.all(options);
    const found = byName.get(name.toLowerCase());
    if (found !== undefined || atomic) {
      return found;
    }
    return findMember(this.source, name, options);
  }

  /** All members. A name that is not among them may still be there unless the listing is atomic. */
  all(options: RequestOptions): Promise<Members<Member>> {
    this.reads += 1;
    return waitFor(this.list(), this.source, options.deadline);
  }

  /** Reads that start from now on get nothing that was read before. */
  invalidate(): void {
    this.reads = 0;
    this.listing = undefined;
  }

  private list(): Promise<Members<Member>> {
    if (this.listing === undefined) {
      const listing = listMembers(this.source);
      this.listing = listing;
      listing.catch(() => {
        if (this.listing === listing) {
          this.listing = undefined;
        }
      });
    }
    return this.listing;
  }
}
