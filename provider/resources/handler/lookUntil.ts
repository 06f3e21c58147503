import { type Clock, type Deadline, pause } from "../../atlas/clock";

/**
 * Looks at once, and again after each pause until the look shows enough: what Atlas shows can lag behind its data.
 *
 * @param pausesMs pauses before the further looks, in milliseconds; none is longer than the deadline leaves
 * @returns what the last look has shown
 */
export async function lookUntil<Seen>(
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
  pausesMs: readonly number[],
  { clock, deadline }: { clock: Clock; deadline?: Deadline | undefined },
): Promise<Seen> {
  let seen = await look();
  for (const pauseMs of pausesMs) {
    if (isEnough(seen)) {
      break;
    }
    await pause(clock, Math.min(pauseMs, deadline?.leftMs ?? pauseMs));
    seen = await look();
  }
  return seen;
}
