import type { RequestOptions } from "../request";
import type { MemberCache } from "./memberCache";

/**
 * Runs something that changes one member; nothing that starts after it is answered from before it.
 *
 * @param names what the member is known by
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
  /** What the member is known by. */
  name: string;
  add(): Promise<Member>;
  /** Whether an error of `add` says that the member is there. */
  isAlreadyMember(error: unknown): boolean;
}

/** Adds a member, or answers with the one who is there already. */
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
