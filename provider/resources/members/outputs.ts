import * as v from "valibot";
import { atlasId, username } from "../handler/arguments";
import type { Wanted } from "./reconcile";

/** What a state holds of any whole membership. */
export const storedLimits = {
  ignore: v.array(v.string()),
  maxRemovals: v.number(),
  userIds: v.record(v.string(), atlasId("user")),
  unmanaged: v.array(username()),
  unconfirmed: v.array(username()),
};

/** What a state has of the members: their names, Atlas's ids of them, and who was not declared. */
export interface Remembered {
  readonly names: readonly string[] | undefined;
  readonly userIds?: Readonly<Record<string, string>> | undefined;
  readonly unmanaged?: readonly string[] | undefined;
  /** Who was declared and could not be added, as far as anybody knows. */
  readonly unconfirmed?: readonly string[] | undefined;
}

/** Names in one order, whatever their case. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/** Everybody that the state names, with Atlas's id where it has one. */
export function namedBefore({ names = [], userIds = {}, unconfirmed = [] }: Remembered): Wanted["named"] {
  return new Map([...names, ...unconfirmed].map((name) => [name, userIds[name]]));
}

/**
 * The members that the state says were declared.
 *
 * @throws Error when it does not tell them from others
 */
export function declaredBefore(of: string, { names, unmanaged, unconfirmed = [] }: Remembered): string[] {
  if (names === undefined || unmanaged === undefined) {
    throw new Error(
      `The state does not say which members of ${of} were declared, so nobody is removed. ` +
        "Run `pulumi refresh` and `pulumi up` first, or take the resource out of the state with `pulumi state delete`.",
    );
  }
  const isUnmanaged = new Set(unmanaged.map((name) => name.toLowerCase()));
  return [...names.filter((name) => !isUnmanaged.has(name.toLowerCase())), ...unconfirmed];
}

/** Outputs that follow from the members, by the names that they are known by. */
export function outputsOf<Member extends { userId: string; orgMembershipStatus?: string | undefined }>(
  members: ReadonlyMap<string, Member>,
): { userIds: Record<string, string>; pending: string[] } {
  const all = sorted(members.keys()).map((name) => [name, members.get(name) as Member] as const);
  return {
    userIds: Object.fromEntries(all.map(([name, { userId }]) => [name, userId])),
    pending: all.flatMap(([name, { orgMembershipStatus }]) =>
      orgMembershipStatus === "PENDING" ? [name] : [],
    ),
  };
}
