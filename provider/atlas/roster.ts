import type { Listing } from "./operations/index";

/** How to ask Atlas about the members of one project or team. */
export interface RosterSource<Member> {
  /** All members. */
  list(): Promise<Listing<Member>>;
  /** The members whom Atlas's own filter finds under this name: at most one, or none. */
  find(name: string): Promise<Listing<Member>>;
  /** What a member is known by; names compare without case. */
  namesOf(member: Member): string[];
}

/**
 * Answers reads of one project's (or team's) members in bulk: the first read asks for the one member, and as
 * soon as a second arrives one listing answers it and all that follow, until the next write.
 */
export class Roster<Member> {
  private reads = 0;
  private listing: Promise<{ members: Map<string, Member>; atomic: boolean }> | undefined;

  constructor(private readonly source: RosterSource<Member>) {}

  /**
   * The member of this name, or `undefined` when there is certainly none.
   *
   * Absence is only believed of a complete listing, because it deletes state: Atlas's filter by name may treat
   * case in its own way, and a member can slip from one page to another while several are being read.
   */
  async find(name: string): Promise<Member | undefined> {
    this.reads += 1;
    if (this.reads === 1) {
      const found = pick(await this.source.find(name), name, this.source.namesOf);
      if (found !== undefined) {
        return found;
      }
    }
    const { members, atomic } = await this.all();
    const found = members.get(name.toLowerCase());
    if (found !== undefined || atomic) {
      return found;
    }
    return pick(await this.source.find(name), name, this.source.namesOf);
  }

  /** Asks Atlas for this one member, whatever is known from before. */
  async lookUp(name: string): Promise<Member | undefined> {
    this.forget();
    return this.find(name);
  }

  /** Runs something that changes the members; no read that starts after it is answered from before it. */
  async write<T>(change: () => Promise<T>): Promise<T> {
    this.forget();
    try {
      return await change();
    } finally {
      this.forget();
    }
  }

  private all(): Promise<{ members: Map<string, Member>; atomic: boolean }> {
    if (this.listing === undefined) {
      const listing = this.source.list().then(({ items, atomic }) => ({
        members: new Map(
          items.flatMap((member) =>
            this.source.namesOf(member).map((each) => [each.toLowerCase(), member] as const),
          ),
        ),
        atomic,
      }));
      this.listing = listing;
      listing.catch(() => {
        if (this.listing === listing) {
          this.listing = undefined;
        }
      });
    }
    return this.listing;
  }

  private forget(): void {
    this.reads = 0;
    this.listing = undefined;
  }
}

function pick<Member>(
  { items }: Listing<Member>,
  name: string,
  namesOf: (member: Member) => string[],
): Member | undefined {
  return items.find((member) => namesOf(member).some((each) => each.toLowerCase() === name.toLowerCase()));
}
