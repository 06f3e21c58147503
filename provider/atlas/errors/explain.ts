import type { AxiosError } from "axios";
import { parseProblem } from "../answer";
import type { ProofTooLate, SharedFailure, SharedProblem } from "../authentication/authentication";
import type { RateLimited } from "../limit";
import type { Sending } from "../sending";
import type { Settings } from "../settings";
import { redact } from "../text";
import type { Wording } from "../wording";
import { advise, adviseOnCredentials } from "./advice";
import { AtlasError, type AtlasErrorFields } from "./error";
import { adviseOnNetworkError, isAboutProxy, networkErrorOf } from "./networkErrors";

/** What the message about a failed request depends on, besides the request. */
export interface Circumstances {
  settings: Settings;
  wording: Wording;
  /** What must never be printed. */
  secrets: string[];
  /** The longest that one attempt may take, in milliseconds. */
  attemptTimeoutMs: number;
}

/** The status of an answer outside 2xx. A good status does not count, because the answer broke off after it. */
export function refusedWith({ response }: AxiosError): number | undefined {
  return response === undefined || (response.status >= 200 && response.status < 300)
    ? undefined
    : response.status;
}

/** What happened to a request whose last attempt has failed, and what to do about it. */
export function describeFailure(
  sending: Sending,
  error: AxiosError,
  { settings, wording, secrets, attemptTimeoutMs }: Circumstances,
): SharedProblem & Pick<AtlasErrorFields, "status" | "errorCode" | "detail" | "isFromAtlas"> {
  const { request, problem } = sending;
  const status = refusedWith(error);
  if (status === undefined) {
    const network = networkErrorOf(error);
    const { proxy } = settings;
    const isTimeout = network.code === "ERR_CANCELED";
    const happened = isTimeout
      ? `got no answer within ${Math.round(Math.min(attemptTimeoutMs, request.deadline?.afterMs ?? attemptTimeoutMs) / 100) / 10} s`
      : isAboutProxy(network, proxy)
        ? `got no answer (no connection through the proxy: ${network.code})`
        : `got no answer (${network.code ?? "connection broken"})`;
    const { host } = new URL(settings.baseUrl);
    return { happened, advice: adviseOnNetworkError(network, { host, proxy, wording }) };
  }
  const { errorCode, detail, isFromAtlas } = parseProblem(error.response, (text) => redact(text, secrets));
  const { credentials } = settings;
  const { method, requiredRole } = request;
  return {
    status,
    errorCode,
    detail,
    isFromAtlas,
    happened:
      `was answered ${status}${errorCode === undefined ? "" : ` ${errorCode}`}` +
      (detail === undefined ? "" : `: ${detail}`),
    advice:
      problem === undefined
        ? advise({ status, errorCode, credentials, method, requiredRole }, wording)
        : adviseOnCredentials(credentials, problem, wording),
  };
}

/** The error for a request whose last attempt has failed. */
export function explain(sending: Sending, error: AxiosError, circumstances: Circumstances): AtlasError {
  const { request, url, fate } = sending;
  const { happened, advice, ...fields } = describeFailure(sending, error, circumstances);
  const { wording } = circumstances;
  const gaveUp = fate?.action === "give up" ? fate : undefined;
  const tooLate = gaveUp?.outOfTime
    ? gaveUp.reason === "rate limited"
      ? rateLimitSentence(gaveUp.afterMs, request.deadline?.afterMs, wording)
      : timeIsUp(request.deadline?.afterMs, wording)
    : "";
  const end = /[.!?]$/.test(happened) ? "" : ".";
  const text = sentences(
    `Could not ${request.summary}: ${request.method} ${url} ${happened}${end}`,
    tooLate,
    advice,
  );
  return new AtlasError(redact(text, circumstances.secrets), {
    ...common(sending),
    ...fields,
    mayHaveTakenEffect:
      request.method !== "GET" && gaveUp?.reason === "failed" && gaveUp.effect === "unknown",
  });
}

/** The error for a request that was not sent, because something that it waited for did not come in time. */
export function explainNotSent(
  sending: Sending,
  reason: RateLimited | SharedFailure | ProofTooLate | undefined,
  { secrets, wording }: Circumstances,
): AtlasError {
  const { request, url } = sending;
  const start = `Could not ${request.summary}: ${request.method} ${url} was not sent, because`;
  const text =
    reason === undefined
      ? sentences(`${start} its time is over.`, timeIsUp(request.deadline?.afterMs, wording))
      : "problem" in reason
        ? sentences(`${start} ${reason.what} ${reason.problem.happened}.`, reason.problem.advice)
        : "what" in reason
          ? sentences(`${start} it waited for ${reason.what}.`, timeIsUp(request.deadline?.afterMs, wording))
          : sentences(
              `${start} Atlas accepts no more of these requests for now.`,
              rateLimitSentence(reason.retryAfterMs, reason.deadline?.afterMs, wording),
            );
  return new AtlasError(redact(text.replaceAll("..", "."), secrets), common(sending));
}

function common({ request, url }: Sending): AtlasErrorFields {
  return { operation: request.operation, method: request.method, path: url };
}

function rateLimitSentence(
  retryAfterMs: number,
  allowedMs: number | undefined,
  { allowMoreTime }: Wording,
): string {
  const wait = `Atlas limits how often it may be asked, and lets the next request through in ${seconds(retryAfterMs)} at the earliest`;
  return allowedMs === undefined
    ? `${wait}; nothing gets through for more than a quarter of an hour. Run the command again then.`
    : `${wait}, after the ${seconds(allowedMs)} that are allowed for all of it. Run the command again, or ${allowMoreTime}.`;
}

function timeIsUp(allowedMs: number | undefined, { allowMoreTime }: Wording): string {
  return `The ${seconds(allowedMs ?? 0)} that are allowed for all of it are used up. Run the command again, or ${allowMoreTime}.`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

function sentences(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
