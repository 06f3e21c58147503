import { AtlasClient } from "../atlas/client";
import type { Settings } from "../atlas/settings";

/** Does something with a client of its own, and gives back what Atlas lent for it. */
export async function withClient<T>(
  settings: Settings,
  report: (line: string) => void,
  use: (client: AtlasClient) => Promise<T>,
): Promise<T> {
  const client = new AtlasClient(settings, { report });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
