import { type Clock, type Deadline, stopwatch, within } from "./clock";
import { AtlasError } from "./error";
import type { Listing } from "./operations/index";
import type { RequestOptions } from "./request";

/** How to ask Atlas about the members of one project or team. */
export interface RosterSource<Member> {
  /** What the members are members of, such as `project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  of: string;
  /** All members. */
  list(): Promise<Listing<Member>>;
  /** The members whom Atlas's own filter finds under this name: at most one, or none. */
  find(name: string, options: RequestOptions): Promise<Listing<Member>>;
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
  private present: { members: Promise<Map<string, Member>>; ageMs: () => number } | undefined;
  private firstAddition: Promise<unknown> | undefined;

  constructor(
    private readonly source: RosterSource<Member>,
    private readonly clock: Clock,
  ) {}

  /**
   * The member of this name, or `undefined` when there is certainly none.
   *
   * Absence is only believed of a complete listing, because it deletes state: Atlas's filter by name may treat
   * case in its own way, and a member can slip from one page to another while several are being read.
   */
  async find(name: string, options: RequestOptions = {}): Promise<Member | undefined> {
    this.reads += 1;
    if (this.reads === 1) {
      const found = await this.findAlone(name, options);
      if (found !== undefined) {
        return found;
      }
    }
    const { members, atomic } = await this.within(this.all(), options.deadline);
    const found = members.get(name.toLowerCase());
    if (found !== undefined || atomic) {
      return found;
    }
    return this.findAlone(name, options);
  }

  /** Asks Atlas for this one member, whatever is known from before. */
  async lookUp(name: string, options: RequestOptions = {}): Promise<Member | undefined> {
    this.forget([name]);
    return this.find(name, options);
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
    options: RequestOptions = {},
  ): Promise<Member> {
    if (this.firstAddition === undefined) {
      const addition = this.addUnseen(name, change, isThere, options);
      this.firstAddition = addition.then(nothing, nothing);
      return addition;
    }
    await this.within(this.firstAddition, options.deadline);
    return (
      (await this.within(this.recall(name), options.deadline)) ??
      this.addUnseen(name, change, isThere, options)
    );
  }

  private async addUnseen(
    name: string,
    change: () => Promise<Member>,
    isThere: (error: unknown) => boolean,
    options: RequestOptions,
  ): Promise<Member> {
    try {
      return await this.write([name], change);
    } catch (error) {
      if (!isThere(error)) {
        throw error;
      }
      const members = await this.within(this.listPresent(), options.deadline);
      const member = members.get(name.toLowerCase()) ?? (await this.findAlone(name, options));
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
    if (this.present === undefined || this.present.ageMs() >= recallMs) {
      const members = this.list().then((listing) => listing.members);
      this.present = { members, ageMs: stopwatch(this.clock) };
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

  /** What many wait for is not bounded by the time that one of them has; their waiting is. */
  private within<T>(answer: Promise<T>, deadline: Deadline | undefined): Promise<T> {
    return within(
      answer,
      deadline,
      () =>
        new AtlasError(
          `Could not look at the users of ${this.source.of} within the ${Math.ceil((deadline?.afterMs ?? 0) / 1_000)} s ` +
            "that are allowed. Run the command again, or allow more with `customTimeouts`.",
          { operation: "", method: "GET", path: "" },
        ),
    );
  }

  private async findAlone(name: string, options: RequestOptions): Promise<Member | undefined> {
    const { items } = await this.source.find(name, options);
    return items.find((member) =>
      this.source.namesOf(member).some((each) => each.toLowerCase() === name.toLowerCase()),
    );
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
