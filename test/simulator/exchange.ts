import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, Refusal } from "./answers";
import { invalidClient } from "./authOauth";
import type { Caller } from "./credentials";
import type { Failure } from "./faults";
import { envelopeBodyKey } from "./inferred";
import { type Parts, type Received, receive } from "./receiving";
import { isTokenOperation, run } from "./running";
import { send, sendFailure, toWire, type Wire } from "./sending";

/** Takes one request through the stations that Atlas's front and services form, in their order. */
export async function exchange(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const received = await receive(parts, request);
  const { entry } = received;
  const early = parts.faults.take(entry, "before authentication");
  const identified = identify(parts, received);
  entry.authenticated = "caller" in identified;
  parts.arrived(entry);
  await Promise.all(early.delays);
  if (parts.latencyMs > 0) {
    await delay(parts.latencyMs);
  }

  const isTokenRequest = isTokenOperation(entry.operationId);
  const fail = (failure: Failure, good?: { wire: Wire; body: unknown }): void => {
    entry.status = sendFailure(response, failure, good, { isTokenRequest });
    parts.answered(entry);
  };
  if (early.failure) {
    return fail(early.failure);
  }
  const isFallible = entry.authenticated || isTokenRequest;
  if (isFallible) {
    const before = parts.faults.take(entry, "before");
    await Promise.all(before.delays);
    if (before.failure) {
      return fail(before.failure);
    }
  }

  const { wire, body } = answer(parts, received, identified);
  if (isFallible) {
    const after = parts.faults.take(entry, "after");
    await Promise.all(after.delays);
    if (after.failure) {
      return fail(after.failure, { wire, body });
    }
  }
  entry.status = wire.status;
  send(response, wire);
  parts.answered(entry);
}

type Identified = { readonly caller: Caller } | { readonly answer: Answer };

function identify({ digest, oauth }: Parts, { request, uri, match }: Received): Identified {
  const { authorization } = request.headers;
  if (isTokenOperation(match?.operation.id)) {
    const client = oauth.client(authorization);
    return client ? { caller: client } : { answer: invalidClient };
  }
  if (authorization?.startsWith("Bearer ")) {
    const bearer = oauth.check(authorization);
    return bearer ? { caller: bearer } : { answer: oauth.refusal().toAnswer() };
  }
  const verdict = digest.check(authorization ?? "", request.method ?? "", uri);
  return typeof verdict === "string" ? { answer: digest.challenge(verdict) } : { caller: verdict };
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
    if (!(error instanceof Refusal)) {
      return refuseOwn(error instanceof Error ? (error.stack ?? "") : String(error));
    }
    plain = error.toAnswer();
  }
  const dressed = dress(plain);
  const faults = parts.contract.faultsOf(operation, plain, dressed.wire.headers, parts.limiter.tellsAll);
  return faults.length > 0 ? refuseOwn(faults.join("; ")) : dressed;
}

function enveloped(plain: Answer): Answer {
  const { body, status } = plain;
  const isPage = typeof body === "object" && body !== null && "results" in body;
  return { ...plain, body: isPage ? { ...body, status } : { [envelopeBodyKey]: body, status } };
}
