import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DigestAuthentication } from "./authDigest";
import { OAuthAuthentication } from "./authOauth";
import type { Handler, Handlers } from "./call";
import { Contract } from "./contract";
import { KeyRing, type Keys } from "./credentials";
import { exchange } from "./exchange";
import { type FailureRule, Faults, type PlannedFailure } from "./faults";
import { handlers } from "./handlers";
import type { SimulatorOptions } from "./options";
import { InvitationThrottle, RateLimiter } from "./rateLimit";
import { type LogEntry, matches, RequestLog, type RequestMatcher } from "./requestLog";
import { isTokenOperation } from "./running";
import { World } from "./world";

export type { FailureRule, PlannedFailure } from "./faults";
export type { SimulatorOptions } from "./options";
export type { LogEntry, RequestMatcher } from "./requestLog";

/**
 * A stand-in for the MongoDB Atlas Administration API, over real HTTP on the loopback interface.
 *
 * `exchange.ts` is the way of a request through it, `running.ts` what Atlas does with it; `handlers*.ts` are the
 * operations; `world.ts` is what Atlas holds; `contract.json` is what requests and answers must look like; `inferred.ts` is what nobody knows.
 */
export class AtlasSimulator {
  readonly world: World;
  readonly log = new RequestLog();
  /** What broke the contract: requests of the client, or answers of the simulator. Tests expect it to be empty. */
  readonly violations: string[] = [];
  readonly limiter: RateLimiter;
  /** How challenges look. */
  readonly digest: DigestAuthentication;
  /** How many tokens there are, and how bad ones are refused. */
  readonly oauth: OAuthAuthentication;
  readonly #keys = new KeyRing();
  readonly #faults = new Faults();
  readonly #handlers: Record<string, Handler> = { ...handlers };
  readonly #listeners = new Set<{ matcher: RequestMatcher; found: (entry: LogEntry) => void }>();
  readonly #observers = new Set<(entry: LogEntry) => void>();
  readonly #server: Server;
  #port = 0;

  static async start(options: SimulatorOptions = {}): Promise<AtlasSimulator> {
    const simulator = new AtlasSimulator(await Contract.load(), options);
    await simulator.#listen(options.port ?? 0);
    return simulator;
  }

  private constructor(contract: Contract, options: SimulatorOptions) {
    const now = options.now ?? Date.now;
    const nonces = {
      lifetimeMs: options.nonceLifetimeMs ?? 60_000,
      maxUses: options.nonceUses ?? Infinity,
      drops: options.nonceDrops,
    };
    const tokens = {
      lifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
      perMinute: options.tokensPerMinute ?? Infinity,
    };
    this.world = new World(now);
    this.limiter = new RateLimiter(options.rateLimit, now);
    this.digest = new DigestAuthentication(this.#keys, nonces, now);
    this.oauth = new OAuthAuthentication(this.#keys, tokens, now);
    const parts = {
      contract,
      world: this.world,
      log: this.log,
      faults: this.#faults,
      digest: this.digest,
      oauth: this.oauth,
      limiter: this.limiter,
      invitations: new InvitationThrottle(options.invitationsPerMinute ?? 10, now),
      handlers: this.#handlers as Handlers,
      violations: this.violations,
      now,
      latencyMs: options.latencyMs ?? 0,
      arrived: (entry: LogEntry) => this.#announce(entry),
      answered: (entry: LogEntry) => {
        for (const observe of this.#observers) {
          observe(entry);
        }
      },
      origin: () => this.url,
    };
    this.#server = createServer((request, response) => {
      exchange(parts, request, response).catch((error: unknown) => {
        // A client that went away takes its request with it; everything else is a mistake of the simulator.
        if (!request.destroyed || request.complete) {
          this.violations.push(`simulator: ${String(error)}`);
        }
        response.destroy();
      });
    });
    // Idle connections must outlive a pause between two tests, and hanging answers any timeout.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A key pair and a service account that may do everything. */
  get keys(): Keys {
    return this.#keys.full;
  }

  /** A key pair and a service account whose writes are refused. */
  get readOnlyKeys(): Keys {
    return this.#keys.readOnly;
  }

  /** Lets requests fail. Rules are asked in the order in which they were given. */
  fail(rule: FailureRule): PlannedFailure {
    return this.#faults.add(rule);
  }

  clearFailures(): void {
    this.#faults.clear();
  }

  /**
   * Resolves when the next such request has arrived, before it is answered. An operation id waits for a request
   * with valid credentials (for a token: any), a predicate is also shown those that will be challenged.
   */
  arrival(matcher: RequestMatcher): Promise<LogEntry> {
    return new Promise((resolve) => {
      this.#listeners.add({ matcher, found: resolve });
    });
  }

  /** Calls back after each answer. Returns how to stop it. */
  onAnswer(observe: (entry: LogEntry) => void): () => void {
    this.#observers.add(observe);
    return () => this.#observers.delete(observe);
  }

  revokeTokens(): void {
    this.oauth.revokeTokens();
  }

  expireNonces(): void {
    this.digest.expireNonces();
  }

  /** A new private key and a new client secret; see {@link keys}. */
  rotateKeys(): void {
    this.#keys.rotate();
  }

  /** Only for tests of the simulator: an answer that its checks must catch. */
  replaceHandler(operationId: string, handler: Handler): void {
    this.#handlers[operationId] = handler;
  }

  /** Ends every connection at once, answered or not. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => {
        this.#server.off("error", reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  #announce(entry: LogEntry): void {
    for (const listener of [...this.#listeners]) {
      const { matcher } = listener;
      const isReady = typeof matcher !== "string" || entry.authenticated || isTokenOperation(matcher);
      if (!isReady || !matches(entry, matcher)) {
        continue;
      }
      this.#listeners.delete(listener);
      listener.found(entry);
    }
  }
}
