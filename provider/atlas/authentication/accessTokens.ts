import { type RawAnswer, readBody } from "../answer";
import { type Clock, Deadline } from "../clock";
import { AtlasError } from "../errors/error";
import { createAccessToken, revokeAccessToken } from "../operations/accessTokens";
import { requestOf } from "../operations/operation";
import type { AtlasRequest } from "../request";
import type { ServiceAccountKey } from "../settings";
import type { Wording } from "../wording";
import type { Exchange } from "./authentication";
import { basicCredential, type TokenSource } from "./serviceAccount";

/** The longest that giving back a token may take, in milliseconds: somebody is waiting for the process to end. */
const revokeTimeoutMs = 3_000;

/** The body and the headers of a request. */
export interface Content {
  data?: string;
  headers: Record<string, string>;
}

/** Sends a request to Atlas with this authentication. */
export type Transmit = (
  request: AtlasRequest,
  url: string,
  exchange: Exchange,
  content: Content,
) => Promise<RawAnswer>;

/**
 * Gets access tokens for a service account, and gives them back.
 *
 * Atlas operations: POST /api/oauth/token, POST /api/oauth/revoke.
 */
export function accessTokensOf(
  key: ServiceAccountKey,
  transmit: Transmit,
  { clock, wording }: { clock: Clock; wording: Wording },
): TokenSource {
  const transmitForm = (request: AtlasRequest): Promise<RawAnswer> =>
    transmit(request, request.path, basicExchange(key), {
      data: new URLSearchParams(request.body as Record<string, string>).toString(),
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
    });
  return {
    async fetch() {
      const request = requestOf(createAccessToken, {});
      try {
        const response = await transmitForm(request);
        const { access_token, expires_in } = readBody(request, response, createAccessToken.answer, wording);
        return { value: access_token, expiresInSeconds: expires_in };
      } catch (error) {
        // The request that needs the token has not been sent.
        throw error instanceof AtlasError
          ? new AtlasError(error.message, { ...error, mayHaveTakenEffect: false })
          : error;
      }
    },

    async revoke(token) {
      const deadline = new Deadline(clock, revokeTimeoutMs);
      await transmitForm(requestOf(revokeAccessToken, { token }, { deadline }));
    },
  };
}

function basicExchange(key: ServiceAccountKey): Exchange {
  return {
    ready: async () => {},
    header: async () => `Basic ${basicCredential(key)}`,
    // Here, a 401 with a challenge means that the secret is wrong.
    challenged: () => ({ again: false, problem: { kind: "wrong" } }),
    refused: () => false,
    accepted: () => {},
    abandoned: () => {},
    ended: () => {},
  };
}
