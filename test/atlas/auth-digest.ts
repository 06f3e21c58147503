import { randomBytes } from "node:crypto";
import { DIGEST, parseAuthorizationHeader } from "http-auth-utils";
import type { Answer } from "./answers";
import type { Caller, KeyRing } from "./credentials";

const REALM = "MMS Public API";
const PRUNE_ABOVE = 5_000;

interface Nonce {
  readonly expiresAt: number;
  uses: number;
  readonly countsSeen: Set<string>;
}

export interface NonceRules {
  readonly lifetimeMs: number;
  readonly maxUses: number;
}

/** HTTP Digest as Atlas does it: MD5, `qop=auth`, and a counter that must start at 1 and never repeat. */
export class DigestAuthentication {
  readonly #nonces = new Map<string, Nonce>();
  readonly #keys: KeyRing;
  readonly #rules: NonceRules;
  readonly #now: () => number;

  constructor(keys: KeyRing, rules: NonceRules, now: () => number) {
    this.#keys = keys;
    this.#rules = rules;
    this.#now = now;
  }

  /** Undefined means: send a challenge. Atlas gives no reason, so this gives none either. */
  check(authorization: string, method: string, uri: string): Caller | undefined {
    const said = parse(authorization);
    if (!said || said.realm !== REALM || said.qop !== "auth" || !said.cnonce || said.uri !== uri)
      return undefined;
    if (said.algorithm !== undefined && said.algorithm.toUpperCase() !== "MD5") return undefined;
    const nonce = this.#nonces.get(said.nonce ?? "");
    const key = this.#keys.byPublicKey(said.username);
    if (!nonce || !key || !this.#isUsable(nonce)) return undefined;
    const count = said.nc?.toLowerCase() ?? "";
    // A client that began at zero could not log in to Atlas.
    if (!/^[0-9a-f]{8}$/.test(count) || count === "00000000" || nonce.countsSeen.has(count)) return undefined;
    const expected = DIGEST.computeHash({
      username: key.keys.publicKey,
      realm: REALM,
      password: key.keys.privateKey,
      method,
      uri,
      nonce: said.nonce ?? "",
      nc: said.nc ?? "",
      cnonce: said.cnonce,
      qop: "auth",
      algorithm: "md5",
    });
    if (expected !== said.response) return undefined;
    nonce.countsSeen.add(count);
    nonce.uses += 1;
    return key.caller;
  }

  /** First contact, wrong keys and a stale nonce all get this; `stale` is never true. */
  challenge(): Answer {
    const nonce = randomBytes(24).toString("base64");
    if (this.#nonces.size > PRUNE_ABOVE) this.#prune();
    const expiresAt = this.#now() + this.#rules.lifetimeMs;
    this.#nonces.set(nonce, { expiresAt, uses: 0, countsSeen: new Set() });
    const body = {
      error: 401,
      reason: "Unauthorized",
      detail: "You are not authorized for this resource.",
      errorCode: "UNEXPECTED_ERROR",
    };
    return {
      status: 401,
      body,
      text: JSON.stringify(body, null, 2),
      mediaType: "application/json",
      headers: {
        "WWW-Authenticate": `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=false`,
      },
    };
  }

  expireNonces(): void {
    this.#nonces.clear();
  }

  #isUsable(nonce: Nonce): boolean {
    return this.#now() < nonce.expiresAt && nonce.uses < this.#rules.maxUses;
  }

  #prune(): void {
    for (const [value, nonce] of this.#nonces) if (!this.#isUsable(nonce)) this.#nonces.delete(value);
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
