import { createHash } from "node:crypto";
import type { ApiKey } from "../settings";

/** What a server asks for in `WWW-Authenticate: Digest …`, as far as Atlas uses it (RFC 7616, MD5, qop=auth). */
export interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  /** The server knows the key, and refuses the nonce only. */
  stale: boolean;
}

/** What an answer to a challenge is for. */
interface Use {
  method: string;
  /** Path and query of the request. */
  uri: string;
  /** How often the nonce has been used, this time included. */
  count: number;
  clientNonce: string;
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
  return {
    realm,
    nonce,
    opaque: parameters.get("opaque"),
    stale: parameters.get("stale")?.toLowerCase() === "true",
  };
}

/** The `Authorization` header that answers a challenge. */
export function answerChallenge(
  { publicKey, privateKey }: ApiKey,
  { realm, nonce, opaque }: Challenge,
  { method, uri, count, clientNonce }: Use,
): string {
  const nc = count.toString(16).padStart(8, "0");
  const ha1 = md5(`${publicKey}:${realm}:${privateKey}`);
  const ha2 = md5(`${method}:${uri}`);
  const response = md5(`${ha1}:${nonce}:${nc}:${clientNonce}:auth:${ha2}`);
  return (
    `Digest username="${publicKey}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `algorithm="MD5", qop=auth, nc=${nc}, cnonce="${clientNonce}", response="${response}"` +
    (opaque === undefined ? "" : `, opaque="${opaque}"`)
  );
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
