import * as http from "node:http";
import * as https from "node:https";
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from "axios";
import axiosRetry from "axios-retry";
import * as v from "valibot";
import { advise, adviseOnWrongCredentials } from "./advice";
import { challengeOf, header, parseProblem, type RawAnswer, readBody, roomLeft } from "./answer";
import type { Authentication, Exchange } from "./authentication";
import { type Clock, systemClock } from "./clock";
import { DigestAuthentication } from "./digest";
import { AtlasError } from "./error";
import { Gate } from "./gate";
import {
  classifyNetworkError,
  decideRetry,
  type Failure,
  isCertificateError,
  parseRetryAfter,
} from "./retry";
import { type AccessToken, ServiceAccountAuthentication } from "./serviceAccount";
import { isLoopback, type ServiceAccountKey, type Settings } from "./settings";

const { version } = require("../../package.json") as { version: string };

/** The version of the Administration API that all requests ask for. */
const mediaType = "application/vnd.atlas.2025-03-12+json";

/** The longest one attempt may take, in milliseconds, from connecting to the last byte of the answer. */
const attemptTimeoutMs = 60_000;

/** The longest a throttled request may take in all, in milliseconds, unless its caller says otherwise. */
const defaultThrottleBudgetMs = 15 * 60_000;

/** The largest answer that is read, in bytes; 500 users, the most that a page holds, are about 200 kB. */
const answerLimitBytes = 16 * 1024 * 1024;

/** One request to the Administration API. */
export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/atlas/v2`, with every variable part encoded. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  /** Whether doing it twice is the same as doing it once. */
  repeatable: boolean;
  /** What it does and for whom, to follow "could not". */
  purpose: string;
  /** The role that Atlas documents for the operation. */
  role: string;
  /** Requests with the same name count against one limit of Atlas and slow down together. */
  limit: string;
  /** The longest it may take while Atlas throttles it, in milliseconds. @default 15 minutes */
  throttleBudgetMs?: number | undefined;
}

export interface Answer<T> {
  body: T;
  headers: {
    /** When Atlas is going to remove the operation: an HTTP date, with one-digit days unpadded. */
    sunset: string | undefined;
  };
}

export interface ClientOptions {
  clock?: Clock;
  /** From 0 up to but not including 1. @default Math.random */
  random?: () => number;
  /** Takes a line that tells the user why nothing moves. @default none */
  report?: (line: string) => void;
  /** The longest one attempt may take, in milliseconds. @default 60,000 */
  attemptTimeoutMs?: number;
}

/** Sends requests to Atlas for one process: one pool of connections, one authentication, one gate. */
export class AtlasClient {
  private readonly http: AxiosInstance;
  private readonly authentication: Authentication;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly report: (line: string) => void;
  private readonly gate: Gate;
  private readonly host: string;
  private readonly attemptTimeoutMs: number;

  constructor(
    private readonly settings: Settings,
    options: ClientOptions = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.report = options.report ?? (() => {});
    this.gate = new Gate(this.clock);
    const { host, hostname } = new URL(settings.baseUrl);
    this.host = host;
    this.attemptTimeoutMs = options.attemptTimeoutMs ?? attemptTimeoutMs;
    // Node's agents tunnel through the proxy that the environment names; traffic to this machine never leaves it.
    const isLocal = isLoopback(hostname);
    const agent = {
      keepAlive: true,
      ...(isLocal ? {} : { proxyEnv: process.env }),
    };
    this.http = axios.create({
      baseURL: settings.baseUrl,
      httpAgent: new http.Agent(agent),
      // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED in the environment would decide otherwise.
      httpsAgent: new https.Agent({ ...agent, rejectUnauthorized: true }),
      // axios takes `false` for a reason to strip the agent of its proxy as well.
      ...(isLocal ? { proxy: false } : {}),
      maxRedirects: 0,
      maxContentLength: answerLimitBytes,
      responseType: "text",
      transformRequest: [(body: unknown) => body],
      transformResponse: [(body: unknown) => body],
    });
    axiosRetry(this.http, {
      retries: Number.MAX_SAFE_INTEGER,
      retryDelay: () => 0,
      shouldResetTimeout: true,
    });
    this.authentication =
      settings.credentials.kind === "apiKey"
        ? new DigestAuthentication(settings.credentials)
        : new ServiceAccountAuthentication(
            settings.credentials.clientSecret,
            () => this.fetchAccessToken(),
            this.clock,
          );
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe
   */
  async send<T>(call: Call, schema: v.GenericSchema<unknown, T>): Promise<Answer<T>> {
    const query = new URLSearchParams(call.query ?? {}).toString();
    const url = `/api/atlas/v2${call.path}${query === "" ? "" : `?${query}`}`;
    if (/\/\.{1,2}(?=[/?]|$)/.test(call.path)) {
      // No encoding keeps dots alone from being taken for steps, and `DELETE …/users/..` would mean the project.
      throw new AtlasError(`Could not ${call.purpose}: the path ${url} would lead to another address.`, {
        method: call.method,
        path: url,
      });
    }
    const exchange = this.authentication.begin(call.method, url);
    const response = await this.attempt(call, exchange, {
      method: call.method,
      url,
      ...(call.body === undefined ? {} : { data: JSON.stringify(call.body) }),
      headers: {
        Accept: mediaType,
        ...(call.body === undefined ? {} : { "Content-Type": mediaType }),
        "User-Agent": `mongodbatlas-dynamic/${version} (Pulumi)`,
      },
    });
    return {
      body: readBody(call, response, schema),
      headers: { sunset: header(response, "sunset") },
    };
  }

  private async attempt(
    call: Call,
    exchange: Exchange,
    request: AxiosRequestConfig & {
      method: string;
      url: string;
      headers: Record<string, string>;
    },
  ): Promise<RawAnswer> {
    let failures = 0;
    let throttledSince: number | undefined;
    let verdict: Verdict = {};
    /** Whether the gate has let it in and not out again. */
    let inTurn = false;

    const authorize = async (headers: Record<string, unknown>): Promise<void> => {
      const authorization = await exchange.header();
      if (authorization === undefined) {
        delete headers.Authorization;
      } else {
        headers.Authorization = authorization;
      }
    };
    const enter = async (headers: Record<string, unknown>): Promise<void> => {
      await this.gate.enter(call.limit);
      inTurn = true;
      await authorize(headers);
    };
    // The timeout of axios starts anew with every byte, so an answer that trickles in would never end.
    const limitTime = (config: AxiosRequestConfig): void => {
      config.signal = AbortSignal.timeout(this.attemptTimeoutMs);
    };

    /** What follows a failed attempt that is to be repeated; `false` when it is not. */
    const prepareNext = async (error: AxiosError): Promise<boolean> => {
      const headers = (error.config ?? request).headers as Record<string, unknown>;
      const failure = this.classify(error);
      const challenge = failure.kind === "answer" ? challengeOf(error.response) : undefined;
      if (challenge !== undefined) {
        verdict = { wrongCredentials: !exchange.challenged(challenge) };
        if (verdict.wrongCredentials === true) {
          return false;
        }
        // It keeps its turn: others may wait for what becomes of this challenge.
        await authorize(headers);
        return true;
      }
      if (failure.kind === "answer") {
        exchange.accepted();
      } else {
        exchange.abandoned();
      }
      failures += 1;
      const now = this.clock.now();
      const decision = decideRetry(failure, {
        repeatable: call.repeatable,
        failures,
        refusals: this.gate.refusals(call.limit),
        throttledForMs: now - (throttledSince ?? now),
        throttleBudgetMs: call.throttleBudgetMs ?? defaultThrottleBudgetMs,
        random: this.random(),
      });
      inTurn = false;
      if (decision.action === "repeat" && decision.reason === "throttled") {
        throttledSince ??= now;
        if (this.gate.close(call.limit, decision.afterMs)) {
          this.reportThrottling(call, decision.afterMs);
        }
        await enter(headers);
        return true;
      }
      if (failure.kind === "answer") {
        this.gate.leave(call.limit, roomLeft(error.response));
      } else {
        this.gate.retreat(call.limit);
      }
      if (decision.action === "give up") {
        verdict = { ...decision, throttledForMs: now - (throttledSince ?? now) };
        return false;
      }
      await this.clock.sleep(decision.afterMs);
      await enter(headers);
      return true;
    };
    const retryCondition = async (error: AxiosError): Promise<boolean> => {
      try {
        const again = await prepareNext(error);
        limitTime(error.config ?? request);
        return again;
      } catch (unprepared) {
        // axios-retry takes an error thrown here for a plain no.
        verdict = { unprepared };
        return false;
      }
    };

    try {
      await enter(request.headers);
      limitTime(request);
      const response = await this.http.request<string>({ ...request, "axios-retry": { retryCondition } });
      exchange.accepted();
      inTurn = false;
      this.gate.leave(call.limit, roomLeft(response));
      return response;
    } catch (error) {
      if (inTurn) {
        // Whatever went wrong, those who wait for this request must not wait for ever.
        this.gate.retreat(call.limit);
        exchange.abandoned();
      }
      if (verdict.unprepared !== undefined) {
        throw verdict.unprepared;
      }
      throw error instanceof AtlasError ? error : this.explain(call, request, error as AxiosError, verdict);
    }
  }

  private classify(error: AxiosError): Failure {
    const status = refusedWith(error);
    if (status === undefined) {
      return classifyNetworkError(error.code, (error.cause as NodeJS.ErrnoException | undefined)?.syscall);
    }
    return {
      kind: "answer",
      status,
      errorCode: parseProblem(error.response).errorCode,
      retryAfterMs: parseRetryAfter(header(error.response, "retry-after"), this.clock.now()),
    };
  }

  private reportThrottling(call: Call, forMs: number): void {
    const others = this.gate.waiting(call.limit);
    this.report(
      `Atlas accepts no more requests of this kind for now; waiting ${Math.ceil(forMs / 1_000)} s to ${call.purpose}` +
        `${others === 0 ? "" : ` (and ${others} more)`}.`,
    );
  }

  private explain(
    call: Pick<Call, "purpose" | "role">,
    request: { method: string; url: string },
    error: AxiosError,
    verdict: Verdict,
  ): AtlasError {
    const status = refusedWith(error);
    const { errorCode, detail } = parseProblem(error.response, (text) => this.redact(text));
    const { credentials } = this.settings;
    const networkCode = status === undefined ? error.code : undefined;
    const happened =
      status === undefined
        ? `got no answer ${networkCode === "ERR_CANCELED" ? `within ${this.attemptTimeoutMs / 1_000} s` : `(${networkCode ?? "connection broken"})`}`
        : `was answered ${status}${errorCode === undefined ? "" : ` ${errorCode}`}`;
    const advice =
      verdict.wrongCredentials === true
        ? adviseOnWrongCredentials(credentials)
        : advise({
            status,
            errorCode,
            networkCode,
            credentials,
            method: request.method,
            role: call.role,
            host: this.host,
          });
    const waited =
      verdict.outOfBudget === true
        ? `Atlas went on throttling it and the time allowed for that is used up (waited ${Math.round((verdict.throttledForMs ?? 0) / 1_000)} s). ` +
          "Run the command again, or allow more with `customTimeouts`."
        : "";
    const sentences = [
      `Could not ${call.purpose}: ${request.method} ${request.url} ${happened}${detail === undefined ? "." : `: ${detail}`}`,
      waited,
      isCertificateError(networkCode)
        ? `The certificate of ${this.host} is not trusted here; if a proxy inspects TLS, name its CA in NODE_EXTRA_CA_CERTS.`
        : advice,
    ];
    return new AtlasError(this.redact(sentences.filter((sentence) => sentence !== "").join(" ")), {
      method: request.method,
      path: request.url,
      status,
      errorCode,
      detail,
      mayHaveTakenEffect: verdict.effect === "unknown",
    });
  }

  private redact(text: string): string {
    const { credentials } = this.settings;
    const secrets = [...this.authentication.secrets()];
    if (credentials.kind === "serviceAccount") {
      // A proxy may show the headers of a request in the page that refuses it.
      secrets.unshift(basicCredential(credentials));
    }
    return secrets.reduce((out, secret) => out.replaceAll(secret, "[redacted]"), text);
  }

  /** Atlas operation: POST /api/oauth/token. */
  private async fetchAccessToken(): Promise<AccessToken> {
    const { credentials } = this.settings;
    if (credentials.kind !== "serviceAccount") {
      throw new TypeError("Only a service account has access tokens.");
    }
    const basic = basicCredential(credentials);
    const call: Call = {
      method: "POST",
      path: "/api/oauth/token",
      // Another token does no harm: the one that was lost expires by itself.
      repeatable: true,
      purpose: "get an access token for the service account",
      role: "that it needs",
      limit: "access tokens",
    };
    const header = async (): Promise<string> => `Basic ${basic}`;
    const response = await this.attempt(
      call,
      // A 401 with a challenge means here that the secret is wrong.
      {
        header,
        challenged: () => false,
        accepted: () => {},
        abandoned: () => {},
      },
      {
        method: call.method,
        url: call.path,
        data: "grant_type=client_credentials",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/x-www-form-urlencoded",
          "User-Agent": `mongodbatlas-dynamic/${version} (Pulumi)`,
        },
      },
    );
    const token = readBody(call, response, accessTokenAnswer);
    return { value: token.access_token, expiresInSeconds: token.expires_in };
  }
}

/** RFC 6749 section 2.3.1: id and secret are form-url-encoded inside of Basic. */
function basicCredential({ clientId, clientSecret }: ServiceAccountKey): string {
  return Buffer.from([clientId, clientSecret].map(encodeURIComponent).join(":")).toString("base64");
}

/** The status of an answer outside 2xx. A good status on an answer that broke off says nothing of how it ends. */
function refusedWith({ response }: AxiosError): number | undefined {
  return response === undefined || (response.status >= 200 && response.status < 300)
    ? undefined
    : response.status;
}

/** What became of the last failed attempt. */
interface Verdict {
  /** Why no further attempt could be made ready. */
  unprepared?: unknown;
  wrongCredentials?: boolean;
  effect?: "none" | "unknown";
  outOfBudget?: boolean;
  throttledForMs?: number;
}

const accessTokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  expires_in: v.pipe(v.number(), v.minValue(0)),
});
