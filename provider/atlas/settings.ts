import type { HttpProxy } from "./proxy";
import type { Wording } from "./wording";

/** How to reach Atlas, and with which credentials. */
export interface Settings {
  /** Scheme and host of Atlas, without a trailing slash. */
  baseUrl: string;
  credentials: ApiKey | ServiceAccountKey | StaticToken;
  /** The proxy to use. @default no proxy */
  proxy?: HttpProxy;
  /** What the client runs in, for the `User-Agent` of its requests. @default unknown */
  runsIn?: string;
  /** Words for messages. @default neutral ones */
  wording?: Wording;
}

/** A programmatic API key, used with HTTP digest authentication. */
export interface ApiKey {
  kind: "apiKey";
  /** Where its two parts were found, for messages. @default unknown */
  foundIn?: string[];
  publicKey: string;
  privateKey: string;
}

/** A service account, used with OAuth 2.0 client credentials. */
export interface ServiceAccountKey {
  kind: "serviceAccount";
  /** Where its two parts were found, for messages. @default unknown */
  foundIn?: string[];
  clientId: string;
  clientSecret: string;
}

/** An access token that was fetched elsewhere. It cannot be renewed, and is not given back. */
export interface StaticToken {
  kind: "accessToken";
  /** Where it was found, for messages. @default unknown */
  foundIn?: string[];
  accessToken: string;
}

/** Whether a URL's host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
