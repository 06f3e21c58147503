import type { Deadline } from "../clock";

/** Proves to Atlas who sends the requests of one process. */
export interface Authentication {
  /** Starts the exchange for one request, which may take several attempts. */
  begin(request: { method: string; url: string; deadline?: Deadline | undefined }): Exchange;
  /** What must never be printed. */
  secrets(): string[];
  /** Gives back what Atlas lent for this process, as far as that can be. Nothing is to be sent afterwards. */
  close(): Promise<void>;
}

/** What follows a refusal of the proof. */
export type Refused =
  /** Try again, with other proof. */
  | { again: true }
  /** Atlas will not accept any: `problem` says why, as far as the refusals tell. */
  | { again: false; problem: CredentialProblem };

export type CredentialProblem =
  /** Atlas has never accepted them in this process. */
  | { kind: "wrong" }
  /** Atlas has accepted them before in this process, and now refuses again and again. */
  | { kind: "no longer accepted" }
  /** The server asks for proof of another kind; `asked` is what it says. */
  | { kind: "unsupported"; asked: string };

/** The authentication of one request. One of `challenged`, `refused`, `accepted` and `abandoned` follows each `header`. */
export interface Exchange {
  /**
   * Waits for what another request fetches for all. It comes before the request takes its turn under a limit: those who
   * fetch may need a turn under the same limit.
   *
   * @throws SharedFailure when the other request could not
   */
  ready(): Promise<void>;
  /** The `Authorization` header for the next attempt; `undefined` to go without, to be given a challenge. */
  header(): Promise<string | undefined>;
  /** Atlas asked for (other) proof: a 401 with `WWW-Authenticate`, which means that nothing else has happened. */
  challenged(wwwAuthenticate: string): Refused;
  /**
   * Atlas answered 401 and asked for nothing, which mostly is a missing permission.
   *
   * @returns whether the proof itself is to be renewed and tried once more
   */
  refused(): boolean;
  /** Atlas accepted the proof, whatever else it answered. */
  accepted(): void;
  /** The attempt ended without an answer. */
  abandoned(): void;
  /** No further attempt follows. `problem` is set when no other request would fare better. */
  ended(problem?: SharedProblem): void;
}

/** What went wrong for a request that others wait for. */
export interface SharedProblem {
  /** What happened to it, to follow its name: `got no answer within 60 s`. */
  happened: string;
  /** What to do about it. */
  advice: string;
}

/** What many requests wait for could not be had. */
export class SharedFailure extends Error {
  constructor(
    /** What was waited for. */
    readonly what: string,
    readonly problem: SharedProblem,
  ) {
    super(`${what} ${problem.happened}`);
  }
}

/** The time that a request has is over before its proof is there. */
export class ProofTooLate extends Error {
  constructor(
    /** What was waited for. */
    readonly what: string,
  ) {
    super(what);
  }
}
