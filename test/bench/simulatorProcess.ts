import { AtlasSimulator, type SimulatorOptions } from "../simulator/simulator";

/*
 * Atlas in a process of its own, so that its work is not on the bill of the engine and the provider. The bench forks
 * it and calls it over IPC; simulator.ts is the other end.
 */

export interface Organization {
  projectIds: string[];
  usernames: string[];
}

/** A request as far as a count or a rate needs it. */
export interface Request {
  method: string;
  path: string;
  status: number | undefined;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

export interface Calls {
  start(options: SimulatorOptions): Promise<{ url: string; keys: AtlasSimulator["keys"] }>;
  /** Users are members of the organization already: adding a stranger is an invitation, of which Atlas allows 10 a minute. */
  createOrganization(users: number, projects: number): Promise<Organization>;
  /** The requests since the last call. */
  takeRequests(): Promise<Request[]>;
  /** What broke the contract of the API. */
  violations(): Promise<string[]>;
}

let simulator: AtlasSimulator;

const calls: Calls = {
  async start(options) {
    simulator = await AtlasSimulator.start(options);
    simulator.world.limits.usersPerProject = Number.MAX_SAFE_INTEGER;
    return { url: simulator.url, keys: simulator.keys };
  },

  async createOrganization(users, projects) {
    const { world } = simulator;
    const organization = world.createOrganization();
    const usernames = Array.from({ length: users }, (_, index) => `user-${index + 1}@example.com`);
    for (const username of usernames) {
      world.addActiveUser(organization, username);
    }
    const projectIds = Array.from({ length: projects }, () => world.createProject(organization));
    return { projectIds, usernames };
  },

  async takeRequests() {
    const requests = simulator.log.entries.map(({ method, path, status, at }) => ({
      method,
      path,
      status,
      at,
    }));
    simulator.log.clear();
    return requests;
  },

  async violations() {
    return simulator.violations;
  },
};

process.on("message", ({ id, name, args }: { id: number; name: keyof Calls; args: never[] }) => {
  const call = calls[name] as (...args: never[]) => Promise<unknown>;
  call(...args).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});
process.on("disconnect", () => process.exit());
