import type { Authentication, Exchange } from "./authentication";
import type { Clock } from "./clock";

/** An access token as Atlas hands it out. */
export interface AccessToken {
  value: string;
  /** Seconds from the answer until Atlas stops accepting it. */
  expiresInSeconds: number;
}

interface CachedToken {
  value: Promise<string>;
  /** When to fetch another, in milliseconds since the Unix epoch; infinite until its life is known. */
  renewAt: number;
}

/** A token is renewed this long before it expires, but not before four fifths of its life are over. */
const renewalMarginMs = 5 * 60_000;

/**
 * OAuth 2.0 client credentials with one access token for the whole process: fetched once however many requests
 * start together, because Atlas allows few token requests a minute and few tokens an account.
 */
export class ServiceAccountAuthentication implements Authentication {
  private token: CachedToken | undefined;
  private readonly unprintable: string[];

  constructor(
    clientSecret: string,
    private readonly fetchToken: () => Promise<AccessToken>,
    private readonly clock: Clock,
  ) {
    this.unprintable = [clientSecret];
  }

  secrets(): string[] {
    return this.unprintable;
  }

  begin(): Exchange {
    let used: CachedToken | undefined;
    let refusedOnce = false;
    return {
      header: async () => {
        used = this.currentToken();
        return `Bearer ${await used.value}`;
      },
      challenged: () => {
        if (this.token === used) {
          this.token = undefined;
        }
        const again = !refusedOnce;
        refusedOnce = true;
        return again;
      },
      accepted: () => {
        refusedOnce = false;
      },
      abandoned: () => {},
    };
  }

  private currentToken(): CachedToken {
    if (this.token === undefined || this.clock.now() >= this.token.renewAt) {
      this.token = this.renew();
    }
    return this.token;
  }

  private renew(): CachedToken {
    const token: CachedToken = {
      renewAt: Number.POSITIVE_INFINITY,
      value: this.fetchToken().then(
        ({ value, expiresInSeconds }) => {
          this.unprintable.push(value);
          const lifeMs = expiresInSeconds * 1_000;
          token.renewAt = this.clock.now() + Math.max(lifeMs - renewalMarginMs, lifeMs * 0.8);
          return value;
        },
        (error: unknown) => {
          if (this.token === token) {
            this.token = undefined;
          }
          throw error;
        },
      ),
    };
    return token;
  }
}
