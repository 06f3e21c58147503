import { type Clock, pause } from "../../atlas/clock";
import { AtlasError } from "../../atlas/errors/error";
import { changeMember } from "../../atlas/members/changes";
import type { MemberCache } from "../../atlas/members/memberCache";
import type { RequestOptions } from "../../atlas/operations/index";
import { sameName } from "./differences";
import { lookUntil } from "./lookUntil";
import { isParentMissing } from "./missing";

/** How often a change looks at Atlas and acts, before it is an error that it does not settle. */
export const reconcileRounds = 4;

/** Pauses before each look for a user who must be there but is not listed, in milliseconds: half a minute in all. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Pauses before each further look at a user that Atlas reports as gone but still lists, in milliseconds. */
const goneAfterMs = [1_000, 2_000, 4_000];

/**
 * Looks again for a user who must be there, because Atlas's listings can lag behind a recent change.
 *
 * @returns `undefined` when even the last look, half a minute later, finds nobody, or the deadline comes first
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

/** Whether Atlas itself refused a change because its state is not what the request assumed. */
export function isStale(error: AtlasError): boolean {
  return error.isFromAtlas && (error.status === 409 || (error.status === 404 && !isParentMissing(error)));
}

/**
 * Removes a member who may be gone already, or may have another id in Atlas than before.
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
  let id = userId ?? (await members.refetch(name))?.userId;
  for (let round = 1; id !== undefined; round += 1) {
    const named = id;
    try {
      return await changeMember(members, [name, named], () => removeById(named));
    } catch (error) {
      if (!(error instanceof AtlasError) || error.status !== 404 || !isStale(error)) {
        throw error;
      }
      // Atlas gives a user another id when the invitation is accepted, so a missing id is not a missing user.
      id = await liveId(members, name, named, clock);
      if (sameName(id, named) || round === reconcileRounds) {
        // The 404 was about something else: the user is still there.
        throw error;
      }
    }
  }
}

/** The id under which Atlas lists a member after it reported `goneId` as gone. Its listings may lag behind that. */
async function liveId<Member extends { userId: string }>(
  members: MemberCache<Member>,
  name: string,
  goneId: string,
  clock: Clock,
): Promise<string | undefined> {
  const isNews = (live: Member | undefined): boolean => !sameName(live?.userId, goneId);
  const live = await lookUntil(() => members.refetch(name), isNews, goneAfterMs, { clock });
  return live?.userId;
}
