import type { AxiosError, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from "axios";
import axiosRetry from "axios-retry";
import type * as v from "valibot";
import {
  challengeOf,
  header,
  type Problem,
  parseProblem,
  type RawAnswer,
  readBody,
  remainingOf,
} from "./answer";
import {
  type Authentication,
  type Exchange,
  ProofTooLate,
  SharedFailure,
} from "./authentication/authentication";
import { DigestAuthentication } from "./authentication/digest";
import {
  type AccessToken,
  basicCredential,
  ServiceAccountAuthentication,
  StaticTokenAuthentication,
} from "./authentication/serviceAccount";
import { type Clock, Deadline, pause, systemClock } from "./clock";
import { AtlasError } from "./errors/error";
import { type Circumstances, describeFailure, explain, explainNotSent, refusedWith } from "./errors/explain";
import { classifyNetworkError, networkErrorOf } from "./errors/networkErrors";
import { createAccessToken, revokeAccessToken } from "./operations/accessTokens";
import { requestOf } from "./operations/operation";
import { RateLimited, RateLimiter } from "./rateLimiter";
import { type Answer, type AtlasRequest, NotSent, type RequestSender } from "./request";
import { decideRetry, type Failure, isAddressLimit, parseRetryAfter, refusesProof } from "./retry";
import { invitations, Sending } from "./sending";
import type { ServiceAccountKey, Settings } from "./settings";
import { createTransport } from "./transport";

const { version } = require("../../package.json") as { version: string };

const userAgent = `mongodbatlas-dynamic/${version} (Pulumi)`;

/** The version of the Administration API that requests ask for unless they say otherwise. */
const defaultApiVersion = "2025-03-12";

/** The longest one attempt may take, in milliseconds, from connecting to the last byte of the answer. */
const attemptTimeoutMs = 60_000;

/** The longest that giving back a token may take, in milliseconds, as somebody waits for the process to end. */
const revokeTimeoutMs = 3_000;

/** A look at Atlas that is older does not justify a request that must happen once only, in milliseconds. */
const freshLookMs = 5_000;

export interface ClientOptions {
  clock?: Clock;
  /** From 0 up to but not including 1. @default Math.random */
  random?: () => number;
  /** Takes a line that tells the user why nothing moves. @default none */
  report?: (line: string) => void;
  /** The longest one attempt may take, in milliseconds. @default 60,000 */
  attemptTimeoutMs?: number;
}

/** Sends requests to Atlas for one process: one pool of connections, one authentication, one rate limiter. */
export class AtlasClient implements RequestSender {
  private readonly http: AxiosInstance;
  private readonly authentication: Authentication;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly report: (line: string) => void;
  private readonly limiter: RateLimiter;
  private readonly attemptTimeoutMs: number;

  constructor(
    private readonly settings: Settings,
    options: ClientOptions = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.report = options.report ?? (() => {});
    this.attemptTimeoutMs = options.attemptTimeoutMs ?? attemptTimeoutMs;
    this.limiter = new RateLimiter(this.clock, ({ limit, forMs, waiting }) => {
      const many = waiting === 1 ? "1 request waits" : `${waiting} requests wait`;
      this.report(`Rate limited by Atlas (${limit}): retrying in ${Math.ceil(forMs / 1_000)} s; ${many}.`);
    });
    this.authentication = this.createAuthentication();
    this.http = createTransport(settings);
    this.joinParts();
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe
   * @throws NotSent when the request is one that must happen once, and would have to wait
   */
  async send<T>(request: AtlasRequest, schema: v.GenericSchema<unknown, T>): Promise<Answer<T>> {
    const { operation, method, path, body } = request;
    const query = new URLSearchParams(request.query ?? {}).toString();
    const url = `/api/atlas/v2${path}${query === "" ? "" : `?${query}`}`;
    if (/\/\.{1,2}(?=[/?]|$)/.test(path)) {
      // No encoding keeps dots alone from being taken for steps, and `DELETE …/users/..` would mean the project.
      throw new AtlasError(`Could not ${request.summary}: the path ${url} would lead to another address.`, {
        operation,
        method,
        path: url,
      });
    }
    const mediaType = `application/vnd.atlas.${request.apiVersion ?? defaultApiVersion}+json`;
    const exchange = this.authentication.begin({ method, url, deadline: request.deadline });
    const response = await this.transmit(request, url, exchange, {
      ...(body === undefined ? {} : { data: JSON.stringify(body) }),
      headers: { Accept: mediaType, ...(body === undefined ? {} : { "Content-Type": mediaType }) },
    });
    return { body: readBody(request, response, schema), headers: { sunset: header(response, "sunset") } };
  }

  /** Gives back what Atlas lent for this process, and closes the connections. Nothing is to be sent afterwards. */
  async close(): Promise<void> {
    await this.authentication.close();
    const { httpAgent, httpsAgent } = this.http.defaults;
    (httpAgent as { destroy(): void }).destroy();
    (httpsAgent as { destroy(): void }).destroy();
  }

  private async transmit(
    request: AtlasRequest,
    url: string,
    exchange: Exchange,
    content: { data?: string; headers: Record<string, string> },
  ): Promise<RawAnswer> {
    const sending = new Sending(request, url, exchange, this.limiter.newTicket(), this.clock);
    try {
      return await this.http.request<string>({
        method: request.method,
        url,
        ...content,
        headers: { ...content.headers, "User-Agent": userAgent },
        sending,
      });
    } catch (error) {
      throw this.errorFor(sending, error);
    } finally {
      // Whatever went wrong, those who wait for this request must not wait for ever.
      this.leave(sending, (limit) => this.limiter.abandon(limit));
      if (sending.isProven) {
        exchange.abandoned();
      }
      exchange.ended();
    }
  }

  /**
   * Joins what each attempt goes through. axios runs what is added last first on the way out, and what is added first
   * first on the way back.
   */
  private joinParts(): void {
    const { request, response } = this.http.interceptors;
    request.use((config) => this.lookOnceMore(config));
    request.use((config) => this.prove(config));
    request.use((config) => this.takeTurn(config));
    request.use(async (config) => {
      await config.sending?.exchange.ready();
      return config;
    });
    response.use(
      (answer) => this.onSuccess(answer),
      async (error: unknown) => {
        const sending = (error as Partial<AxiosError>).config?.sending;
        if (sending !== undefined) {
          this.onFailure(sending, error as AxiosError);
        }
        throw error;
      },
    );
    axiosRetry(this.http, {
      retries: Number.MAX_SAFE_INTEGER,
      retryDelay: () => 0,
      shouldResetTimeout: true,
      retryCondition: ({ config }) => config?.sending?.fate?.action === "repeat",
      onRetry: async (_count, _error, { sending }) => {
        const fate = sending?.fate;
        if (fate?.action === "repeat" && fate.reason === "transient") {
          await pause(this.clock, fate.afterMs);
        }
      },
    });
  }

  private async takeTurn(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    const { sending } = config;
    for (const limit of sending?.limits ?? []) {
      if (sending === undefined || sending.turns.includes(limit)) {
        continue;
      }
      if (!sending.request.once) {
        await this.limiter.acquire(limit, sending.ticket, sending.request.deadline);
      } else if (!this.limiter.tryAcquire(limit)) {
        throw new NotSent();
      }
      sending.turns.push(limit);
    }
    return config;
  }

  private async prove(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    const { sending } = config;
    if (sending === undefined) {
      return config;
    }
    const authorization = await sending.exchange.header();
    sending.isProven = true;
    if (authorization === undefined) {
      config.headers.delete("Authorization");
    } else {
      config.headers.set("Authorization", authorization);
    }
    return config;
  }

  private lookOnceMore(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    const { deadline, once, idempotent } = config.sending?.request ?? {};
    if (deadline?.isOver) {
      throw new TimeIsUp();
    }
    if (once && (config.sending?.ageMs() ?? 0) > freshLookMs) {
      throw new NotSent();
    }
    // What is cut off when its time is over must not be something of which nobody knows then whether it has happened.
    const limitMs =
      idempotent && deadline ? Math.min(this.attemptTimeoutMs, deadline.leftMs) : this.attemptTimeoutMs;
    // The timeout of axios starts anew with every byte, so an answer that trickles in would never end.
    config.signal = AbortSignal.timeout(Math.max(1, Math.ceil(limitMs)));
    return config;
  }

  private onSuccess(answer: AxiosResponse): AxiosResponse {
    const { sending } = answer.config;
    if (sending !== undefined) {
      sending.isProven = false;
      sending.exchange.accepted();
      this.leave(sending, (limit) => this.release(limit, answer));
    }
    return answer;
  }

  private onFailure(sending: Sending, error: AxiosError): void {
    sending.isProven = false;
    const failure = this.classify(error);
    if (this.needsOtherProof(sending, failure, error)) {
      // It keeps its turn: others may wait for what becomes of this challenge.
      sending.fate = { action: "repeat", reason: "other proof" };
      return;
    }
    const { request, exchange } = sending;
    sending.failures += 1;
    sending.silences += failure.kind === "interrupted" && failure.silent ? 1 : 0;
    const limit =
      isAddressLimit(failure) && sending.limits.includes(invitations) ? invitations : request.rateLimitSet;
    const fate = decideRetry(failure, {
      idempotent: request.idempotent,
      once: request.once ?? false,
      failures: sending.failures,
      silences: sending.silences,
      refusals: this.limiter.refusals(limit),
      patienceMs: this.limiter.patienceMs(limit, request.deadline),
      leftMs: request.deadline?.leftMs ?? Number.POSITIVE_INFINITY,
      random: this.random(),
    });
    sending.fate = fate;
    this.leave(sending, (each) => {
      if (fate.reason === "rate limited" && each === limit) {
        // Also by a request that gives up, or all the others would ask at once.
        this.limiter.backOff(each, fate.afterMs);
      } else if (failure.kind === "answer" && each === request.rateLimitSet) {
        this.release(each, error.response);
      } else {
        this.limiter.abandon(each);
      }
    });
    if (fate.action === "repeat" && failure.kind === "interrupted" && failure.silent) {
      this.report(
        `Atlas has not answered for ${this.attemptTimeoutMs / 1_000} s; trying once more to ${request.summary}.`,
      );
    }
    if (fate.action === "give up" && failure.kind !== "answer" && !fate.outOfTime) {
      exchange.ended(describeFailure(sending, error, this.circumstances()));
    }
  }

  /** Tells the authentication what has become of its proof, and whether the request goes on with another. */
  private needsOtherProof(sending: Sending, failure: Failure, error: AxiosError): boolean {
    const { exchange, request } = sending;
    if (failure.kind !== "answer") {
      exchange.abandoned();
      return false;
    }
    const challenge = challengeOf(error.response);
    if (challenge !== undefined) {
      const refused = exchange.challenged(challenge);
      if (refused.again) {
        // Who asks for other proof after Atlas has acted need not be Atlas, so its caller looks before such a request goes again.
        return !request.once || failure.isFromAtlas === true;
      }
      sending.problem = refused.problem;
      exchange.ended(describeFailure(sending, error, this.circumstances()));
      return false;
    }
    if (refusesProof(failure)) {
      return exchange.refused() && !request.once;
    }
    exchange.accepted();
    return false;
  }

  private classify(error: AxiosError): Failure {
    const status = refusedWith(error);
    if (status === undefined) {
      return classifyNetworkError(networkErrorOf(error));
    }
    return {
      kind: "answer",
      status,
      ...ofProblem(parseProblem(error.response)),
      retryAfterMs: parseRetryAfter(header(error.response, "retry-after"), this.clock.date()),
    };
  }

  private release(limit: string, answer: RawAnswer | undefined): void {
    this.limiter.release(limit, limit === invitations ? undefined : remainingOf(answer));
  }

  private leave(sending: Sending, how: (limit: string) => void): void {
    const { turns } = sending;
    sending.turns = [];
    for (const limit of turns) {
      how(limit);
    }
  }

  private errorFor(sending: Sending, error: unknown): unknown {
    if (error instanceof AtlasError || error instanceof NotSent) {
      return error;
    }
    if (error instanceof TimeIsUp) {
      return explainNotSent(sending, undefined, this.circumstances());
    }
    if (error instanceof RateLimited || error instanceof SharedFailure || error instanceof ProofTooLate) {
      return explainNotSent(sending, error, this.circumstances());
    }
    const { fate, request } = sending;
    const mayTryAgain = fate?.action === "give up" && fate.reason === "rate limited" && !fate.outOfTime;
    return request.once && mayTryAgain
      ? new NotSent()
      : explain(sending, error as AxiosError, this.circumstances());
  }

  private circumstances(): Circumstances {
    const { credentials, proxy } = this.settings;
    const secrets = [...this.authentication.secrets(), ...(proxy?.secrets ?? [])];
    if (credentials.kind === "serviceAccount") {
      // A proxy may show the headers of a request in the page that refuses it.
      secrets.push(basicCredential(credentials));
    }
    return { settings: this.settings, secrets, attemptTimeoutMs: this.attemptTimeoutMs };
  }

  private createAuthentication(): Authentication {
    const { credentials } = this.settings;
    switch (credentials.kind) {
      case "apiKey":
        return new DigestAuthentication(credentials);
      case "accessToken":
        return new StaticTokenAuthentication(credentials.accessToken);
      case "serviceAccount":
        return new ServiceAccountAuthentication(
          credentials.clientSecret,
          {
            fetch: () => this.fetchAccessToken(credentials),
            revoke: (token) => this.revokeAccessToken(credentials, token),
          },
          this.clock,
        );
    }
  }

  /** Atlas operation: POST /api/oauth/token. */
  private async fetchAccessToken(key: ServiceAccountKey): Promise<AccessToken> {
    const request = requestOf(createAccessToken, {});
    try {
      const response = await this.transmitForm(request, key);
      const { access_token, expires_in } = readBody(request, response, createAccessToken.answer);
      return { value: access_token, expiresInSeconds: expires_in };
    } catch (error) {
      // What the token was for has not been sent.
      throw error instanceof AtlasError
        ? new AtlasError(error.message, { ...error, mayHaveTakenEffect: false })
        : error;
    }
  }

  /** Atlas operation: POST /api/oauth/revoke. */
  private async revokeAccessToken(key: ServiceAccountKey, token: string): Promise<void> {
    const deadline = new Deadline(this.clock, revokeTimeoutMs);
    await this.transmitForm(requestOf(revokeAccessToken, { token }, { deadline }), key);
  }

  private transmitForm(request: AtlasRequest, key: ServiceAccountKey): Promise<RawAnswer> {
    const exchange: Exchange = {
      ready: async () => {},
      header: async () => `Basic ${basicCredential(key)}`,
      // A 401 with a challenge means here that the secret is wrong.
      challenged: () => ({ again: false, problem: { kind: "wrong" } }),
      refused: () => false,
      accepted: () => {},
      abandoned: () => {},
      ended: () => {},
    };
    return this.transmit(request, request.path, exchange, {
      data: new URLSearchParams(request.body as Record<string, string>).toString(),
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
    });
  }
}

function ofProblem({ errorCode, isFromAtlas }: Problem): Pick<Problem, "errorCode" | "isFromAtlas"> {
  return { errorCode, isFromAtlas };
}

/** The deadline of a request has passed before it was sent. */
class TimeIsUp extends Error {}
