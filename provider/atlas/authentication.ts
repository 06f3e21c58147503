/** Proves to Atlas who sends the requests of one process. */
export interface Authentication {
  /** Starts the exchange for one request, which may take several attempts. */
  begin(method: string, pathAndQuery: string): Exchange;
  /** What must never be printed. */
  secrets(): string[];
}

/** The authentication of one request. Exactly one of the other methods follows each `header`. */
export interface Exchange {
  /** The `Authorization` header for the next attempt; `undefined` to go without, to be given a challenge. */
  header(): Promise<string | undefined>;
  /**
   * Atlas asked for (other) proof: a 401 with `WWW-Authenticate`, which means that nothing else has happened.
   *
   * @returns whether to try again; `false` means that the credentials are wrong
   */
  challenged(wwwAuthenticate: string): boolean;
  /** Atlas accepted the proof, whatever else it answered. */
  accepted(): void;
  /** The attempt ended without an answer. */
  abandoned(): void;
}
