import axios, { type AxiosAdapter, AxiosError, AxiosHeaders, type AxiosInstance, CanceledError } from "axios";
import { AtlasSession } from "../../provider/atlas/session";
import type { Settings } from "../../provider/atlas/settings";
import type { Connection } from "../../provider/handlers/connection";
import { Run } from "../../provider/handlers/run";
import type { AtlasSimulator } from "../atlas/simulator";
import type { FakeClock } from "../fakeClock";
import { type Kind, type KindName, kinds } from "./kinds";

/** What happens to the requests of one process. */
export interface Weather {
  /** For each request in turn, challenges and tokens included, how it fails. */
  readonly requests: readonly (KindName | undefined)[];
  /** The same for requests that change something; one that fails here is not looked up above. */
  readonly writes: readonly (KindName | undefined)[];
  /** The process is killed when it sends this request, before Atlas gets it or before the answer is back. */
  readonly crash?: { readonly request: number; readonly when: "before" | "after" } | undefined;
}

export const clear: Weather = { requests: [], writes: [] };

/** Ends the wait for something that a killed process will never do. */
export class Killed extends Error {}

/** Nothing listens on port 1 of a machine that is not a museum. */
const deadAddress = "http://127.0.0.1:1";

/**
 * One provider process, with a session of its own. Its requests really go over the wire; the failures that are not
 * the simulator's are made between axios and the socket.
 */
export class ProviderProcess implements Connection {
  readonly run = new Run();
  readonly reports: string[] = [];
  /** Rejects when the process is killed. */
  readonly killed: Promise<never>;
  private kill: (reason: Killed) => void = () => {};
  private dead = false;
  private crashed = false;
  private sent = 0;
  private written = 0;
  private faultsMade = 0;
  private inFlight = new Set<Promise<unknown>>();
  private readonly session: AtlasSession;

  constructor(
    private readonly simulator: AtlasSimulator,
    clock: FakeClock,
    credentials: Settings["credentials"],
    private readonly weather: Weather,
    private readonly count: (kind: KindName) => void,
  ) {
    this.killed = new Promise((_resolve, reject) => {
      this.kill = reject;
    });
    this.killed.catch(() => {});
    this.session = new AtlasSession(
      { baseUrl: simulator.url, credentials },
      { clock, random: () => 0, report: (line) => this.report(line) },
    );
    const { defaults } = this.http;
    const send = axios.getAdapter("http");
    defaults.adapter = (config) => this.intercept(config, send);
  }

  problem(): string | undefined {
    return undefined;
  }

  atlas(): AtlasSession {
    return this.session;
  }

  report(line: string): void {
    this.reports.push(line);
  }

  get wasKilled(): boolean {
    return this.crashed;
  }

  /** Ends the process when Atlas is through with what it has sent. */
  async end(): Promise<void> {
    while (this.inFlight.size > 0) {
      await Promise.allSettled(this.inFlight);
    }
    this.dead = true;
    (this.http.defaults.httpAgent as { destroy(): void }).destroy();
  }

  private get http(): AxiosInstance {
    return (this.session.client as unknown as { http: AxiosInstance }).http;
  }

  private async intercept(config: Parameters<AxiosAdapter>[0], send: AxiosAdapter) {
    const never = new Promise<never>(() => {});
    if (this.dead) {
      return never;
    }
    const { crash } = this.weather;
    const index = this.sent++;
    const isCrash = crash?.request === index;
    if (isCrash && crash.when === "before") {
      this.die();
      return never;
    }
    const name = isCrash ? undefined : this.next(index, config.method ?? "get", config.url ?? "");
    const answer = this.deliver(config, send, name);
    this.inFlight.add(answer);
    const settled = answer.finally(() => this.inFlight.delete(answer));
    settled.catch(() => {});
    if (isCrash) {
      await settled.catch(() => {});
      this.die();
    }
    try {
      const result = await settled;
      return this.dead ? never : result;
    } catch (error) {
      return this.dead ? never : Promise.reject(error);
    }
  }

  private next(index: number, method: string, url: string): KindName | undefined {
    const isWrite = method.toUpperCase() !== "GET" && !url.includes("/oauth/");
    return (isWrite ? this.weather.writes[this.written++] : undefined) ?? this.weather.requests[index];
  }

  private async deliver(
    config: Parameters<AxiosAdapter>[0],
    send: AxiosAdapter,
    name: KindName | undefined,
  ): ReturnType<AxiosAdapter> {
    if (name === undefined) {
      return send(config);
    }
    const kind: Kind = kinds[name];
    if (kind.prepare !== undefined) {
      kind.prepare(this.simulator);
      this.count(name);
      return send(config);
    }
    const id = String(++this.faultsMade);
    const headers = new AxiosHeaders(config.headers).set("x-fault", id);
    const failure = kind.server?.();
    const rule =
      failure &&
      this.simulator.fail({
        matching: (entry) => entry.headers["x-fault"] === id,
        evenUnauthenticated: !("cut" in failure || "mutate" in failure || failure.when === "after"),
        ...failure,
      });
    try {
      return await send({
        ...config,
        headers,
        ...(kind.refused ? { baseURL: deadAddress } : {}),
      });
    } catch (error) {
      const wasHit = rule === undefined || rule.remaining() === 0;
      if (error instanceof AxiosError) {
        error.config = config;
        if (kind.timeout && wasHit) {
          throw new CanceledError("canceled", config);
        }
      }
      throw error;
    } finally {
      if (rule === undefined || rule.remaining() === 0) {
        this.count(name);
      }
      rule?.cancel();
    }
  }

  private die(): void {
    this.dead = true;
    this.crashed = true;
    this.kill(new Killed("the process was killed"));
  }
}
