import { type Clock, pause } from "../atlas/clock";
import { AtlasError } from "../atlas/errors/error";
import { changeMember } from "../atlas/members/changes";
import type { MemberCache } from "../atlas/members/memberCache";
import type { RequestOptions } from "../atlas/operations/index";
import { sameName } from "./differences";
import { isParentMissing } from "./missing";

/** Rounds of looking at Atlas and acting on it, before a change that does not come to rest is an error. */
export const reconcileRounds = 4;

/** Pauses before each look for somebody who must be there but is not listed, in milliseconds: half a minute in all. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Pauses before each look for somebody whom Atlas calls gone but still lists, in milliseconds. */
const goneAfterMs = [1_000, 2_000, 4_000];

/**
 * Looks again for somebody who must be there, as Atlas's listings can lag behind what has just been changed.
 *
 * @returns `undefined` when the last look, half a minute later, finds nobody, or when the time is up before
 */
export async function lookAgain<Member>(
  look: () => Promise<Member | undefined>,
  clock: Clock,
  { deadline }: RequestOptions,
): Promise<Member | undefined> {
  for (const pauseMs of pausesMs) {
    if (deadline !== undefined && deadline.leftMs <= pauseMs) {
      return undefined;
    }
    await pause(clock, pauseMs);
    const member = await look();
    if (member !== undefined) {
      return member;
    }
  }
  return undefined;
}

/** Whether Atlas itself refused a change for a state that is not what the request took for granted. */
export function isStale(error: AtlasError): boolean {
  return error.isFromAtlas && (error.status === 409 || (error.status === 404 && !isParentMissing(error)));
}

/**
 * Removes a member who may be gone, or known to Atlas by another id than before.
 *
 * @param name what the member is found by: the username, or else the id
 * @param userId the id that is in the state, where there is one
 * @param removeById removes by Atlas's id of the user
 */
export async function removeMember<Member extends { userId: string }>(
  members: MemberCache<Member>,
  { name, userId }: { name: string; userId: string | undefined },
  removeById: (userId: string) => Promise<void>,
  clock: Clock,
): Promise<void> {
  let refusal: AtlasError | undefined;
  if (userId !== undefined) {
    try {
      return await changeMember(members, [name, userId], () => removeById(userId));
    } catch (error) {
      if (!(error instanceof AtlasError) || error.status !== 404 || !isStale(error)) {
        throw error;
      }
      refusal = error;
    }
  }
  let live = await members.refetch(name);
  for (const pauseMs of refusal === undefined ? [] : goneAfterMs) {
    if (live === undefined || !sameName(live.userId, userId)) {
      break;
    }
    await pause(clock, pauseMs);
    live = await members.refetch(name);
  }
  if (live === undefined) {
    return;
  }
  if (refusal !== undefined && sameName(live.userId, userId)) {
    // The 404 was about something else: the user is still there.
    throw refusal;
  }
  // Atlas gives a user another id when the invitation is accepted, so a missing id is not a missing user.
  await changeMember(members, [name, live.userId], () => removeById(live.userId));
}
