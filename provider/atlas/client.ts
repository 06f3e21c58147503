import type { AxiosError, AxiosInstance } from "axios";
import type * as v from "valibot";
import { type RawAnswer, readBody } from "./answer";
import { type AnswerHeaders, readHeaders } from "./answerHeaders";
import { limitAttempts, TimeIsUp } from "./attempts";
import { accessTokensOf, type Content } from "./authentication/accessTokens";
import {
  type Authentication,
  type Exchange,
  ProofTooLate,
  SharedFailure,
} from "./authentication/authentication";
import { DigestAuthentication } from "./authentication/digest";
import { proveAttempts, waitForProof } from "./authentication/proof";
import {
  basicCredential,
  ServiceAccountAuthentication,
  StaticTokenAuthentication,
} from "./authentication/serviceAccount";
import { type Clock, systemClock } from "./clock";
import { classifyFailures } from "./errors/classify";
import { AtlasError } from "./errors/error";
import { type Circumstances, describeFailure, explain, explainNotSent } from "./errors/explain";
import { joinParts } from "./interceptors";
import { RateLimited } from "./limit";
import { RateLimiter } from "./rateLimiter";
import { abandonTurns, limitRate } from "./rateLimiting";
import { type Answer, type AtlasRequest, NotSent, type RequestSender } from "./request";
import { RetirementNotices } from "./retirement";
import { decideRetries, repeatAttempts, tellOutcomes } from "./retrying";
import { Sending } from "./sending";
import type { Settings } from "./settings";
import { createTransport } from "./transport";
import { neutralWording, type Wording } from "./wording";

const { version } = require("../../package.json") as { version: string };

/** The version of the Administration API that requests ask for unless they say otherwise. */
const defaultApiVersion = "2025-03-12";

/** The longest one attempt may take, in milliseconds, from connecting to the last byte of the answer. */
const defaultAttemptTimeoutMs = 60_000;

export interface ClientOptions {
  clock?: Clock;
  /** From 0 up to but not including 1. @default Math.random */
  random?: () => number;
  /** Receives a line that tells the user why nothing seems to happen. @default none */
  report?: (line: string) => void;
  /** Receives a line, once for each operation that Atlas is going to remove soon. @default what `report` is */
  warn?: (line: string) => void;
  /** Is told what the headers of each answer say. @default nobody */
  onHeaders?: (headers: AnswerHeaders) => void;
  /** The longest one attempt may take, in milliseconds. @default 60,000 */
  attemptTimeoutMs?: number;
}

/**
 * Sends requests to Atlas for one process: one pool of connections, one authentication, one rate limiter. These parts
 * do not know each other: each has its hooks at every attempt, and passes on in {@link Sending} what it finds out.
 */
export class AtlasClient implements RequestSender {
  readonly wording: Wording;
  private readonly http: AxiosInstance;
  private readonly authentication: Authentication;
  private readonly clock: Clock;
  private readonly limiter: RateLimiter;
  private readonly attemptTimeoutMs: number;
  private readonly userAgent: string;

  constructor(
    private readonly settings: Settings,
    options: ClientOptions = {},
  ) {
    const { runsIn, wording = neutralWording } = settings;
    this.wording = wording;
    this.userAgent = `mongodbatlas-dynamic/${version}${runsIn === undefined ? "" : ` (${runsIn})`}`;
    const { clock = systemClock, random = Math.random, report = () => {} } = options;
    this.clock = clock;
    this.attemptTimeoutMs = options.attemptTimeoutMs ?? defaultAttemptTimeoutMs;
    this.limiter = new RateLimiter(clock, ({ limit, forMs, waiting }) => {
      const many = waiting === 1 ? "1 request waits" : `${waiting} requests wait`;
      report(`Rate limited by Atlas (${limit}): retrying in ${Math.ceil(forMs / 1_000)} s; ${many}.`);
    });
    this.authentication = this.createAuthentication();
    this.http = createTransport(settings);
    const notices = new RetirementNotices(options.warn ?? report);
    this.joinParts(random, report, (headers) => {
      if (headers.endMs !== undefined) {
        notices.take(headers.request, headers.endMs, clock.date());
      }
      options.onHeaders?.(headers);
    });
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe
   * @throws NotSent when the request must happen only once and would have to wait
   */
  async send<T>(request: AtlasRequest, schema: v.GenericSchema<unknown, T>): Promise<Answer<T>> {
    const { operation, method, path, body } = request;
    const query = new URLSearchParams(
      Object.entries(request.query ?? {}).flatMap(([name, value]) =>
        (typeof value === "string" ? [value] : value).map((each): [string, string] => [name, each]),
      ),
    ).toString();
    const url = `/api/atlas/v2${path}${query === "" ? "" : `?${query}`}`;
    if (/\/\.{1,2}(?=[/?]|$)/.test(path)) {
      // No encoding keeps a segment of dots from being resolved: `DELETE …/users/..` would mean the project.
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
    return { body: readBody(request, response, schema, this.wording) };
  }

  /**
   * Gives back the access token of this process, if there is one, and closes the connections. Nothing may be sent
   * afterwards.
   */
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
    content: Content,
  ): Promise<RawAnswer> {
    const sending = new Sending(request, url, exchange, this.limiter.newTicket(), this.clock);
    try {
      return await this.http.request<string>({
        method: request.method,
        url,
        ...content,
        headers: { ...content.headers, "User-Agent": this.userAgent },
        sending,
      });
    } catch (error) {
      throw this.errorFor(sending, error);
    } finally {
      abandonTurns(sending, this.limiter);
      if (sending.isProven) {
        exchange.abandoned();
      }
      exchange.ended();
    }
  }

  private joinParts(
    random: () => number,
    report: (line: string) => void,
    takeHeaders: (headers: AnswerHeaders) => void,
  ): void {
    const describe = (sending: Sending, error: AxiosError) =>
      describeFailure(sending, error, this.circumstances());
    const limit = limitRate(this.limiter);
    const prove = proveAttempts(describe);
    joinParts(this.http, {
      before: [waitForProof, limit, prove, limitAttempts(this.attemptTimeoutMs)],
      after: [
        classifyFailures(this.clock),
        readHeaders(takeHeaders),
        prove,
        decideRetries({ limiter: this.limiter, random }),
        limit,
        tellOutcomes({
          onSilence: ({ request }) =>
            report(
              `Atlas has not answered for ${this.attemptTimeoutMs / 1_000} s; trying once more to ${request.summary}.`,
            ),
          onUnreachable: (sending, error) => sending.exchange.ended(describe(sending, error)),
        }),
      ],
    });
    repeatAttempts(this.http, this.clock);
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
    return {
      settings: this.settings,
      wording: this.wording,
      secrets,
      attemptTimeoutMs: this.attemptTimeoutMs,
    };
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
          accessTokensOf(
            credentials,
            (request, url, exchange, content) => this.transmit(request, url, exchange, content),
            { clock: this.clock, wording: this.wording },
          ),
          this.clock,
        );
    }
  }
}
