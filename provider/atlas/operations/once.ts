import type { AtlasClient } from "../client";
import { type AtlasRequest, NotSent } from "../request";
import { nothing } from "./fields";

/**
 * Sends what must happen once only, and so right after a look at Atlas or not at all.
 *
 * @returns `not sent` when it would have had to wait: then look again
 */
export async function sendOnce(
  client: AtlasClient,
  request: Omit<AtlasRequest, "idempotent" | "once">,
): Promise<"accepted" | "not sent"> {
  try {
    await client.send({ ...request, idempotent: false, once: true }, nothing);
    return "accepted";
  } catch (error) {
    if (error instanceof NotSent) {
      return "not sent";
    }
    throw error;
  }
}
