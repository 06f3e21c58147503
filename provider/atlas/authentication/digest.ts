import { createHash, randomBytes } from "node:crypto";
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

/** What a server asks for in `WWW-Authenticate: Digest …`, as far as Atlas uses it (RFC 7616, MD5, qop=auth). */
interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  /** The server knows the key, and refuses the nonce only. */
  stale: boolean;
}

/** A challenge that has been accepted or is about to be, with how often its nonce was used. */
interface Session {
  challenge: Challenge;
  uses: number;
}

/** The request that fetches the first challenge, as the others see it. */
interface Lead {
  /** It is through, and the others may go. */
  pass(): void;
  /** It has failed, and so would they. */
  fail(problem: SharedProblem): void;
}

/** How often one request answers a further challenge with a key that is known to be right. */
const challengesOfKnownKey = 10;

/** What the requests of a process wait for at its start. */
const firstChallengeText = "the first request to Atlas, which all others wait for,";

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
  /** Whether Atlas has accepted the key in this process. */
  private isKnownKey = false;

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
    let own: Session | undefined;
    let used: Session | undefined;
    /** Ends the wait of the others for this request. */
    let lead: Lead | undefined;
    /** A nonce whose answer was lost may have been used up by it. */
    let answerWasLost = false;
    let challenges = 0;

    const ready = async (): Promise<void> => {
      if ((own ?? this.session ?? lead) === undefined && this.firstChallenge !== undefined) {
        await within(this.firstChallenge, deadline, () => new ProofTooLate(firstChallengeText));
      }
      // Claimed at once, so that those who start together do not all ask for a challenge.
      if ((own ?? this.session) === undefined) {
        lead ??= this.takeLead();
      }
    };

    const header = async (): Promise<string | undefined> => {
      used = own ?? this.session;
      if (used === undefined) {
        return undefined;
      }
      used.uses += 1;
      return this.answer(used, method, url);
    };

    const challenged = (wwwAuthenticate: string): Refused => {
      const challenge = parseChallenge(wwwAuthenticate);
      if (challenge === undefined) {
        return giveUp({ kind: "unsupported", asked: wwwAuthenticate });
      }
      challenges += 1;
      this.isKnownKey ||= challenge.stale && used !== undefined;
      if (this.session === used) {
        this.session = undefined;
      }
      const maybeNonce = used === undefined || used !== own || answerWasLost;
      answerWasLost = false;
      if (!(maybeNonce || this.isKnownKey) || challenges > challengesOfKnownKey) {
        return giveUp({ kind: this.isKnownKey ? "no longer accepted" : "wrong" });
      }
      own = { challenge, uses: 0 };
      return { again: true };
    };

    const giveUp = (problem: CredentialProblem): Refused => {
      own = undefined;
      return { again: false, problem };
    };

    return {
      ready,
      header,
      challenged,
      refused: () => {
        this.isKnownKey ||= used !== undefined;
        return false;
      },
      accepted: () => {
        this.isKnownKey ||= used !== undefined;
        // Only now may others use it: a request of theirs that overtook this one could have spoiled the nonce.
        this.session ??= own;
        own = undefined;
        challenges = 0;
        lead?.pass();
        lead = undefined;
      },
      abandoned: () => {
        answerWasLost = used !== undefined;
      },
      ended: (problem) => {
        if (problem === undefined) {
          lead?.pass();
        } else {
          lead?.fail(problem);
        }
        lead = undefined;
      },
    };
  }

  /** Lets the others wait for this request. */
  private takeLead(): Lead {
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
  return {
    realm,
    nonce,
    opaque: parameters.get("opaque"),
    stale: parameters.get("stale")?.toLowerCase() === "true",
  };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
