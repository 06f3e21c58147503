import type * as v from "valibot";
import type { Deadline } from "./clock";
import type { Wording } from "./wording";

/** One request to the Administration API. */
export interface AtlasRequest {
  /** Atlas's id of the operation, such as `addGroupUsers`. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/atlas/v2`, with every variable part encoded. */
  path: string;
  /** The version of the API to ask for, a date. @default 2025-03-12 */
  apiVersion?: string;
  /** A list repeats its name, once for each value. */
  query?: Readonly<Record<string, string | readonly string[]>>;
  body?: unknown;
  /** Whether doing it twice is the same as doing it once. */
  idempotent: boolean;
  /**
   * Must happen only once, so its caller looks at Atlas right before each attempt. It never waits: it fails with
   * {@link NotSent} instead.
   *
   * @default false
   */
  once?: boolean;
  /** What it does, such as `add ada@example.com to project 5f1b3c2a9d8e7f6a5b4c3d2e`, to follow "could not". */
  summary: string;
  /** The role that Atlas documents for the operation. */
  requiredRole: string;
  /** Requests with the same name count against one limit of Atlas and slow down together. */
  rateLimitSet: string;
  /** Whether it may send an e-mail, which Atlas limits by the sender's address as well. @default false */
  mayInvite?: boolean;
  /** When it must have ended. It is not sent afterwards. @default none */
  deadline?: Deadline | undefined;
}

/** Options of an operation. */
export interface RequestOptions {
  /** When it must have ended, including all waiting. @default none */
  deadline?: Deadline | undefined;
}

/** A request that must happen only once was not sent, because it would have had to wait: look at Atlas again first. */
export class NotSent extends Error {}

/** A good answer. */
export interface Answer<T> {
  body: T;
}

/** What sends the request of an operation. */
export interface RequestSender {
  /** Words for errors about its requests. */
  readonly wording: Wording;
  /** @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe */
  send<T>(request: AtlasRequest, schema: v.GenericSchema<unknown, T>): Promise<Answer<T>>;
}
