import type * as v from "valibot";
import { type AtlasRequest, NotSent, type RequestOptions, type RequestSender } from "../request";
import { type Listed, type Listing, listAll } from "./listing";

/** The names in braces in a path. */
type Variable<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Variable<Rest>
  : never;

/** The values for the path of an operation. Atlas's API calls a project a group. */
export type PathValues<Path extends string> = {
  [Name in Variable<Path> as Name extends "groupId" ? "projectId" : Name]: string;
};

/** Describes an operation of Atlas, and how to make a request for it. */
export interface Description<Path extends string, Input, Body> {
  /** Atlas's id of the operation, such as `addGroupUsers`. */
  readonly operationId: string;
  readonly method: AtlasRequest["method"];
  /** The path as Atlas documents it, below `/api/atlas/v2`. */
  readonly path: Path;
  /** The version of the API to ask for, a date. @default 2025-03-12 */
  readonly apiVersion?: string;
  /** Whether doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  /** See {@link AtlasRequest.once}. @default false */
  readonly once?: boolean;
  /** See {@link AtlasRequest.mayInvite}. @default false */
  readonly mayInvite?: boolean;
  /** When Atlas removes the operation according to its documentation, a date. @default it has not said so */
  readonly announcedEnd?: string;
  /** The role that Atlas documents for the operation. */
  readonly requiredRole: string;
  /** See {@link AtlasRequest.rateLimitSet}. */
  rateLimitSet(input: NoInfer<Input>): string;
  /** See {@link AtlasRequest.summary}. */
  summary(input: Input): string;
  /** Parameters without a value are left out. @default none */
  query?(input: Input): Readonly<Record<string, string | readonly string[] | undefined>>;
  /** @default none */
  body?(input: Input): unknown;
  /** The form of a good answer; for a listing, the form of an entry. */
  readonly answer: v.GenericSchema<unknown, Body>;
}

/** An operation of Atlas: a function that sends its request, together with its description. */
export interface Operation<Path extends string, Input, Body, Result> extends Description<Path, Input, Body> {
  /** @throws AtlasError when Atlas refuses, cannot be reached, or answers something that the API does not describe */
  (client: RequestSender, input: Input, options?: RequestOptions): Promise<Result>;
}

/** Defines an operation that returns its answer. */
export function defineOperation<const Path extends string, Input extends PathValues<Path>, Body>(
  description: Description<Path, Input, Body>,
): Operation<Path, Input, Body, Body> {
  return callable(description, async (client, request) => {
    const { body } = await client.send(request, description.answer);
    return body;
  });
}

/** Defines an operation that returns a listing, which it reads page by page. */
export function defineListing<const Path extends string, Input extends PathValues<Path>, Body extends Listed>(
  description: Description<Path, Input, Body>,
): Operation<Path, Input, Body, Listing<Body>> {
  return callable(description, (client, request) => listAll(client, description.answer, request));
}

/**
 * Defines an operation that must happen only once, so it is sent right after a look at Atlas or not at all. It
 * returns `not sent` when it would have had to wait: then look again.
 */
export function defineOnce<const Path extends string, Input extends PathValues<Path>, Body>(
  description: Description<Path, Input, Body> & { readonly once: true; readonly idempotent: false },
): Operation<Path, Input, Body, "accepted" | "not sent"> {
  return callable(description, async (client, request) => {
    try {
      await client.send(request, description.answer);
      return "accepted";
    } catch (error) {
      if (error instanceof NotSent) {
        return "not sent";
      }
      throw error;
    }
  });
}

/** The request that an operation sends for this input. */
export function requestOf<Path extends string, Input extends object, Body>(
  description: Description<Path, Input, Body>,
  input: Input,
  options: RequestOptions = {},
): AtlasRequest {
  const { operationId, method, apiVersion, idempotent, once, mayInvite, requiredRole } = description;
  const query = Object.entries(description.query?.(input) ?? {}).filter(
    (entry): entry is [string, string | readonly string[]] => entry[1] !== undefined,
  );
  return {
    operation: operationId,
    method,
    path: fill(description.path, input),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(query.length === 0 ? {} : { query: Object.fromEntries(query) }),
    ...(description.body === undefined ? {} : { body: description.body(input) }),
    idempotent,
    ...(once === undefined ? {} : { once }),
    ...(mayInvite === undefined ? {} : { mayInvite }),
    summary: description.summary(input),
    requiredRole,
    rateLimitSet: description.rateLimitSet(input),
    ...options,
  };
}

function callable<Path extends string, Input extends object, Body, Result>(
  description: Description<Path, Input, Body>,
  send: (client: RequestSender, request: AtlasRequest) => Promise<Result>,
): Operation<Path, Input, Body, Result> {
  const call = (client: RequestSender, input: Input, options?: RequestOptions): Promise<Result> =>
    send(client, requestOf(description, input, options));
  return Object.assign(call, description);
}

function fill(path: string, input: object): string {
  const values = new Map<string, unknown>(Object.entries(input));
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name === "groupId" ? "projectId" : name))),
  );
}
