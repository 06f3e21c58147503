import axios, { type AxiosAdapter, AxiosError, AxiosHeaders, type AxiosInstance, CanceledError } from "axios";
import { AtlasSession } from "../../provider/atlas/session";
import type { Settings } from "../../provider/atlas/settings";
import type { Connection } from "../../provider/resources/handler/connection";
import { Run } from "../../provider/resources/handler/run";
import type { AtlasSimulator } from "../simulator/simulator";
import type { UnrulyClock, Whim } from "../unrulyClock";
import { type KindName, kindOf } from "./kinds";
import type { OutOfBandChange } from "./outOfBand";

/** What happens to one process. */
export interface FaultPlan {
  /** For each request in turn, challenges and tokens included, how it fails. */
  readonly requests: readonly (KindName | undefined)[];
  /** The same for requests that change something; one that fails here is not looked up above. */
  readonly writes: readonly (KindName | undefined)[];
  /** The process is killed when it sends this request, before Atlas gets it or before the answer is back. */
  readonly crash?: { readonly request: number; readonly when: "before" | "after" } | undefined;
  /** What somebody else does in Atlas just before each request. */
  readonly others: readonly (OutOfBandChange | undefined)[];
  /** How the sleeps of the process go. */
  readonly whims: readonly Whim[];
  /** From this request on Atlas never answers. */
  readonly silentFrom?: number | undefined;
}

export const calm: FaultPlan = { requests: [], writes: [], others: [], whims: [] };

/** What a process tells of itself. */
export interface Observer {
  /** A failure has struck. */
  count(kind: KindName): void;
  /** Somebody else has their turn. */
  act(change: OutOfBandChange): void;
  /** A request leaves, before anything is decided about it. */
  sends(method: string, path: string): void;
  /** A good answer is there. */
  hears(method: string, path: string): void;
}

/** Ends the wait for something that a killed process will never do. */
export class Killed extends Error {}

/** Nothing listens on port 1 of a machine that is not a museum. */
const deadAddress = "http://127.0.0.1:1";

/** How long an attempt may take, in milliseconds. */
const attemptMs = 60_000;

/** How long nothing at all may go on before it is said to stand still, in milliseconds of real time. */
const stillMs = 1_500;

/**
 * One provider process, with a session of its own. Its requests really go over the wire; the failures that are not
 * the simulator's are made between axios and the socket.
 */
export class ProviderProcess implements Connection {
  readonly run = new Run();
  readonly reports: string[] = [];
  /** Rejects when the process is killed. */
  readonly killed: Promise<never>;
  /** Requests that left, challenges and tokens included. */
  sent = 0;
  private kill: (reason: Killed) => void = () => {};
  private dead = false;
  private crashed = false;
  private written = 0;
  private faultsMade = 0;
  /** Requests that are on their way, without those whose time passes. */
  private moving = 0;
  private inFlight = new Set<Promise<unknown>>();
  private readonly session: AtlasSession;

  constructor(
    private readonly simulator: AtlasSimulator,
    readonly clock: UnrulyClock,
    credentials: Settings["credentials"],
    private readonly plan: FaultPlan,
    private readonly observer: Observer,
  ) {
    this.killed = new Promise((_resolve, reject) => {
      this.kill = reject;
    });
    this.killed.catch(() => {});
    clock.reset();
    clock.whims = [...plan.whims];
    clock.isBusy = () => this.moving > 0;
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

  /**
   * Waits for what the process does.
   *
   * @throws Error when nothing is on its way any more and nobody waits for any time to come
   */
  async untilStill(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let activity = "";
    let since = performance.now();
    const still = new Promise<never>((_resolve, reject) => {
      timer = setInterval(() => {
        const now = `${this.sent} ${this.inFlight.size} ${this.clock.isIdle}`;
        if (now !== activity || this.inFlight.size > 0 || !this.clock.isIdle) {
          activity = now;
          since = performance.now();
        } else if (performance.now() - since > stillMs) {
          reject(new Error("the process stands still for ever"));
        }
      }, stillMs / 10);
    });
    try {
      await Promise.race([work, still]);
    } finally {
      clearInterval(timer);
    }
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
    const { crash, others, silentFrom = Number.POSITIVE_INFINITY } = this.plan;
    const index = this.sent++;
    const method = (config.method ?? "get").toUpperCase();
    this.observer.sends(method, config.url ?? "");
    const other = others[index];
    if (other !== undefined) {
      this.observer.act(other);
    }
    const isCrash = crash?.request === index;
    if (isCrash && crash.when === "before") {
      this.die();
      return never;
    }
    const name = isCrash ? undefined : this.next(index, method, config.url ?? "");
    const answer = index >= silentFrom ? this.silence(config) : this.deliver(config, send, name);
    this.inFlight.add(answer);
    const settled = answer.finally(() => this.inFlight.delete(answer));
    settled.catch(() => {});
    if (isCrash) {
      await settled.catch(() => {});
      this.die();
    }
    try {
      const result = await settled;
      this.observer.hears(method, config.url ?? "");
      return this.dead ? never : result;
    } catch (error) {
      return this.dead ? never : Promise.reject(error);
    }
  }

  private next(index: number, method: string, url: string): KindName | undefined {
    const isWrite = method !== "GET" && !url.includes("/oauth/");
    const name = (isWrite ? this.plan.writes[this.written++] : undefined) ?? this.plan.requests[index];
    // That it is done is all that Atlas itself says of these, so a false consent cannot be told from a true one.
    const isOnlyConsent = method === "DELETE" || method === "PUT" || /\/defer$|:removeUser$/.test(url);
    return name !== undefined && kindOf(name).consents && isOnlyConsent ? undefined : name;
  }

  private async silence(config: Parameters<AxiosAdapter>[0]): Promise<never> {
    await this.clock.pass(attemptMs);
    throw new CanceledError("canceled", config);
  }

  private async deliver(
    config: Parameters<AxiosAdapter>[0],
    send: AxiosAdapter,
    name: KindName | undefined,
  ): ReturnType<AxiosAdapter> {
    if (name === undefined) {
      return this.transmit(config, send);
    }
    const kind = kindOf(name);
    if (kind.prepare !== undefined) {
      kind.prepare(this.simulator);
      this.observer.count(name);
      return this.transmit(config, send);
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
      return await this.transmit(
        { ...config, headers, ...(kind.refused ? { baseURL: deadAddress } : {}) },
        send,
      );
    } catch (error) {
      const wasHit = rule === undefined || rule.remaining() === 0;
      if (error instanceof AxiosError) {
        error.config = config;
        if (kind.timeout && wasHit) {
          await this.silence(config);
        }
      }
      throw error;
    } finally {
      if (rule === undefined || rule.remaining() === 0) {
        this.observer.count(name);
      }
      rule?.cancel();
    }
  }

  private async transmit(config: Parameters<AxiosAdapter>[0], send: AxiosAdapter): ReturnType<AxiosAdapter> {
    this.moving += 1;
    try {
      return await send(config);
    } finally {
      this.moving -= 1;
    }
  }

  private die(): void {
    this.dead = true;
    this.crashed = true;
    this.kill(new Killed("the process was killed"));
  }
}
