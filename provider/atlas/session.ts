import { AtlasClient, type ClientOptions } from "./client";
import { type AtlasProjectUser, findProjectUsers, listProjectUsers } from "./operations/index";
import { Roster } from "./roster";
import type { Settings } from "./settings";

/** What one process shares about Atlas: its client, and what it has read in bulk. */
export class AtlasSession {
  readonly client: AtlasClient;
  private readonly projects = new Map<string, Roster<AtlasProjectUser>>();

  constructor(settings: Settings, options: ClientOptions = {}) {
    this.client = new AtlasClient(settings, options);
  }

  /** The users of a project. */
  projectUsers(projectId: string): Roster<AtlasProjectUser> {
    return getOrCreate(
      this.projects,
      projectId,
      () =>
        new Roster({
          list: () => listProjectUsers(this.client, projectId),
          find: (username) => findProjectUsers(this.client, projectId, username),
          nameOf: (user) => user.username,
        }),
    );
  }
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
