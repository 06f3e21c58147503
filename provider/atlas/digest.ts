import { createHash, randomBytes } from "node:crypto";
import type { Authentication, Exchange } from "./authentication";
import type { ApiKey } from "./settings";

/** What a server asks for in `WWW-Authenticate: Digest …`, as far as Atlas uses it (RFC 7616, MD5, qop=auth). */
interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
}

/** A challenge that has been accepted or is about to be, with how often its nonce was used. */
interface Session {
  challenge: Challenge;
  uses: number;
}

/**
 * HTTP digest authentication that keeps the server's nonce, so that a process pays for one challenge and not
 * for one a request.
 *
 * The first request goes out without proof and the others wait for its challenge. When a kept nonce is refused,
 * the request answers the challenge that came with the refusal, using a nonce that nobody else uses: that is what
 * Atlas's own clients do for every request, so reuse never costs more than theirs, even if nonces worked once only.
 */
export class DigestAuthentication implements Authentication {
  private session: Session | undefined;
  /** Settles when the request that fetches the first challenge is through. */
  private firstChallenge: Promise<void> | undefined;

  constructor(
    private readonly key: ApiKey,
    private readonly newClientNonce: () => string = () => randomBytes(8).toString("hex"),
  ) {}

  secrets(): string[] {
    return [this.key.privateKey];
  }

  begin(method: string, pathAndQuery: string): Exchange {
    let own: Session | undefined;
    let used: Session | undefined;
    let settleFirst: (() => void) | undefined;
    const settle = (): void => {
      settleFirst?.();
      settleFirst = undefined;
    };

    return {
      header: async () => {
        while (own === undefined && this.session === undefined && this.firstChallenge !== undefined) {
          await this.firstChallenge;
        }
        used = own ?? this.session;
        if (used === undefined) {
          this.firstChallenge = new Promise((resolve) => {
            settleFirst = () => {
              this.firstChallenge = undefined;
              resolve();
            };
          });
          return undefined;
        }
        used.uses += 1;
        return this.answer(used, method, pathAndQuery);
      },
      challenged: (wwwAuthenticate) => {
        const challenge = parseChallenge(wwwAuthenticate);
        const refusedOwn = own !== undefined && used === own;
        if (this.session === used) {
          this.session = undefined;
        }
        if (challenge === undefined || refusedOwn) {
          settle();
          return false;
        }
        own = { challenge, uses: 0 };
        return true;
      },
      accepted: () => {
        // Only now may others use it: a request of theirs that overtook this one could have spoiled the nonce.
        this.session ??= own;
        own = undefined;
        settle();
      },
      abandoned: settle,
    };
  }

  private answer({ challenge, uses }: Session, method: string, uri: string): string {
    const nc = uses.toString(16).padStart(8, "0");
    const cnonce = this.newClientNonce();
    const ha1 = md5(`${this.key.publicKey}:${challenge.realm}:${this.key.privateKey}`);
    const ha2 = md5(`${method}:${uri}`);
    const response = md5(`${ha1}:${challenge.nonce}:${nc}:${cnonce}:auth:${ha2}`);
    const opaque = challenge.opaque === undefined ? "" : `, opaque="${challenge.opaque}"`;
    return (
      `Digest username="${this.key.publicKey}", realm="${challenge.realm}", nonce="${challenge.nonce}", uri="${uri}", ` +
      `algorithm="MD5", qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"${opaque}`
    );
  }
}

/**
 * Reads a digest challenge.
 *
 * @returns `undefined` when it is no digest challenge, or asks for something other than MD5 with qop=auth
 */
export function parseChallenge(header: string): Challenge | undefined {
  const parameters = new Map<string, string>();
  const scheme = /^\s*Digest\s+/i.exec(header);
  if (scheme === null) {
    return undefined;
  }
  for (const [, name, quoted, token] of header
    .slice(scheme[0].length)
    .matchAll(/([\w-]+)\s*=\s*(?:"([^"\\]*)"|([^\s",]+))/g)) {
    parameters.set((name ?? "").toLowerCase(), quoted ?? token ?? "");
  }
  const realm = parameters.get("realm");
  const nonce = parameters.get("nonce");
  const algorithm = parameters.get("algorithm") ?? "MD5";
  const offersAuth = (parameters.get("qop") ?? "").split(/\s*,\s*/).includes("auth");
  if (realm === undefined || !nonce || algorithm.toUpperCase() !== "MD5" || !offersAuth) {
    return undefined;
  }
  return { realm, nonce, opaque: parameters.get("opaque") };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
