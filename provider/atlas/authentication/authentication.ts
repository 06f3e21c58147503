import type { Deadline } from "../clock";

/** Proves to Atlas who sends the requests of one process. */
export interface Authentication {
  /** Starts the exchange for one request, which may take several attempts. */
  begin(request: { method: string; url: string; deadline?: Deadline | undefined }): Exchange;
  /** Texts that must never be printed. */
  secrets(): string[];
  /** Gives back the access token of this process, if there is one. Nothing may be sent afterwards. */
  close(): Promise<void>;
}

/** What to do after Atlas has refused the proof. */
export type Refused =
  /** Try again, with other proof. */
  | { again: true }
  /** Give up: `problem` says why Atlas accepts no proof, as far as the refusals show. */
  | { again: false; problem: CredentialProblem };

export type CredentialProblem =
  /** Atlas has never accepted them in this process. */
  | { kind: "wrong" }
  /** Atlas has accepted them before in this process, and now refuses them again and again. */
  | { kind: "no longer accepted" }
  /** The server asks for proof of another kind; `asked` is what it says. */
  | { kind: "unsupported"; asked: string };

/** The authentication of one request. One of `challenged`, `refused`, `accepted` and `abandoned` follows each `header`. */
export interface Exchange {
  /**
   * Waits for what another request fetches for all. It is called before the request takes its turn under a rate
   * limit, because the other request may need a turn under the same limit.
   *
   * @throws SharedFailure when the other request fails
   */
  ready(): Promise<void>;
  /** The `Authorization` header for the next attempt; `undefined` to send none and be given a challenge. */
  header(): Promise<string | undefined>;
  /** Atlas asked for (other) proof: a 401 with `WWW-Authenticate`, which means that nothing else has happened. */
  challenged(wwwAuthenticate: string): Refused;
  /**
   * Atlas answered 401 without asking for proof, which usually means a missing permission.
   *
   * @returns whether to renew the proof and try once more
   */
  refused(): boolean;
  /** Atlas accepted the proof, whatever else it answered. */
  accepted(): void;
  /** The attempt ended without an answer. */
  abandoned(): void;
  /** No further attempt follows. `problem` is set when other requests would fail as well. */
  ended(problem?: SharedProblem): void;
}

/** What went wrong for a request that others wait for. */
export interface SharedProblem {
  /** What happened to it, to follow its name: `got no answer within 60 s`. */
  happened: string;
  /** What to do about it. */
  advice: string;
}

/** Something that many requests wait for could not be fetched. */
export class SharedFailure extends Error {
  constructor(
    /** What the requests wait for. */
    readonly what: string,
    readonly problem: SharedProblem,
  ) {
    super(`${what} ${problem.happened}`);
  }
}

/** The deadline of a request passed before its proof was there. */
export class ProofTooLate extends Error {
  constructor(
    /** What the request waited for. */
    readonly what: string,
  ) {
    super(what);
  }
}
