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
  query?: Record<string, string>;
  body?: unknown;
  /** Whether doing it twice is the same as doing it once. */
  idempotent: boolean;
  /**
   * Must happen once only, so that its caller looks at Atlas right before each attempt. It never waits: where it would
   * have to, it fails with {@link NotSent} instead.
   *
   * @default false
   */
  once?: boolean;
  /** What it does and for whom, to follow "could not". */
  summary: string;
  /** The role that Atlas documents for the operation. */
  requiredRole: string;
  /** Requests with the same name count against one limit of Atlas and slow down together. */
  rateLimitSet: string;
  /** Whether it may send an e-mail, which Atlas limits by the sender's address besides. @default false */
  mayInvite?: boolean;
  /** When it has to be over. It is not sent any more afterwards. @default none */
  deadline?: Deadline | undefined;
}

/** Options of an operation. */
export interface RequestOptions {
  /** When it has to be over, all waiting included. @default none */
  deadline?: Deadline | undefined;
}

/** A request of which one is enough was not sent, because it would have had to wait: look at Atlas again first. */
export class NotSent extends Error {}

/** A good answer. */
export interface Answer<T> {
  body: T;
  headers: {
    /** When Atlas is going to remove the operation: an HTTP date, with one-digit days unpadded. */
    sunset: string | undefined;
  };
}

/** What sends the request of an operation. */
export interface RequestSender {
  /** Words for errors about its requests. */
  readonly wording: Wording;
  /** @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe */
  send<T>(request: AtlasRequest, schema: v.GenericSchema<unknown, T>): Promise<Answer<T>>;
}
