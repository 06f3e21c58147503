import type { CredentialProblem, Exchange } from "./authentication/authentication";
import { type Clock, stopwatch } from "./clock";
import type { AtlasRequest } from "./request";
import { type Decision, type Failure, isAddressLimit } from "./retry";

/** What is known of one request while it is sent, which may take several attempts. */
export class Sending {
  /** Limits under which it has a turn now. */
  turns: string[] = [];
  /** Whether an attempt with proof is under way, to which Atlas has not answered yet. */
  isProven = false;
  failures = 0;
  /** Attempts that got no answer for as long as one may take. */
  silences = 0;
  /** How its last attempt failed. */
  failure: Failure | undefined;
  /** What happens to it after a failed attempt. */
  fate: Decision | { action: "repeat"; reason: "other proof" } | undefined;
  /** Why Atlas accepts no proof. */
  problem: CredentialProblem | undefined;
  /** Milliseconds since it began. */
  readonly ageMs: () => number;

  constructor(
    readonly request: AtlasRequest,
    /** Path and query, from `/api` on. */
    readonly url: string,
    readonly exchange: Exchange,
    /** Its place in the queues. */
    readonly ticket: number,
    clock: Clock,
  ) {
    this.ageMs = stopwatch(clock);
  }

  /** The limits that it counts against, in the order in which it takes its turns. */
  get limits(): string[] {
    const { mayInvite, rateLimitSet } = this.request;
    return mayInvite ? [invitations, rateLimitSet] : [rateLimitSet];
  }

  /** The limit that its last failure is about, if it is about one. */
  get refusedUnder(): string {
    const isAboutInvitations =
      this.failure !== undefined && isAddressLimit(this.failure) && this.limits.includes(invitations);
    return isAboutInvitations ? invitations : this.request.rateLimitSet;
  }
}

/** Atlas limits invitations by the sender's address, whichever project they are for. */
export const invitations = "invitations";

declare module "axios" {
  interface AxiosRequestConfig {
    /** The request that this attempt belongs to. */
    sending?: Sending;
  }
}
