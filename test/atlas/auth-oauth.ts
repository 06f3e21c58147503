import { randomBytes } from "node:crypto";
import { BASIC, parseAuthorizationHeader } from "http-auth-utils";
import { type Answer, Refusal } from "./answers";
import type { Caller, KeyRing } from "./credentials";
import { BAD_TOKEN_CODE, MAX_LIVE_TOKENS } from "./inferred";

interface Token {
  readonly caller: Caller;
  readonly expiresAt: number;
}

/** Service accounts: tokens for client credentials, and the check of the tokens. */
export class OAuthAuthentication {
  readonly #tokens = new Map<string, Token>();
  readonly #keys: KeyRing;
  readonly #lifetimeSeconds: number;
  readonly #now: () => number;

  constructor(keys: KeyRing, lifetimeSeconds: number, now: () => number) {
    this.#keys = keys;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#now = now;
  }

  check(authorization: string): Caller | undefined {
    const token = this.#tokens.get(authorization.slice("Bearer ".length));
    return token && this.#now() < token.expiresAt ? token.caller : undefined;
  }

  /** A Bearer token that is unknown or has expired. */
  refusal(): Refusal {
    return new Refusal(401, BAD_TOKEN_CODE, "The access token is invalid or has expired.", {
      headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
    });
  }

  /** Who asks for a token, by HTTP Basic. */
  client(authorization: string | undefined): Caller | undefined {
    const pair = basicPair(authorization);
    const client = pair && this.#keys.byClientId(pair.id);
    return client && pair.secret === client.keys.clientSecret ? client.caller : undefined;
  }

  issue(caller: Caller): Answer {
    if (this.#liveTokensOf(caller) >= MAX_LIVE_TOKENS) {
      return oauthError(403, "access_denied", "Access Token limit reached for this service account.");
    }
    const token = `eyJ${randomBytes(96).toString("base64url")}`;
    this.#tokens.set(token, { caller, expiresAt: this.#now() + this.#lifetimeSeconds * 1000 });
    return {
      status: 200,
      mediaType: "application/json",
      headers: { "Cache-Control": "no-store" },
      body: { access_token: token, expires_in: this.#lifetimeSeconds, token_type: "Bearer" },
    };
  }

  revokeTokens(): void {
    this.#tokens.clear();
  }

  #liveTokensOf(caller: Caller): number {
    let live = 0;
    for (const [value, token] of this.#tokens) {
      if (token.expiresAt <= this.#now()) this.#tokens.delete(value);
      else if (token.caller.name === caller.name) live += 1;
    }
    return live;
  }
}

/** The token endpoint has its own shape of errors. */
export function oauthError(status: number, error: string, description: string): Answer {
  return { status, mediaType: "application/json", body: { error, error_description: description } };
}

export const INVALID_CLIENT = oauthError(401, "invalid_client", "Invalid credentials provided.");

/** RFC 6749 section 2.3.1: id and secret are form-url-encoded inside of Basic. */
function basicPair(authorization: string | undefined): { id: string; secret: string } | undefined {
  try {
    const { username, password } = parseAuthorizationHeader(authorization ?? "", [BASIC]).data;
    if (username === undefined || password === undefined) return undefined;
    return { id: formDecode(username), secret: formDecode(password) };
  } catch {
    // No Basic header, or an escape that does not decode: no client.
    return undefined;
  }
}

function formDecode(value: string): string {
  return decodeURIComponent(value.replaceAll("+", " "));
}
