import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { Config } from "../engine/stack";
import type { SimulatorOptions } from "../simulator/simulator";
import type { Calls, Organization, Request } from "./simulatorProcess";

export type { Organization, Request } from "./simulatorProcess";

/** Room for everything: what a limit of Atlas costs is not what most of the bench is about. */
const noLimit = { capacity: 1e9, refill: 1e9, everyMs: 1_000 };

/** Atlas as the bench sees it; the simulator itself runs in simulatorProcess.ts. */
export class BenchSimulator {
  private constructor(
    private readonly caller: Caller,
    readonly url: string,
    readonly keys: Awaited<ReturnType<Calls["start"]>>["keys"],
    /** Before every answer. */
    readonly latencyMs: number,
  ) {}

  static async start(options: SimulatorOptions): Promise<BenchSimulator> {
    const caller = new Caller(fork(path.join(__dirname, "simulatorProcess.ts")));
    const { url, keys } = await caller.call("start", { rateLimit: noLimit, ...options });
    return new BenchSimulator(caller, url, keys, options.latencyMs ?? 0);
  }

  createOrganization(users: number, projects: number): Promise<Organization> {
    return this.caller.call("createOrganization", users, projects);
  }

  takeRequests(): Promise<Request[]> {
    return this.caller.call("takeRequests");
  }

  /** @throws when a request was not what the API describes: its numbers would mean nothing */
  async stop(): Promise<void> {
    const violations = await this.caller.call("violations");
    this.caller.close();
    if (violations.length > 0) {
      throw new Error(`${violations.length} violations of the API, such as: ${violations[0]}`);
    }
  }

  /** The configuration that leads a stack here. */
  config(credentials: "apiKey" | "serviceAccount"): Config {
    const { publicKey, privateKey, clientId, clientSecret } = this.keys;
    return {
      "mongodbatlas:baseUrl": this.url,
      ...(credentials === "apiKey"
        ? {
            "mongodbatlas:publicKey": publicKey,
            "mongodbatlas:privateKey": { value: privateKey, secret: true },
          }
        : {
            "mongodbatlas:clientId": clientId,
            "mongodbatlas:clientSecret": { value: clientSecret, secret: true },
          }),
    };
  }
}

/** Calls of functions in another process. */
class Caller {
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private lastId = 0;

  constructor(private readonly child: ChildProcess) {
    child.on("message", ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) {
        call?.resolve(result);
      } else {
        call?.reject(new Error(error));
      }
    });
    child.on("exit", (code) => {
      for (const { reject } of this.pending.values()) {
        reject(new Error(`The simulator ended with ${code}.`));
      }
    });
  }

  call<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): ReturnType<Calls[Name]> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, name, args });
    }) as ReturnType<Calls[Name]>;
  }

  close(): void {
    this.child.disconnect();
  }
}

/** How often each method was used. The requests that only carry credentials about are counted apart. */
export interface RequestCounts {
  GET: number;
  POST: number;
  DELETE: number;
  /** Answers 401 with a digest challenge, and access tokens of a service account. */
  credentials: number;
  total: number;
}

export function countRequests(requests: Request[]): RequestCounts {
  const counts: RequestCounts = { GET: 0, POST: 0, DELETE: 0, credentials: 0, total: requests.length };
  for (const { method, path, status } of requests) {
    if (status === 401 || path === "/api/oauth/token") {
      counts.credentials += 1;
    } else if (method === "GET" || method === "POST" || method === "DELETE") {
      counts[method] += 1;
    } else {
      throw new Error(`Nothing in the bench sends ${method} ${path}.`);
    }
  }
  return counts;
}

/**
 * The most requests about one project that were in flight at the same time: those that came within the time that each
 * waits for its answer. There can have been more, as answers take longer than that.
 */
export function mostInFlight(requests: readonly Request[], latencyMs: number): number {
  const byProject = new Map<string, number[]>();
  for (const { path, at } of requests) {
    const project = /groups\/(\w+)/.exec(path)?.[1];
    if (project !== undefined) {
      byProject.set(project, [...(byProject.get(project) ?? []), at]);
    }
  }
  let most = 0;
  for (const ofProject of byProject.values()) {
    const times = ofProject.sort((a, b) => a - b);
    let from = 0;
    times.forEach((at, index) => {
      while (at - (times[from] as number) > latencyMs) {
        from += 1;
      }
      most = Math.max(most, index - from + 1);
    });
  }
  return most;
}
