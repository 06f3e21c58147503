import type { AnswerHeaders } from "../../atlas/answerHeaders";
import type { AtlasClient } from "../../atlas/client";
import { Deadline, systemClock } from "../../atlas/clock";
import { permissionCodes } from "../../atlas/errors/advice";
import { AtlasError } from "../../atlas/errors/error";
import type { RequestOptions, RequestSender } from "../../atlas/request";
import { sentenceOf } from "../report/sentences";

/** How long the doctor waits for one answer, in milliseconds: a limit that is used up is something to tell. */
const patienceMs = 20_000;

/** What Atlas made of one request. */
export type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** The credentials lack a role, or do not see the project or organization. */
  | { readonly kind: "refused"; readonly error: AtlasError }
  /** Atlas knows the credentials, and has no such thing. */
  | { readonly kind: "missing"; readonly error: AtlasError }
  /** It says nothing about roles. `isLimited`: the credentials are good, but Atlas wants fewer requests. */
  | { readonly kind: "failed"; readonly reason: string; readonly isLimited: boolean };

/** Asks Atlas, with what the headers of its answers say. */
export interface Asking {
  readonly client: AtlasClient;
  readonly headers: readonly AnswerHeaders[];
}

/** Sends a request of which every outcome is worth knowing. */
export async function ask<Input, T>(
  { client }: Asking,
  operation: (client: RequestSender, input: Input, options?: RequestOptions) => Promise<T>,
  input: Input,
): Promise<Asked<T>> {
  try {
    const deadline = new Deadline(systemClock, patienceMs);
    return { kind: "answered", value: await operation(client, input, { deadline }) };
  } catch (error) {
    if (error instanceof AtlasError && isAboutPermission(error)) {
      return { kind: "refused", error };
    }
    if (error instanceof AtlasError && error.isFromAtlas && error.status === 404) {
      return { kind: "missing", error };
    }
    const isLimited = error instanceof AtlasError && error.status === 429;
    return { kind: "failed", reason: sentenceOf(error), isLimited };
  }
}

/** Codes with which Atlas says that a project or an organization is not there, or not for these credentials. */
const unseenCodes = new Set(["GROUP_NOT_FOUND", "ORG_NOT_FOUND"]);

/** A 401 or 403 with another code is about the credentials themselves, or about the address that they are used from. */
function isAboutPermission({ status, errorCode = "", isFromAtlas }: AtlasError): boolean {
  const isRefusal = status === 401 || status === 403;
  return isFromAtlas && ((isRefusal && permissionCodes.has(errorCode)) || unseenCodes.has(errorCode));
}
