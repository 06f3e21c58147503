import * as v from "valibot";
import type { Description } from "./operation";

/*
 * The operations of the token endpoint, after OAuth 2.0 (RFC 6749 and 7009): their paths start at the root, and their
 * bodies are forms.
 */

const accessToken = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  expires_in: v.pipe(v.number(), v.minValue(0)),
});

/** Gets an access token for a service account. */
export const createAccessToken = {
  operationId: "createAccessToken",
  method: "POST",
  path: "/api/oauth/token",
  body: () => ({ grant_type: "client_credentials" }),
  // Another token does no harm: the one that was lost expires by itself.
  idempotent: true,
  summary: () => "get an access token for the service account",
  requiredRole: "that it needs",
  rateLimitSet: () => "access tokens",
  answer: accessToken,
} as const satisfies Description<string, object, v.InferOutput<typeof accessToken>>;

/** Gives back an access token. */
export const revokeAccessToken = {
  operationId: "revokeAccessToken",
  method: "POST",
  path: "/api/oauth/revoke",
  body: ({ token }: { token: string }) => ({ token, token_type_hint: "access_token" }),
  idempotent: true,
  once: true,
  summary: () => "give back the access token of the service account",
  requiredRole: "that it needs",
  rateLimitSet: () => "revoked access tokens",
  answer: v.unknown(),
} as const satisfies Description<string, { token: string }, unknown>;
