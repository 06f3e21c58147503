import { randomBytes } from "node:crypto";
import { BASIC, parseAuthorizationHeader } from "http-auth-utils";
import { type Answer, Refusal } from "./answers";
import type { Caller, KeyRing } from "./credentials";
import { badTokenCode, revokingAnUnknownTokenIsRefused } from "./inferred";
import { MinuteLimit } from "./rateLimit";

interface Token {
  readonly caller: Caller;
  readonly expiresAt: number;
}

export interface TokenRules {
  readonly lifetimeSeconds: number;
  readonly perMinute: number;
}

/** Service accounts: tokens for client credentials, and the check of the tokens. */
export class OAuthAuthentication {
  /** Live tokens that one service account may have. */
  maxLiveTokens = 100;
  /** Whether the 401 for a bad token has a `WWW-Authenticate`, as RFC 6750 wants it. */
  challengesBadTokens = true;
  /** Tokens that were ever handed out. */
  issued = 0;
  /** Tokens that a client has given back. */
  revoked = 0;
  readonly #tokens = new Map<string, Token>();
  readonly #keys: KeyRing;
  readonly #lifetimeSeconds: number;
  readonly #limit: MinuteLimit;
  readonly #now: () => number;

  constructor(keys: KeyRing, rules: TokenRules, now: () => number) {
    this.#keys = keys;
    this.#lifetimeSeconds = rules.lifetimeSeconds;
    this.#limit = new MinuteLimit(rules.perMinute, now);
    this.#now = now;
  }

  /** Tokens that would be accepted now, of every service account. */
  get live(): number {
    this.#dropExpired();
    return this.#tokens.size;
  }

  check(authorization: string): Caller | undefined {
    const token = this.#tokens.get(authorization.slice("Bearer ".length));
    return token && this.#now() < token.expiresAt ? token.caller : undefined;
  }

  /** A Bearer token that is unknown or has expired. */
  refusal(): Refusal {
    return new Refusal(401, badTokenCode, "The access token is invalid or has expired.", {
      headers: this.challengesBadTokens ? { "WWW-Authenticate": 'Bearer error="invalid_token"' } : {},
    });
  }

  /** Who asks for a token or gives one back, by HTTP Basic. */
  client(authorization: string | undefined): Caller | undefined {
    const pair = basicPair(authorization);
    const client = pair && this.#keys.byClientId(pair.id);
    return client && pair.secret === client.keys.clientSecret ? client.caller : undefined;
  }

  issue(caller: Caller): Answer {
    if (this.#limit.isReached) {
      return oauthError(429, "too_many_requests", "Too many token requests.");
    }
    this.#limit.count();
    this.#dropExpired();
    const live = [...this.#tokens.values()].filter((token) => token.caller.name === caller.name).length;
    if (live >= this.maxLiveTokens) {
      return oauthError(403, "access_denied", "Access Token limit reached for this service account.");
    }
    const token = `eyJ${randomBytes(96).toString("base64url")}`;
    this.#tokens.set(token, { caller, expiresAt: this.#now() + this.#lifetimeSeconds * 1000 });
    this.issued += 1;
    return {
      status: 200,
      mediaType: "application/json",
      headers: { "Cache-Control": "no-store" },
      body: { access_token: token, expires_in: this.#lifetimeSeconds, token_type: "Bearer" },
    };
  }

  /** A client gives a token back. */
  revoke(caller: Caller, token: string): Answer {
    const known = this.#tokens.get(token);
    if (known?.caller.name === caller.name) {
      this.#tokens.delete(token);
      this.revoked += 1;
    } else if (revokingAnUnknownTokenIsRefused) {
      return oauthError(400, "invalid_request", "The token is not known.");
    }
    return { status: 200 };
  }

  /** Every token is refused from now on. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  #dropExpired(): void {
    for (const [value, token] of this.#tokens) {
      if (token.expiresAt <= this.#now()) {
        this.#tokens.delete(value);
      }
    }
  }
}

/** The token endpoint has its own shape of errors. */
export function oauthError(status: number, error: string, description: string): Answer {
  return { status, mediaType: "application/json", body: { error, error_description: description } };
}

export const invalidClient = oauthError(401, "invalid_client", "Invalid credentials provided.");

/** RFC 6749 section 2.3.1: id and secret are form-url-encoded inside of Basic. */
function basicPair(authorization: string | undefined): { id: string; secret: string } | undefined {
  try {
    const { username, password } = parseAuthorizationHeader(authorization ?? "", [BASIC]).data;
    if (username === undefined || password === undefined) {
      return undefined;
    }
    return { id: formDecode(username), secret: formDecode(password) };
  } catch {
    // No Basic header, or an escape that does not decode: no client.
    return undefined;
  }
}

function formDecode(value: string): string {
  return decodeURIComponent(value.replaceAll("+", " "));
}
