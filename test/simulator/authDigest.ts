import { randomBytes } from "node:crypto";
import { DIGEST, parseAuthorizationHeader } from "http-auth-utils";
import type { Answer } from "./answers";
import type { Caller, KeyRing } from "./credentials";
import { seededRandom } from "./random";

const atlasRealm = "MMS Public API";
const pruneAbove = 5_000;

interface Nonce {
  readonly expiresAt: number;
  uses: number;
  readonly countsSeen: Set<string>;
}

export interface NonceRules {
  readonly lifetimeMs: number;
  readonly maxUses: number;
  /** Before a proof is looked at, this share of the time every nonce is forgotten. */
  readonly drops: { readonly seed: number; readonly chance: number } | undefined;
}

/** What a challenge may ask for; Atlas itself asks for `MD5`. */
export type Scheme = "MD5" | "SHA-256" | "Basic" | "Negotiate";

/** A proof is a caller's, or it is none: `stale` if only its nonce was wrong. */
export type Verdict = Caller | "refused" | "stale";

/** HTTP Digest as Atlas does it: MD5, `qop=auth`, and a counter that must start at 1 and never repeat. */
export class DigestAuthentication {
  /** Whether the challenge after a right proof with a nonce that is over says `stale=true`. Atlas was never seen to. */
  saysStale = false;
  /** What challenges ask for, in this order. */
  schemes: readonly Scheme[] = ["MD5"];
  readonly #nonces = new Map<string, Nonce>();
  readonly #keys: KeyRing;
  readonly #rules: NonceRules;
  readonly #now: () => number;
  #drops: { random: () => number; chance: number };

  constructor(keys: KeyRing, rules: NonceRules, now: () => number) {
    this.#keys = keys;
    this.#rules = rules;
    this.#now = now;
    this.#drops = { random: seededRandom(rules.drops?.seed ?? 0), chance: rules.drops?.chance ?? 0 };
  }

  check(authorization: string, method: string, uri: string): Verdict {
    if (this.#drops.random() < this.#drops.chance) {
      this.expireNonces();
    }
    const said = parse(authorization);
    if (!said || said.realm !== atlasRealm || said.qop !== "auth" || !said.cnonce || said.uri !== uri) {
      return "refused";
    }
    if (said.algorithm !== undefined && said.algorithm.toUpperCase() !== "MD5") {
      return "refused";
    }
    const key = this.#keys.byPublicKey(said.username);
    const count = said.nc?.toLowerCase() ?? "";
    // A client that began at zero could not log in to Atlas.
    if (!key || !/^[0-9a-f]{8}$/.test(count) || count === "00000000") {
      return "refused";
    }
    const expected = DIGEST.computeHash({
      username: key.keys.publicKey,
      realm: atlasRealm,
      password: key.keys.privateKey,
      method,
      uri,
      nonce: said.nonce ?? "",
      nc: said.nc ?? "",
      cnonce: said.cnonce,
      qop: "auth",
      algorithm: "md5",
    });
    if (expected !== said.response) {
      return "refused";
    }
    const nonce = this.#nonces.get(said.nonce ?? "");
    if (!nonce || !this.#isUsable(nonce)) {
      return "stale";
    }
    if (nonce.countsSeen.has(count)) {
      return "refused";
    }
    nonce.countsSeen.add(count);
    nonce.uses += 1;
    return key.caller;
  }

  /** First contact, wrong keys and a stale nonce all get this, unless told otherwise with `stale=false`. */
  challenge(verdict: "refused" | "stale" = "refused"): Answer {
    const body = {
      error: 401,
      reason: "Unauthorized",
      detail: "You are not authorized for this resource.",
      errorCode: "UNEXPECTED_ERROR",
    };
    const stale = this.saysStale && verdict === "stale";
    return {
      status: 401,
      body,
      text: JSON.stringify(body, null, 2),
      mediaType: "application/json",
      headers: {
        "WWW-Authenticate": this.schemes.map((scheme) => this.#challenge(scheme, stale)).join(", "),
      },
    };
  }

  /** From now on every nonce is forgotten before this share of the proofs. */
  dropNonces(seed: number, chance: number): void {
    this.#drops = { random: seededRandom(seed), chance };
  }

  expireNonces(): void {
    this.#nonces.clear();
  }

  #challenge(scheme: Scheme, stale: boolean): string {
    if (scheme === "Negotiate") {
      return "Negotiate";
    }
    if (scheme === "Basic") {
      return `Basic realm="${atlasRealm}"`;
    }
    const nonce = this.#newNonce();
    return `Digest realm="${atlasRealm}", domain="", nonce="${nonce}", algorithm=${scheme}, qop="auth", stale=${stale}`;
  }

  #newNonce(): string {
    const nonce = randomBytes(24).toString("base64");
    if (this.#nonces.size > pruneAbove) {
      this.#prune();
    }
    const expiresAt = this.#now() + this.#rules.lifetimeMs;
    this.#nonces.set(nonce, { expiresAt, uses: 0, countsSeen: new Set() });
    return nonce;
  }

  #isUsable(nonce: Nonce): boolean {
    return this.#now() < nonce.expiresAt && nonce.uses < this.#rules.maxUses;
  }

  #prune(): void {
    for (const [value, nonce] of this.#nonces) {
      if (!this.#isUsable(nonce)) {
        this.#nonces.delete(value);
      }
    }
  }
}

function parse(authorization: string): Record<string, string | undefined> | undefined {
  try {
    return parseAuthorizationHeader(authorization, [DIGEST]).data;
  } catch {
    // Whatever is not a well-formed Digest header is not a proof of identity.
    return undefined;
  }
}
