import { STATUS_CODES } from "node:http";

/** What a handler says. The exchange adds the headers that every answer of Atlas has. */
export interface Answer {
  readonly status: number;
  /** Absent: nothing follows the headers. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** PATCH of the maintenance window names the version in `X-Content-Type` and sends no `Content-Type`. */
  readonly versionIn?: "Content-Type" | "X-Content-Type";
  /** The body as it goes out, where Atlas formats it differently. */
  readonly text?: string;
  /** The media type, if it is not the one of the operation's version. */
  readonly mediaType?: string;
}

/** Thrown wherever Atlas would answer with an error. */
export class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string | null;
  readonly parameters: readonly unknown[] | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errorCode: string | null,
    detail: string,
    more: {
      parameters?: readonly unknown[] | null;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.errorCode = errorCode;
    this.parameters = more.parameters === undefined ? [] : more.parameters;
    this.headers = more.headers ?? {};
  }

  /** Errors are plain `application/json` without a charset, whatever `Accept` asked for. */
  toAnswer(): Answer {
    return {
      status: this.status,
      mediaType: "application/json",
      headers: { ...this.headers, ...(this.errorCode === null ? {} : { "X-Error-Code": this.errorCode }) },
      body: {
        detail: this.message,
        error: this.status,
        errorCode: this.errorCode,
        parameters: this.parameters,
        reason: reasonOf(this.status),
      },
    };
  }
}

export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? "Unknown";
}

/** Atlas sorts the keys of its JSON. */
export function toJson(body: unknown, pretty: boolean): string {
  return JSON.stringify(body, sortKeys, pretty ? 2 : undefined);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Atlas writes whole seconds, always UTC. */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `Deprecation` and `Sunset` do not pad the day, which strict parsers of HTTP dates refuse. */
export function headerDate(ms: number): string {
  return new Date(ms).toUTCString().replace(/, 0/, ", ");
}
