/** A request as it comes in, and the parts of the simulator that it meets. */

import type { IncomingMessage } from "node:http";
import type { DigestAuthentication } from "./authDigest";
import type { OAuthAuthentication } from "./authOauth";
import type { Handlers } from "./call";
import type { Contract, Match, Query } from "./contract";
import type { Faults } from "./faults";
import type { InvitationThrottle, RateLimiter } from "./rateLimit";
import type { LogEntry, RequestLog } from "./requestLog";
import type { World } from "./world";

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
export interface Received {
  readonly request: IncomingMessage;
  readonly uri: string;
  readonly path: string;
  readonly query: Query;
  readonly text: string;
  readonly match: Match | undefined;
  readonly entry: LogEntry;
}

/** Reads the body, finds the operation, and writes the request down. */
export async function receive(parts: Parts, request: IncomingMessage): Promise<Received> {
  const text = await bodyOf(request);
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
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
