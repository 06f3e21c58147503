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

/** How old a listing may be that additions go by. */
const recallMs = 10_000;

interface Members<Member> {
  /** By every name in lower case. */
  members: Map<string, Member>;
  /** See {@link Listing}. */
  atomic: boolean;
}

/**
 * Answers reads of one project's (or team's) members in bulk: the first read asks for the one member, and as
 * soon as a second arrives one listing answers it and all that follow, until the next write.
 */
export class Roster<Member> {
  private reads = 0;
  private listing: Promise<Members<Member>> | undefined;
  /** Who was there when an addition was refused; only additions go by it. */
  private present: { members: Promise<Map<string, Member>>; askedAt: number } | undefined;
  private firstAddition: Promise<unknown> | undefined;

  constructor(
    private readonly source: RosterSource<Member>,
    private readonly now: () => number = Date.now,
  ) {}

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
    this.forget([name]);
    return this.find(name);
  }

  /**
   * Runs something that changes one member; nothing that starts after it is answered from before it.
   *
   * @param names what the member is known by
   */
  async write<T>(names: string[], change: () => Promise<T>): Promise<T> {
    this.forget(names);
    try {
      return await change();
    } finally {
      this.forget(names);
    }
  }

  /**
   * Adds a member, or answers with the one who is there already.
   *
   * Nothing is looked up first, as most members who are added are new. When the first turns out to be there, which is
   * so for all when a project is adopted, a listing answers for those that follow: Atlas lets few invitations pass.
   *
   * @param isThere whether an error of `change` says that the member is there
   */
  async add(
    name: string,
    change: () => Promise<Member>,
    isThere: (error: unknown) => boolean,
  ): Promise<Member> {
    if (this.firstAddition === undefined) {
      const addition = this.addUnseen(name, change, isThere);
      this.firstAddition = addition.then(nothing, nothing);
      return addition;
    }
    await this.firstAddition;
    return (await this.recall(name)) ?? this.addUnseen(name, change, isThere);
  }

  private async addUnseen(
    name: string,
    change: () => Promise<Member>,
    isThere: (error: unknown) => boolean,
  ): Promise<Member> {
    try {
      return await this.write([name], change);
    } catch (error) {
      if (!isThere(error)) {
        throw error;
      }
      const members = await this.listPresent();
      const member =
        members.get(name.toLowerCase()) ?? pick(await this.source.find(name), name, this.source.namesOf);
      if (member === undefined) {
        throw error;
      }
      return member;
    }
  }

  /** Once an addition has been refused, those that follow look into a listing first. */
  private async recall(name: string): Promise<Member | undefined> {
    const members = await (this.present && this.listPresent().catch(nothing));
    return members?.get(name.toLowerCase());
  }

  private listPresent(): Promise<Map<string, Member>> {
    if (this.present === undefined || this.now() - this.present.askedAt >= recallMs) {
      const members = this.list().then((listing) => listing.members);
      this.present = { members, askedAt: this.now() };
      members.catch(() => {
        this.present = undefined;
      });
    }
    return this.present.members;
  }

  private all(): Promise<Members<Member>> {
    if (this.listing === undefined) {
      const listing = this.list();
      this.listing = listing;
      listing.catch(() => {
        if (this.listing === listing) {
          this.listing = undefined;
        }
      });
    }
    return this.listing;
  }

  private async list(): Promise<Members<Member>> {
    const { items, atomic } = await this.source.list();
    const named = items.flatMap((member) =>
      this.source.namesOf(member).map((each) => [each.toLowerCase(), member] as const),
    );
    return { members: new Map(named), atomic };
  }

  private forget(names: string[]): void {
    this.reads = 0;
    this.listing = undefined;
    void this.present?.members.then((members) => {
      for (const name of names) {
        members.delete(name.toLowerCase());
      }
    }, nothing);
  }
}

function nothing(): undefined {
  return undefined;
}

function pick<Member>(
  { items }: Listing<Member>,
  name: string,
  namesOf: (member: Member) => string[],
): Member | undefined {
  return items.find((member) => namesOf(member).some((each) => each.toLowerCase() === name.toLowerCase()));
}
