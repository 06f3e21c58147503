import { AtlasError } from "../atlas/error";
import type { Roster } from "../atlas/roster";
import { isParentMissing } from "./missing";

/** Rounds of looking at Atlas and acting on it, before a change that does not come to rest is an error. */
export const convergenceRounds = 4;

/**
 * Removes a member who may be gone, or known to Atlas by another id than before.
 *
 * @param removeById removes by Atlas's id of the user
 */
export async function removeMember<Member extends { userId: string }>(
  roster: Roster<Member>,
  { username, userId }: { username: string; userId: string },
  removeById: (userId: string) => Promise<void>,
): Promise<void> {
  let refusal: AtlasError;
  try {
    return await roster.write([username, userId], () => removeById(userId));
  } catch (error) {
    if (!(error instanceof AtlasError) || error.status !== 404 || isParentMissing(error)) {
      throw error;
    }
    refusal = error;
  }
  const live = await roster.lookUp(username);
  if (live === undefined) {
    return;
  }
  if (live.userId === userId) {
    // The 404 was about something else, such as a path that a proxy does not know: the user is still there.
    throw refusal;
  }
  // Atlas gives a user another id when the invitation is accepted, so a missing id is not a missing user.
  await roster.write([username, live.userId], () => removeById(live.userId));
}
