import { spelling } from "../handler/arguments";
import { ignoring } from "./ignored";
import { namedIn } from "./names";
import { declaredBefore, type Remembered } from "./outputs";
import type { Membership } from "./reconcile";

/** What a look has shown. */
export interface Seen<Member> {
  /** All members but those that are left alone, by the spelling of the state where it has them. */
  readonly members: Map<string, Member>;
  /** The names of those that nobody declared. */
  readonly unmanaged: string[];
}

/**
 * Looks at the members of a project or team, for a refresh or `.get()`.
 *
 * @param before what the state has; `undefined` for `.get()`, for which everybody is as they should be
 */
export async function lookAt<Member extends { userId: string; username: string }>(
  { cache }: Membership<Member>,
  before: (Remembered & { readonly ignore?: readonly string[] | undefined }) | undefined,
): Promise<Seen<Member>> {
  const { byName, atomic } = await cache.all();
  const found = new Map([...byName.values()].map((member) => [member.username.toLowerCase(), member]));
  const names = before?.names ?? [];
  if (!atomic) {
    // Somebody can have slipped from one page to another.
    const missing = names.map((name) => name.toLowerCase()).filter((name) => !found.has(name));
    await Promise.all(
      missing.map(async (name) => {
        const member = await cache.get(name);
        if (member !== undefined) {
          found.set(name, member);
        }
      }),
    );
  }
  const spell = spelling(names);
  const isIgnored = ignoring(before?.ignore ?? []);
  const members = new Map(
    [...found]
      .map(
        ([key, member]) =>
          [spell(key === member.username.toLowerCase() ? member.username : key), member] as const,
      )
      .filter(([name]) => !isIgnored(name)),
  );
  // A state that cannot tell who was declared has nobody declared, so that an update settles it.
  const wasDeclared = namedIn((before && declaredBefore(before)) ?? before?.unconfirmed ?? []);
  const unmanaged = before === undefined ? [] : [...members.keys()].filter((name) => !wasDeclared(name));
  return { members, unmanaged };
}
