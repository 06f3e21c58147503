import type { Deadline } from "./clock";

/** One request to the Administration API. */
export interface AtlasRequest {
  /** Atlas's id of the operation, such as `addGroupUsers`. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/atlas/v2`, with every variable part encoded. */
  path: string;
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
