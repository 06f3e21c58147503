import type { HttpProxy } from "./proxy";
import type { Wording } from "./wording";

/** How to reach Atlas and as whom. */
export interface Settings {
  /** Scheme and host of Atlas, without a trailing slash. */
  baseUrl: string;
  credentials: ApiKey | ServiceAccountKey | StaticToken;
  /** How to get there. @default no proxy */
  proxy?: HttpProxy;
  /** What the client runs in, for the `User-Agent` of its requests. @default unknown */
  runsIn?: string;
  /** The words of its user. @default neutral ones */
  wording?: Wording;
}

/** A programmatic API key, used with HTTP digest authentication. */
export interface ApiKey {
  kind: "apiKey";
  /** Where its halves were found: configuration keys or variables. @default unknown */
  foundIn?: string[];
  publicKey: string;
  privateKey: string;
}

/** A service account, used with OAuth 2.0 client credentials. */
export interface ServiceAccountKey {
  kind: "serviceAccount";
  /** Where its halves were found: configuration keys or variables. @default unknown */
  foundIn?: string[];
  clientId: string;
  clientSecret: string;
}

/** An access token that somebody else has fetched. It cannot be renewed, and is not ours to give back. */
export interface StaticToken {
  kind: "accessToken";
  /** Where it was found: a configuration key or a variable. @default unknown */
  foundIn?: string[];
  accessToken: string;
}

/** Whether a URL's host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
