import { randomBytes } from "node:crypto";
import { type Deadline, within } from "../clock";
import type { ApiKey } from "../settings";
import {
  type Authentication,
  type CredentialProblem,
  type Exchange,
  ProofTooLate,
  type Refused,
  SharedFailure,
  type SharedProblem,
} from "./authentication";
import { answerChallenge, type Challenge, parseChallenge } from "./digestChallenge";

/** A challenge, and how often its nonce has been used. */
interface Session {
  challenge: Challenge;
  uses: number;
}

/** The request that fetches the first challenge, as the others see it. */
interface Lead {
  /** It has succeeded: the others may go. */
  pass(): void;
  /** It has failed, and so would the others. */
  fail(problem: SharedProblem): void;
}

/** How often one request answers a further challenge with a key that is known to be right. */
const challengesOfKnownKey = 10;

/** What the requests of a process wait for at its start. */
const firstChallengeText = "the first request to Atlas, which all others wait for,";

/**
 * HTTP digest authentication that keeps the server's nonce, so that a process needs one challenge instead of one for
 * each request.
 *
 * The first request goes out without proof and the others wait for its challenge. When a kept nonce is refused,
 * the request answers the challenge that came with the refusal, using a nonce that nobody else uses: that is what
 * Atlas's own clients do for every request, so reuse never costs more than theirs, even if each nonce worked only once.
 */
export class DigestAuthentication implements Authentication {
  private readonly shared = new SharedSession();

  constructor(
    private readonly key: ApiKey,
    private readonly newClientNonce: () => string = () => randomBytes(8).toString("hex"),
  ) {}

  secrets(): string[] {
    return [this.key.privateKey];
  }

  async close(): Promise<void> {}

  begin({
    method,
    url,
    deadline,
  }: {
    method: string;
    url: string;
    deadline?: Deadline | undefined;
  }): Exchange {
    const answer = ({ challenge, uses }: Session): string =>
      answerChallenge(this.key, challenge, {
        method,
        uri: url,
        count: uses,
        clientNonce: this.newClientNonce(),
      });
    return new DigestExchange(this.shared, answer, deadline);
  }
}

/** What the requests of one process share. */
class SharedSession {
  current: Session | undefined;
  /** Whether Atlas has accepted the key in this process. */
  isKnownKey = false;
  /** Settles when the request that fetches the first challenge has succeeded or failed; `undefined` when none does. */
  firstChallenge: Promise<void> | undefined;

  /** Makes the others wait for a request. */
  takeLead(): Lead {
    let pass = (): void => {};
    let fail: Lead["fail"] = () => {};
    const first = new Promise<void>((resolve, reject) => {
      pass = resolve;
      fail = (problem) => reject(new SharedFailure(firstChallengeText, problem));
    });
    // Nobody may be waiting.
    first.catch(() => {});
    this.firstChallenge = first;
    const settle = (): void => {
      if (this.firstChallenge === first) {
        this.firstChallenge = undefined;
      }
    };
    return {
      pass: () => {
        settle();
        pass();
      },
      fail: (problem) => {
        settle();
        fail(problem);
      },
    };
  }
}

/** The authentication of one request. */
class DigestExchange implements Exchange {
  /** From a challenge to this request. Other requests use it once Atlas has accepted it. */
  private own: Session | undefined;
  /** What the last attempt carried. */
  private used: Session | undefined;
  /** Set while the others wait for this request. */
  private lead: Lead | undefined;
  /** Whether an attempt got no answer: Atlas may have counted its nonce as used. */
  private answerWasLost = false;
  private challenges = 0;

  constructor(
    private readonly shared: SharedSession,
    private readonly answer: (session: Session) => string,
    private readonly deadline: Deadline | undefined,
  ) {}

  async ready(): Promise<void> {
    const { shared } = this;
    if ((this.own ?? shared.current ?? this.lead) === undefined && shared.firstChallenge !== undefined) {
      await within(shared.firstChallenge, this.deadline, () => new ProofTooLate(firstChallengeText));
    }
    // Claimed without waiting in between, so that requests that start together do not all ask for a challenge.
    if ((this.own ?? shared.current) === undefined) {
      this.lead ??= shared.takeLead();
    }
  }

  async header(): Promise<string | undefined> {
    this.used = this.own ?? this.shared.current;
    if (this.used === undefined) {
      return undefined;
    }
    this.used.uses += 1;
    return this.answer(this.used);
  }

  challenged(wwwAuthenticate: string): Refused {
    const { shared, used } = this;
    const challenge = parseChallenge(wwwAuthenticate);
    if (challenge === undefined) {
      return this.giveUp({ kind: "unsupported", asked: wwwAuthenticate });
    }
    this.challenges += 1;
    shared.isKnownKey ||= challenge.stale && used !== undefined;
    if (shared.current === used) {
      shared.current = undefined;
    }
    const maybeNonce = used === undefined || used !== this.own || this.answerWasLost;
    this.answerWasLost = false;
    if (!(maybeNonce || shared.isKnownKey) || this.challenges > challengesOfKnownKey) {
      return this.giveUp({ kind: shared.isKnownKey ? "no longer accepted" : "wrong" });
    }
    this.own = { challenge, uses: 0 };
    return { again: true };
  }

  refused(): boolean {
    this.shared.isKnownKey ||= this.used !== undefined;
    return false;
  }

  accepted(): void {
    this.shared.isKnownKey ||= this.used !== undefined;
    // Others may use it only now: had one of their requests overtaken this one, it could have spoiled the nonce.
    this.shared.current ??= this.own;
    this.own = undefined;
    this.challenges = 0;
    this.lead?.pass();
    this.lead = undefined;
  }

  abandoned(): void {
    this.answerWasLost = this.used !== undefined;
  }

  ended(problem?: SharedProblem): void {
    if (problem === undefined) {
      this.lead?.pass();
    } else {
      this.lead?.fail(problem);
    }
    this.lead = undefined;
  }

  private giveUp(problem: CredentialProblem): Refused {
    this.own = undefined;
    return { again: false, problem };
  }
}
