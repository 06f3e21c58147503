import { AtlasClient } from "../../atlas/client";
import type { Settings } from "../../atlas/settings";
import type { Output } from "../output";

/**
 * Asks Atlas for something, tells that it does, and gives back what lets it in.
 *
 * @param output where it tells it
 * @param what is shown meanwhile
 */
export async function askAtlas<T>(
  settings: Settings,
  { progress, warn }: Pick<Output, "progress" | "warn">,
  what: string,
  ask: (client: AtlasClient) => Promise<T>,
): Promise<T> {
  const client = new AtlasClient(settings, { report: progress.note, warn });
  progress.show(what);
  try {
    return await ask(client);
  } finally {
    progress.end();
    await client.close();
  }
}
