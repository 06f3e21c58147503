import type { RequestOptions } from "../request";
import type { MemberCache } from "./memberCache";

/**
 * Runs a change to one member. A read that starts after the change gets nothing that was read before it.
 *
 * @param names the names of the member
 */
export async function changeMember<T>(
  cache: MemberCache<unknown>,
  names: readonly string[],
  change: () => Promise<T>,
): Promise<T> {
  cache.invalidate(names);
  try {
    return await change();
  } finally {
    cache.invalidate(names);
  }
}

/** How to add one member. */
export interface Addition<Member> {
  /** The name of the member. */
  name: string;
  add(): Promise<Member>;
  /** Whether an error of `add` says that the member is there. */
  isAlreadyMember(error: unknown): boolean;
}

/** Adds a member, or returns the one who is there already. */
export async function addMember<Member>(
  cache: MemberCache<Member>,
  { name, add, isAlreadyMember }: Addition<Member>,
  options: RequestOptions = {},
): Promise<Member> {
  const known = await cache.additions.begin(name, options);
  if (known !== undefined) {
    return known;
  }
  try {
    return await changeMember(cache, [name], add);
  } catch (error) {
    const member = isAlreadyMember(error) ? await cache.additions.getRefused(name, options) : undefined;
    if (member === undefined) {
      throw error;
    }
    return member;
  } finally {
    cache.additions.end();
  }
}
