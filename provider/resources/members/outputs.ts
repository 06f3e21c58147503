import * as v from "valibot";
import { atlasId, username } from "../handler/arguments";
import { namedIn, sorted } from "./names";

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

/** Everybody that the state names, with Atlas's id where it has one. */
export function namedBefore({
  names = [],
  userIds = {},
  unconfirmed = [],
}: Remembered): ReadonlyMap<string, string | undefined> {
  return new Map([...names, ...unconfirmed].map((name) => [name, userIds[name]]));
}

/** The members that the state says were declared; `undefined` when it does not tell them from others. */
export function declaredBefore({ names, unmanaged, unconfirmed = [] }: Remembered): string[] | undefined {
  if (names === undefined || unmanaged === undefined) {
    return undefined;
  }
  const isUnmanaged = namedIn(unmanaged);
  return [...names.filter((name) => !isUnmanaged(name)), ...unconfirmed];
}

/** Arguments that a refresh gives back, beside the members. */
export function otherInputs(outputs: {
  ignore: string[] | undefined;
  maxRemovals: number | undefined;
  unmanaged: string[];
}): { ignore?: string[]; maxRemovals?: number; unmanaged?: string[] } {
  const { ignore, maxRemovals, unmanaged } = outputs;
  return {
    ...(ignore === undefined ? {} : { ignore }),
    ...(maxRemovals === undefined ? {} : { maxRemovals }),
    // No program declares it, so that it stays a difference until an update has settled what becomes of them.
    ...(unmanaged.length === 0 ? {} : { unmanaged }),
  };
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
