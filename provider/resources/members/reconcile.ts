import type { MemberCache } from "../../atlas/members/memberCache";
import type { RequestOptions } from "../../atlas/operations/index";
import type { Connection } from "../handler/connection";
import { Unfinished } from "../handler/partialFailure";
import { ignoring } from "./ignored";
import { namedIn, some } from "./names";
import { namedBefore, type Remembered } from "./outputs";
import { Together } from "./together";

/** How the members of one project or team are looked at and changed. */
export interface Membership<Member extends { userId: string; username: string }> {
  /** What they are members of, such as `project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  readonly of: string;
  /** What a member is to the run's declarations. */
  thingOf(name: string): string;
  readonly cache: MemberCache<Member>;
  /** Whether a member has what is declared. */
  isAsDeclared(name: string, member: Member): boolean;
  /** Whether a change has to be made before others, because they may depend on it. */
  isUrgent?(name: string): boolean;
  /** Whether a member must not lose anything while one of those changes has failed. */
  waitsForUrgent?(member: Member): boolean;
  /** Prepares for adding these. */
  prepare?(names: readonly string[], options: RequestOptions): Promise<void>;
  /** Adds somebody, or brings a member to what is declared. */
  bring(name: string, member: Member | undefined, options: RequestOptions): Promise<Member>;
  remove(name: string, userId: string | undefined): Promise<void>;
}

/** Who is to be a member, and who is not. */
export interface Wanted {
  readonly declared: readonly string[];
  readonly ignore: readonly string[];
  /** What the state has. Nobody else is removed. */
  readonly before: Remembered;
}

/** What has been reached. */
export interface Reached<Member> {
  /** Members that are declared, by the name that they are declared by. */
  readonly present: Map<string, Member>;
  /** Members that are still to be removed, by the name that the state has. */
  readonly remaining: Map<string, Member>;
  /** Who may be a member, although the listing did not show them: the attempt to add or to remove them failed. */
  readonly unconfirmed: string[];
  /** What has failed. */
  readonly error: Error | undefined;
}

/**
 * What the state is to hold from now on.
 *
 * @throws Unfinished with it, when something has failed
 */
export function settledAs<Member, Outputs extends object>(
  { present, remaining, unconfirmed, error }: Reached<Member>,
  { unmanaged = [] }: Remembered,
  outputsFor: (members: ReadonlyMap<string, Member>, unmanaged: string[]) => Outputs,
): Outputs {
  const outputs = outputsFor(
    new Map([...present, ...remaining]),
    unmanaged.filter((name) => remaining.has(name)),
  );
  if (error !== undefined) {
    throw new Unfinished({ ...outputs, unconfirmed }, error);
  }
  return outputs;
}

/** What there is to do, by the listing that it follows from. */
interface Plan<Member> {
  /** Declared, and not there. */
  readonly missing: string[];
  /** Declared, and there with something else than what is declared. */
  readonly differing: string[];
  /** Named by the state, and not declared any more. */
  readonly leaving: string[];
  /** There, and neither declared nor named nor ignored. */
  readonly undeclared: string[];
  /** The member of this name. */
  live(name: string): Member | undefined;
}

/**
 * Brings the members of a project or team to what is declared, whatever Atlas has now: one look, then a request for each
 * difference. Adds before it changes and changes before it removes, and removes only members that the state names.
 */
export async function reconcileMembers<Member extends { userId: string; username: string }>(
  connection: Connection,
  membership: Membership<Member>,
  wanted: Wanted,
  options: RequestOptions,
): Promise<Reached<Member>> {
  const { byName } = await membership.cache.relist(options);
  const named = namedBefore(wanted.before);
  const { missing, differing, leaving, undeclared, live } = planFor(connection, membership, wanted, byName);
  const found = (names: readonly string[]): Map<string, Member> =>
    new Map(
      names.flatMap((name) => {
        const member = live(name);
        return member === undefined ? [] : [[name, member] as const];
      }),
    );
  const [present, remaining] = [found(wanted.declared), found(leaving)];
  const together = new Together(membership.of);
  const bring = async (name: string): Promise<void> => {
    present.set(name, await membership.bring(name, live(name), options));
  };
  const isUrgent = (name: string): boolean => membership.isUrgent?.(name) === true;
  await together.telling(connection.atlas(), async () => {
    await membership.prepare?.(missing, options);
    await together.each(missing, bring);
    await together.each(differing.filter(isUrgent), bring);
    const hasFailedBefore = [...together.failures.keys()].some(isUrgent);
    const isHeldBack = (name: string): boolean => {
      const member = live(name);
      return hasFailedBefore && member !== undefined && membership.waitsForUrgent?.(member) === true;
    };
    const mayGoOn = (name: string): boolean => !isHeldBack(name);
    const others = differing.filter((name) => !isUrgent(name));
    together.leave([...others, ...leaving].filter(isHeldBack));
    await together.each(others.filter(mayGoOn), bring);
    await together.each(leaving.filter(mayGoOn), async (name) => {
      const userId = live(name)?.userId ?? named.get(name);
      if (userId !== undefined) {
        await membership.remove(name, userId);
      }
      remaining.delete(name);
    });
  });
  if (undeclared.length > 0) {
    connection.report(
      `Not declared, and left in ${membership.of}: ${some(undeclared.sort())}. ` +
        "`pulumi up --refresh` removes them; to keep them, declare them or let `ignore` match them.",
    );
  }
  const hasFailed = (name: string): boolean => together.failures.get(name) !== undefined;
  const unconfirmed = [...missing, ...leaving.filter((name) => !remaining.has(name))].filter(hasFailed);
  return { present, remaining, unconfirmed, error: together.error() };
}

function planFor<Member extends { userId: string; username: string }>(
  { run }: Connection,
  membership: Membership<Member>,
  { declared, ignore, before }: Wanted,
  byName: ReadonlyMap<string, Member>,
): Plan<Member> {
  const live = (name: string): Member | undefined => byName.get(name.toLowerCase());
  const isDeclared = namedIn(declared);
  const isIgnored = ignoring(ignore);
  const named = [...namedBefore(before).keys()];
  const isNamed = namedIn(named);
  return {
    live,
    missing: declared.filter((name) => live(name) === undefined),
    differing: declared.filter((name) => {
      const member = live(name);
      return member !== undefined && !membership.isAsDeclared(name, member);
    }),
    leaving: named.filter(
      (name) =>
        !isDeclared(name) &&
        !isIgnored(name) &&
        run.declarations.find([membership.thingOf(name)]) === undefined,
    ),
    // A team's users are listed by two names each.
    undeclared: [...new Set(byName.values())]
      .map(({ username }) => username)
      .filter((name) => !isDeclared(name) && !isNamed(name) && !isIgnored(name)),
  };
}
