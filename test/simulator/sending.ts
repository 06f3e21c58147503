import type { ServerResponse } from "node:http";
import { type Answer, reasonOf, toJson } from "./answers";
import type { Failure } from "./faults";

const always: Readonly<Record<string, string>> = {
  Server: "mdbws",
  "Strict-Transport-Security": "max-age=31536000; includeSubdomains;",
  "X-Envoy-Upstream-Service-Time": "1",
  "X-Frame-Options": "DENY",
};

/** An answer in the form in which it goes over the wire. */
export interface Wire {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Buffer;
}

export function toWire(
  answer: Answer,
  options: { version: string | undefined; pretty: boolean; headers?: Readonly<Record<string, string>> },
): Wire {
  const body = answer.text ?? (answer.body === undefined ? "" : toJson(answer.body, options.pretty));
  const versioned = options.version && `application/vnd.atlas.${options.version}+json;charset=utf-8`;
  const mediaType = answer.mediaType ?? versioned;
  return {
    status: answer.status,
    headers: {
      ...always,
      ...options.headers,
      ...(mediaType === undefined ? {} : { [answer.versionIn ?? "Content-Type"]: mediaType }),
      // Atlas leaves the length out of a 204.
      ...(answer.status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) }),
      ...answer.headers,
    },
    body,
  };
}

export function send(response: ServerResponse, { status, headers, body }: Wire): void {
  response.writeHead(status, headers).end(body);
}

/**
 * Lets the request fail instead of, or on top of, the good answer. Returns the status that the client saw.
 */
export function sendFailure(
  response: ServerResponse,
  failure: Failure,
  good: { wire: Wire; body: unknown } | undefined,
  options: { isTokenRequest: boolean },
): number | undefined {
  if ("hang" in failure) {
    return undefined;
  }
  if ("reset" in failure) {
    response.socket?.resetAndDestroy();
    return undefined;
  }
  if ("raw" in failure) {
    const { status, headers, body } = failure.raw;
    send(response, { status, headers: { "Content-Length": Buffer.byteLength(body), ...headers }, body });
    return status;
  }
  if ("status" in failure) {
    const wire = toWire(errorAnswer(failure, options.isTokenRequest), { version: undefined, pretty: false });
    send(response, wire);
    return wire.status;
  }
  if (!good) {
    throw new Error("There is no answer to change or to cut off");
  }
  if ("cut" in failure) {
    sendCut(response, good.wire);
    return undefined;
  }
  const body = toJson("mutate" in failure ? failure.mutate(structuredClone(good.body)) : good.body, false);
  send(response, {
    ...good.wire,
    headers: { ...good.wire.headers, "Content-Length": Buffer.byteLength(body) },
    body,
  });
  return good.wire.status;
}

function sendCut(response: ServerResponse, { status, headers, body }: Wire): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "Content-Length": bytes.length + 1 });
  response.flushHeaders();
  response.write(bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2))), () =>
    response.socket?.destroy(),
  );
}

function errorAnswer(
  failure: {
    status: number;
    errorCode?: string | null;
    detail?: string;
    headers?: Readonly<Record<string, string>>;
  },
  isTokenRequest: boolean,
): Answer {
  const { status, errorCode = "UNEXPECTED_ERROR", detail = "Unexpected error." } = failure;
  const body = isTokenRequest
    ? { error: errorCode, error_description: detail }
    : { detail, error: status, errorCode, parameters: [], reason: reasonOf(status) };
  const code = errorCode === null || isTokenRequest ? {} : { "X-Error-Code": errorCode };
  return { status, mediaType: "application/json", headers: { ...code, ...failure.headers }, body };
}
