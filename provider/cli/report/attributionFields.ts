/** Who has made a difference, when, from where, and why somebody is not there any more. */
export interface Attribution {
  /** Null where nobody did it, or where it is not known who did. */
  by: Actor | null;
  /** When, in ISO 8601 UTC. */
  at: string | null;
  /** The address that it was done from. */
  from: string | null;
  /** The type of the event that tells. */
  eventType: string | null;
  /** Why a member is not there any more, where that is known. */
  why: WhyGone | null;
  /** Why it is not known who did it. */
  reason: Unknown | null;
  /** All of it for people. */
  sentence: string;
}

/** Who has done something in Atlas. */
export interface Actor {
  /** `mongodbEmployee`: somebody on behalf of MongoDB. */
  kind: "user" | "apiKey" | "serviceAccount" | "mongodbEmployee";
  /** The username, public key or client id; null where Atlas does not tell it. */
  name: string | null;
}

/** Why it is not known who has made a difference. */
export type Unknown =
  /** No event in the feed explains it. */
  | "noEvent"
  /** Several people did the like, and the events do not tell which of them did this. */
  | "ambiguous"
  /** The feed could not be read; the gaps of the report say why. */
  | "notReadable"
  /** Atlas has no events about it. */
  | "noFeed";

/** Why a member is not there any more, and the words for it after a colon. */
export const whyGone = {
  invitationExpired: "the invitation has expired",
  invitationRejected: "the invitation was rejected",
  invitationWithdrawn: "the invitation was withdrawn",
  removed: "somebody removed the user",
  removedFromOrganization: "somebody removed the user from the organization",
  left: "the user left",
  leftOrganization: "the user left the organization",
} as const;

export type WhyGone = keyof typeof whyGone;
