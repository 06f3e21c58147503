import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, Refusal } from "./answers";
import type { DigestAuthentication } from "./auth-digest";
import { INVALID_CLIENT, type OAuthAuthentication, oauthError } from "./auth-oauth";
import { type Handlers, organizationOf, projectOf } from "./call";
import type { Contract, Match, Operation, Query } from "./contract";
import type { Caller } from "./credentials";
import type { Failure, Faults } from "./faults";
import { deprecatedOperations } from "./handlers";
import {
  ACCESS_LIST_CODE,
  ENVELOPE_BODY_KEY,
  NO_SUCH_RESOURCE_CODE,
  PERMISSION_DENIED_STATUS,
  REMOVED_ENDPOINT_KEEPS_SUNSET_HEADERS,
} from "./inferred";
import { mediaTypeRefusal } from "./media-types";
import type { InvitationThrottle, RateLimiter } from "./rate-limit";
import type { LogEntry, RequestLog } from "./request-log";
import { send, sendFailure, toWire, type Wire } from "./sending";
import type { World } from "./world";

const TOKEN_OPERATION = "createAccessToken";

export interface Parts {
  readonly contract: Contract;
  readonly world: World;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly digest: DigestAuthentication;
  readonly oauth: OAuthAuthentication;
  readonly limiter: RateLimiter;
  readonly invitations: InvitationThrottle;
  readonly handlers: Handlers;
  readonly violations: string[];
  readonly now: () => number;
  readonly latencyMs: number;
  /** Called when a request has arrived and its credentials have been looked at, before it is answered. */
  readonly arrived: (entry: LogEntry) => void;
  /** Called when a request has been answered, or was made to fail. */
  readonly answered: (entry: LogEntry) => void;
  readonly origin: () => string;
}

/** A request as far as it is understood before anything is decided. */
interface Received {
  readonly request: IncomingMessage;
  readonly uri: string;
  readonly path: string;
  readonly query: Query;
  readonly text: string;
  readonly match: Match | undefined;
  readonly entry: LogEntry;
}

/** Takes one request through the stations that Atlas's front and services form, in their order. */
export async function exchange(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await bodyOf(request);
  const received = receive(parts, request, text);
  const { entry } = received;
  const early = parts.faults.take(entry, "before authentication");
  const identified = identify(parts, received);
  entry.authenticated = "caller" in identified;
  parts.arrived(entry);
  await Promise.all(early.delays);
  if (parts.latencyMs > 0) await delay(parts.latencyMs);

  const fail = (failure: Failure, good?: { wire: Wire; body: unknown }): void => {
    const isTokenRequest = entry.operationId === TOKEN_OPERATION;
    entry.status = sendFailure(response, failure, good, { isTokenRequest });
    parts.answered(entry);
  };
  if (early.failure) return fail(early.failure);
  const isFallible = entry.authenticated || entry.operationId === TOKEN_OPERATION;
  if (isFallible) {
    const before = parts.faults.take(entry, "before");
    await Promise.all(before.delays);
    if (before.failure) return fail(before.failure);
  }

  const { wire, body } = answer(parts, received, identified);
  if (isFallible) {
    const after = parts.faults.take(entry, "after");
    await Promise.all(after.delays);
    if (after.failure) return fail(after.failure, { wire, body });
  }
  entry.status = wire.status;
  send(response, wire);
  parts.answered(entry);
}

type Identified = { readonly caller: Caller } | { readonly answer: Answer };

function identify({ digest, oauth }: Parts, { request, uri, match }: Received): Identified {
  const { authorization } = request.headers;
  if (match?.operation.id === TOKEN_OPERATION) {
    const client = oauth.client(authorization);
    return client ? { caller: client } : { answer: INVALID_CLIENT };
  }
  if (authorization?.startsWith("Bearer ")) {
    const bearer = oauth.check(authorization);
    return bearer ? { caller: bearer } : { answer: oauth.refusal().toAnswer() };
  }
  const caller = authorization && digest.check(authorization, request.method ?? "", uri);
  return caller ? { caller } : { answer: digest.challenge() };
}

/** Runs the request and gives it the form of an answer. Nothing here waits, so requests never interleave. */
function answer(parts: Parts, received: Received, identified: Identified): { wire: Wire; body: unknown } {
  const operation = received.match?.operation;
  const pretty = received.query.pretty === "true";
  const headers: Record<string, string> = {};
  const dress = (plain: Answer): { wire: Wire; body: unknown } => {
    const wrapped = received.query.envelope === "true" && plain.body !== undefined ? enveloped(plain) : plain;
    return { wire: toWire(wrapped, { version: operation?.version, pretty, headers }), body: wrapped.body };
  };
  const refuseOwn = (reason: string): { wire: Wire; body: unknown } => {
    parts.violations.push(`answer of ${received.match?.operation.id ?? received.path}: ${reason}`);
    return dress(new Refusal(500, "UNEXPECTED_ERROR", `The simulator made a mistake: ${reason}`).toAnswer());
  };
  let plain: Answer;
  try {
    plain = "answer" in identified ? identified.answer : run(parts, received, identified.caller, headers);
  } catch (error) {
    if (!(error instanceof Refusal))
      return refuseOwn(error instanceof Error ? (error.stack ?? "") : String(error));
    plain = error.toAnswer();
  }
  const dressed = dress(plain);
  const faults = parts.contract.faultsOf(operation, plain, dressed.wire.headers);
  return faults.length > 0 ? refuseOwn(faults.join("; ")) : dressed;
}

function run(parts: Parts, received: Received, caller: Caller, headers: Record<string, string>): Answer {
  const { world, contract, violations, limiter } = parts;
  const { request, path, query, text, match, entry } = received;
  if (match?.operation.id === TOKEN_OPERATION) return issueToken(parts, received, match.operation, caller);
  const refuse = (refusal: Refusal): never => {
    violations.push(`${entry.method} ${path}: ${refusal.status} ${refusal.errorCode}: ${refusal.message}`);
    throw refusal;
  };
  if (!world.accessListOpen) {
    const address = request.socket.remoteAddress ?? "unknown";
    const detail = `IP address ${address} is not allowed to access this resource.`;
    throw new Refusal(403, ACCESS_LIST_CODE, detail, { parameters: [address] });
  }
  if (!match) return refuse(unknownPath(contract, entry.method, path));
  const { operation, params } = match;
  const deprecated = deprecatedOperations[operation.id];
  const removed = deprecated && world.removedEndpoints.get(deprecated.endpoint);
  if (deprecated && (!removed || REMOVED_ENDPOINT_KEEPS_SUNSET_HEADERS)) {
    Object.assign(headers, deprecated.headers(world));
  }
  const mediaRefusal = mediaTypeRefusal(operation, request.headers, text !== "");
  if (mediaRefusal) return refuse(mediaRefusal);
  if (removed === 404) throw new Refusal(404, NO_SUCH_RESOURCE_CODE, `Cannot find resource ${path}.`);
  if (removed === 410)
    throw new Refusal(410, "VERSION_GONE", "This version of the resource is no longer available.");

  const misfit = contract.refusalOf(operation, { path, query, body: text });
  if (misfit?.errorCode === "PATH_PARAM_PARSE_ERROR") return refuse(misfit);
  world.directory.settle();
  // An unknown project is refused before the rate limit is charged: such answers carry none of its headers.
  if (params.groupId !== undefined) projectOf({ world, params });
  else organizationOf({ world, params });
  const toll = limiter.charge(operation.id, params.groupId ?? params.orgId ?? "");
  Object.assign(headers, toll.headers);
  if (toll.refusal) throw toll.refusal;
  if (misfit) return refuse(misfit);
  if (caller.readOnly && operation.method !== "GET") {
    throw new Refusal(
      PERMISSION_DENIED_STATUS,
      "USER_UNAUTHORIZED",
      "Current user is not authorized to perform this action.",
    );
  }
  const handler = parts.handlers[operation.id];
  if (!handler) throw new Error(`no handler for ${operation.id}`);
  const result = handler({
    world,
    params,
    query,
    body: entry.body,
    callerName: caller.name,
    invitations: parts.invitations,
    now: parts.now(),
    href: `${parts.origin()}${path}`,
  });
  entry.effect = operation.method !== "GET" && result.status < 300;
  return result;
}

function issueToken(
  { contract, oauth, violations }: Parts,
  received: Received,
  operation: Operation,
  caller: Caller,
) {
  const form = Object.fromEntries(new URLSearchParams(received.text));
  const isForm = received.request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const misfit = contract.refusalOf(operation, { path: received.path, query: received.query, body: form });
  if (isForm && !misfit) return oauth.issue(caller);
  violations.push(`POST ${received.path}: ${misfit?.message ?? "the body must be a form"}`);
  const error = isForm && form.grant_type !== undefined ? "unsupported_grant_type" : "invalid_request";
  return oauthError(400, error, "The request must be a form with grant_type=client_credentials.");
}

function unknownPath(contract: Contract, method: string, path: string): Refusal {
  if (!contract.knowsPath(path))
    return new Refusal(404, NO_SUCH_RESOURCE_CODE, `Cannot find resource ${path}.`);
  return new Refusal(405, "METHOD_NOT_ALLOWED", `The resource ${path} has no ${method}.`);
}

function enveloped(plain: Answer): Answer {
  const { body, status } = plain;
  const isPage = typeof body === "object" && body !== null && "results" in body;
  return { ...plain, body: isPage ? { ...body, status } : { [ENVELOPE_BODY_KEY]: body, status } };
}

function receive(parts: Parts, request: IncomingMessage, text: string): Received {
  const uri = request.url ?? "/";
  const [path = "/", ...rest] = uri.split("?");
  const query = queryOf(rest.join("?"));
  const match = parts.contract.find(request.method ?? "", path);
  const entry: LogEntry = {
    method: request.method ?? "",
    path,
    query,
    headers: request.headers,
    operationId: match?.operation.id,
    ...(text === "" ? {} : { body: parsed(text) }),
    at: parts.now(),
    authenticated: false,
    status: undefined,
    effect: false,
  };
  parts.log.add(entry);
  return { request, uri, path, query, text, match, entry };
}

/** A repeated name becomes a list. Brackets in a name mean nothing to Atlas, so they stay part of the name. */
function queryOf(search: string): Query {
  const query: Record<string, string | string[]> = {};
  const all = new URLSearchParams(search);
  for (const name of all.keys()) {
    const values = all.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return query;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A form, or broken JSON that the contract will refuse: the log keeps it as it came.
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
