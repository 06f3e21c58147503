import { type Deadline, within } from "../clock";
import { AtlasError } from "../errors/error";
import type { Listing } from "../operations/index";
import type { RequestOptions } from "../request";
import type { Wording } from "../wording";

/** How to ask Atlas about the members of one project or team. */
export interface MemberSource<Member> {
  /** The project or team, such as `project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  of: string;
  /** Atlas's id of the operation that lists them, such as `listGroupUsers`. */
  operation: string;
  /** Words for errors. */
  wording: Wording;
  /** All members. */
  list(): Promise<Listing<Member>>;
  /** The members that Atlas's own filter finds under this name: one or none. */
  find(name: string, options: RequestOptions): Promise<Listing<Member>>;
  /** The names of a member. Case makes no difference. */
  namesOf(member: Member): string[];
}

/** All members that one listing has shown. */
export interface Members<Member> {
  /** By every name in lower case. */
  byName: Map<string, Member>;
  /** See {@link Listing}. */
  atomic: boolean;
}

/** Asks Atlas for all members. */
export async function listMembers<Member>(source: MemberSource<Member>): Promise<Members<Member>> {
  const { items, atomic } = await source.list();
  const named = items.flatMap((member) =>
    source.namesOf(member).map((name) => [name.toLowerCase(), member] as const),
  );
  return { byName: new Map(named), atomic };
}

/** Asks Atlas for the one member of this name. */
export async function findMember<Member>(
  source: MemberSource<Member>,
  name: string,
  options: RequestOptions,
): Promise<Member | undefined> {
  const { items } = await source.find(name, options);
  return items.find((member) =>
    source.namesOf(member).some((each) => each.toLowerCase() === name.toLowerCase()),
  );
}

/**
 * Waits for an answer that others may be waiting for too. The deadline ends the wait, not the request behind the
 * answer.
 *
 * @throws AtlasError when the deadline passes first
 */
export function waitFor<T>(
  answer: Promise<T>,
  { of, operation, wording }: Pick<MemberSource<unknown>, "of" | "operation" | "wording">,
  deadline: Deadline | undefined,
): Promise<T> {
  return within(
    answer,
    deadline,
    () =>
      new AtlasError(
        `Could not look at the users of ${of} within the ${Math.ceil((deadline?.afterMs ?? 0) / 1_000)} s ` +
          `that are allowed. Run the command again, or ${wording.allowMoreTime}.`,
        { operation, method: "GET", path: "" },
      ),
  );
}
