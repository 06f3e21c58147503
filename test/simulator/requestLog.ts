import type { IncomingHttpHeaders } from "node:http";

export interface LogEntry {
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: IncomingHttpHeaders;
  /** Undefined for a request that fits no operation of the contract. */
  readonly operationId: string | undefined;
  /** The parsed body of a request, or its text where it is no JSON. */
  readonly body?: unknown;
  /** By the simulator's clock. */
  readonly at: number;
  /** False for a request that was challenged or refused; for a token request, whether the secret was right. */
  authenticated: boolean;
  /** Undefined until answered, and for ever if the connection was dropped or left hanging. */
  status: number | undefined;
  /** Whether Atlas's state is different now, whatever the client was told. */
  effect: boolean;
}

/** An operation by its id, or any requests that a predicate picks. */
export type RequestMatcher = string | ((entry: LogEntry) => boolean);

const apiRoot = "/api/atlas/v2";

/** Every request in the order of arrival. */
export class RequestLog {
  readonly entries: LogEntry[] = [];

  add(entry: LogEntry): void {
    this.entries.push(entry);
  }

  /** One line each, such as `POST /groups/<id>/users 201`; a dash stands for 'no answer'. */
  lines(matcher?: RequestMatcher): string[] {
    return this.matching(matcher).map(lineOf);
  }

  count(matcher?: RequestMatcher): number {
    return this.matching(matcher).length;
  }

  matching(matcher?: RequestMatcher): LogEntry[] {
    return matcher === undefined
      ? [...this.entries]
      : this.entries.filter((entry) => matches(entry, matcher));
  }

  /** Requests that changed something in Atlas. */
  effects(): LogEntry[] {
    return this.entries.filter((entry) => entry.effect);
  }

  mark(): number {
    return this.entries.length;
  }

  since(mark: number): LogEntry[] {
    return this.entries.slice(mark);
  }

  clear(): void {
    this.entries.length = 0;
  }
}

export function matches(entry: LogEntry, matcher: RequestMatcher): boolean {
  return typeof matcher === "string" ? entry.operationId === matcher : matcher(entry);
}

export function lineOf(entry: LogEntry): string {
  const path = entry.path.startsWith(apiRoot) ? entry.path.slice(apiRoot.length) : entry.path;
  return `${entry.method} ${path} ${entry.status ?? "-"}`;
}
