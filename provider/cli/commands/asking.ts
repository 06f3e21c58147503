import type { AtlasClient } from "../../atlas/client";
import { AtlasSession } from "../../atlas/session";
import type { Settings } from "../../atlas/settings";
import type { Output } from "../output";

/**
 * Asks Atlas for something, tells that it does, and gives back what lets it in.
 *
 * @param output where it tells it
 * @param what is shown meanwhile
 */
export function askAtlas<T>(
  settings: Settings,
  { progress, warn }: Pick<Output, "progress" | "warn">,
  what: string,
  ask: (client: AtlasClient) => Promise<T>,
): Promise<T> {
  return askSession(settings, { progress, warn }, what, ({ client }) => ask(client));
}

/** The same, where something is read more than once. */
export async function askSession<T>(
  settings: Settings,
  { progress, warn }: Pick<Output, "progress" | "warn">,
  what: string,
  ask: (session: AtlasSession) => Promise<T>,
): Promise<T> {
  const session = new AtlasSession(settings, { report: progress.note, warn });
  progress.show(what);
  try {
    return await ask(session);
  } finally {
    progress.end();
    await session.client.close();
  }
}
