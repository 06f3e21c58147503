/** What Atlas does with a request, in the order in which its front and its services look at it. */

import { type Answer, headerDate, Refusal } from "./answers";
import { oauthError } from "./authOauth";
import { checkParent, noSuchResource } from "./call";
import type { Contract, Match, Operation, Query } from "./contract";
import type { Caller } from "./credentials";
import { deprecatedOperations } from "./handlers";
import {
  accessListCode,
  permissionDeniedStatus,
  removedEndpointKeepsSunsetHeaders,
  wrongMethodCode,
} from "./inferred";
import { mediaTypeRefusal } from "./mediaTypes";
import type { Parts, Received } from "./receiving";
import { keepForReads } from "./staleReads";

const tokenOperations: ReadonlySet<string | undefined> = new Set(["createAccessToken", "revokeAccessToken"]);

/** The role of the organization that a read is documented to need, where Organization Member is not enough. */
function roleToRead(operationId: string, { orgId }: Query): string | undefined {
  if (operationId === "listOrgInvites") {
    return "ORG_OWNER";
  }
  return operationId === "listRateLimits" && orgId !== undefined ? "ORG_READ_ONLY" : undefined;
}

/** Whether the keys that only read may do this. */
function mayReader({ world }: Parts, { id, method }: Operation, query: Query): boolean {
  const role = roleToRead(id, query);
  return method === "GET" && (role === undefined || world.rolesOfReader.has(role));
}

/** Those of a service account about its tokens: they have credentials, errors and rules of their own. */
export function isTokenOperation(operationId: string | undefined): boolean {
  return tokenOperations.has(operationId);
}

/**
 * Answers a request whose sender is known.
 *
 * @param headers takes what the answer must say besides, also where it is a refusal
 */
export function run(
  parts: Parts,
  received: Received,
  caller: Caller,
  headers: Record<string, string>,
): Answer {
  const { match, entry } = received;
  if (match && isTokenOperation(match.operation.id)) {
    return answerAboutToken(parts, received, match.operation, caller);
  }
  checkAddress(parts, received);
  if (!match) {
    throw violation(parts, received, unknownPath(parts.contract, entry.method, received.path));
  }
  const { operation, params } = match;
  checkRequest(parts, received, match, headers);
  if (caller.readOnly && !mayReader(parts, operation, received.query)) {
    throw new Refusal(
      permissionDeniedStatus,
      "USER_UNAUTHORIZED",
      "Current user is not authorized to perform this action.",
    );
  }
  const handler = parts.handlers[operation.id];
  if (!handler) {
    throw new Error(`no handler for ${operation.id}`);
  }
  if (operation.method !== "GET") {
    keepForReads(parts.world, params, received.path);
  }
  const from = received.request.socket.remoteAddress ?? "unknown";
  const result = parts.world.events.acting({ kind: caller.kind, name: caller.name, from }, () =>
    handler({
      world: parts.world,
      params,
      query: received.query,
      body: entry.body,
      callerName: caller.name,
      invitations: parts.invitations,
      limiter: parts.limiter,
      now: parts.now(),
      href: `${parts.origin()}${received.path}`,
    }),
  );
  entry.effect = operation.method !== "GET" && result.status < 300;
  return result;
}

/** Everything that is refused before it matters who asks. */
function checkRequest(
  parts: Parts,
  received: Received,
  { operation, params }: Match,
  headers: Record<string, string>,
): void {
  const { world, contract, limiter } = parts;
  const { request, path, query, text } = received;
  const deprecated = deprecatedOperations[operation.id];
  const removed = deprecated && world.removedEndpoints.get(deprecated.endpoint);
  if (deprecated && (!removed || removedEndpointKeepsSunsetHeaders)) {
    Object.assign(headers, deprecated.headers(world));
  }
  const end = world.furtherSunsets.get(operation.id);
  if (end !== undefined) {
    headers.Sunset = headerDate(end.getTime());
  }
  const mediaRefusal = mediaTypeRefusal(operation, request.headers, text !== "");
  if (mediaRefusal) {
    throw violation(parts, received, mediaRefusal);
  }
  if (removed === 404) {
    throw noSuchResource(path);
  }
  if (removed === 410) {
    throw versionGone(operation, path);
  }

  const misfit = contract.refusalOf(operation, { path, query, body: text });
  if (misfit?.errorCode === "PATH_PARAM_PARSE_ERROR") {
    throw violation(parts, received, misfit);
  }
  world.directory.settle();
  // An unknown project is refused before the rate limit is charged: such answers carry none of its headers.
  checkParent({ world, params }, path);
  const toll = limiter.charge(operation.id, params.groupId ?? params.orgId ?? "", path);
  Object.assign(headers, toll.headers);
  if (toll.refusal) {
    throw toll.refusal;
  }
  if (misfit) {
    throw violation(parts, received, misfit);
  }
}

/** Writes down what the client should not have sent. */
function violation({ violations }: Parts, { entry, path }: Received, refusal: Refusal): Refusal {
  violations.push(`${entry.method} ${path}: ${refusal.status} ${refusal.errorCode}: ${refusal.message}`);
  return refusal;
}

function checkAddress({ world }: Parts, { request }: Received): void {
  if (world.accessListOpen) {
    return;
  }
  const address = request.socket.remoteAddress ?? "unknown";
  const detail = `IP address ${address} is not allowed to access this resource.`;
  throw new Refusal(403, accessListCode, detail, { parameters: [address] });
}

function versionGone({ version }: Operation, path: string): Refusal {
  const detail = `Version ${version} of ${path} is no longer available.`;
  return new Refusal(410, "VERSION_GONE", detail, { parameters: [version, path] });
}

function unknownPath(contract: Contract, method: string, path: string): Refusal {
  if (!contract.knowsPath(path)) {
    return noSuchResource(path);
  }
  return new Refusal(405, wrongMethodCode, `The resource ${path} has no ${method}.`);
}

/** Hands out a token, or takes one back. Nothing but the form counts: no address, no version, no rate limit. */
function answerAboutToken(
  { contract, oauth, violations }: Parts,
  { request, path, query, text }: Received,
  operation: Operation,
  caller: Caller,
): Answer {
  const form = Object.fromEntries(new URLSearchParams(text));
  const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const misfit = contract.refusalOf(operation, { path, query, body: form });
  const isRevocation = operation.id === "revokeAccessToken";
  if (isForm && !misfit) {
    return isRevocation ? oauth.revoke(caller, form.token ?? "") : oauth.issue(caller);
  }
  violations.push(`POST ${path}: ${misfit?.message ?? "the body must be a form"}`);
  const error = isForm && form.grant_type !== undefined ? "unsupported_grant_type" : "invalid_request";
  const wanted = isRevocation ? "token" : "grant_type=client_credentials";
  return oauthError(400, error, `The request must be a form with ${wanted}.`);
}
