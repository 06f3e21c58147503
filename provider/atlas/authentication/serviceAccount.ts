import { type Clock, type Deadline, stopwatch, within } from "../clock";
import type { ServiceAccountKey } from "../settings";
import { type Authentication, type Exchange, ProofTooLate, type Refused } from "./authentication";

/** An access token as Atlas hands it out. */
export interface AccessToken {
  value: string;
  /** Seconds from the answer until Atlas stops accepting it. */
  expiresInSeconds: number;
}

/** How to get access tokens, and how to give them back. */
export interface TokenSource {
  fetch(): Promise<AccessToken>;
  /** @param token the value of one that was fetched */
  revoke(token: string): Promise<void>;
}

interface KeptToken {
  value: Promise<string>;
  /** Whether to fetch another. */
  isDue(): boolean;
  /** Attempts in flight that carry it. */
  uses: number;
  /** No further attempt will use it. */
  isRetired: boolean;
}

/** A token is renewed this long before it expires, but not before four fifths of its lifetime are over. */
const renewalMarginMs = 5 * 60_000;

/**
 * OAuth 2.0 client credentials with one access token for the whole process: it is fetched once, however many requests
 * start together, because Atlas allows few token requests per minute and few tokens per account. For the same reason,
 * each token is given back when it is no longer needed.
 */
export class ServiceAccountAuthentication implements Authentication {
  private token: KeptToken | undefined;
  /** Whether a token has already been replaced because of a 401 that asked for nothing. */
  private hasDoubted = false;
  private readonly unprintable: string[];

  constructor(
    clientSecret: string,
    private readonly source: TokenSource,
    private readonly clock: Clock,
  ) {
    this.unprintable = [clientSecret];
  }

  secrets(): string[] {
    return this.unprintable;
  }

  async close(): Promise<void> {
    const token = this.token;
    this.token = undefined;
    if (token !== undefined) {
      token.isRetired = true;
      await this.giveBack(token);
    }
  }

  begin({ deadline }: { deadline?: Deadline | undefined } = {}): Exchange {
    let used: KeptToken | undefined;
    let renewals = 0;
    let isKnown = false;
    const done = (): void => {
      if (used !== undefined) {
        used.uses -= 1;
        void this.giveBack(used);
      }
    };
    /** Retires the token, unless another request has done so. */
    const renew = (): boolean => {
      renewals += 1;
      if (used !== undefined && this.token === used) {
        this.retire(used);
      }
      return renewals === 1;
    };
    return {
      ready: async () => {
        await within(this.currentToken().value, deadline, () => new ProofTooLate("an access token"));
      },
      header: async () => {
        used = this.currentToken();
        used.uses += 1;
        try {
          const value = await within(used.value, deadline, () => new ProofTooLate("an access token"));
          return `Bearer ${value}`;
        } catch (error) {
          used.uses -= 1;
          used = undefined;
          throw error;
        }
      },
      challenged: (): Refused => {
        const again = renew();
        done();
        return again ? { again } : { again, problem: { kind: isKnown ? "no longer accepted" : "wrong" } };
      },
      refused: () => {
        // Another request has renewed the token since, or this is the first doubt about it.
        const again = renewals === 0 && (this.token !== used || !this.hasDoubted);
        if (again) {
          this.hasDoubted = true;
          renew();
        }
        done();
        return again;
      },
      accepted: () => {
        isKnown = true;
        renewals = 0;
        done();
      },
      abandoned: done,
      ended: () => {},
    };
  }

  private currentToken(): KeptToken {
    if (this.token === undefined || this.token.isDue()) {
      if (this.token !== undefined) {
        this.retire(this.token);
        this.hasDoubted = false;
      }
      this.token = this.newToken();
    }
    return this.token;
  }

  private newToken(): KeptToken {
    const token: KeptToken = {
      uses: 0,
      isRetired: false,
      isDue: () => false,
      value: this.source.fetch().then(
        ({ value, expiresInSeconds }) => {
          this.unprintable.push(value);
          const lifeMs = expiresInSeconds * 1_000;
          const age = stopwatch(this.clock);
          token.isDue = () => age() >= Math.max(lifeMs - renewalMarginMs, lifeMs * 0.8);
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

  private retire(token: KeptToken): void {
    token.isRetired = true;
    if (this.token === token) {
      this.token = undefined;
    }
    void this.giveBack(token);
  }

  /** Best effort: a token that cannot be given back expires by itself. */
  private async giveBack(token: KeptToken): Promise<void> {
    if (!token.isRetired || token.uses > 0) {
      return;
    }
    token.isRetired = false;
    try {
      await this.source.revoke(await token.value);
    } catch {
      // If the token was never fetched, the requests that needed it have failed already. If it was not taken back, it
      // expires.
    }
  }
}

/** A token that was fetched elsewhere: it is used as it is, and not given back. */
export class StaticTokenAuthentication implements Authentication {
  constructor(private readonly token: string) {}

  secrets(): string[] {
    return [this.token];
  }

  async close(): Promise<void> {}

  begin(): Exchange {
    let isKnown = false;
    return {
      ready: async () => {},
      header: async () => `Bearer ${this.token}`,
      challenged: () => ({ again: false, problem: { kind: isKnown ? "no longer accepted" : "wrong" } }),
      refused: () => false,
      accepted: () => {
        isKnown = true;
      },
      abandoned: () => {},
      ended: () => {},
    };
  }
}

/** RFC 6749 section 2.3.1: id and secret are form-url-encoded inside Basic. */
export function basicCredential({ clientId, clientSecret }: ServiceAccountKey): string {
  return Buffer.from([clientId, clientSecret].map(encodeURIComponent).join(":")).toString("base64");
}
