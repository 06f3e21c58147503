import type { AtlasEvent } from "../../atlas/operations/index";
import type { Affected } from "./affected";
import { type Actor, type Attribution, type Unknown, type WhyGone, whyGone } from "./attributionFields";
import type { DriftRow } from "./driftRow";
import { actorOf, atTime, inSentence } from "./eventSentences";

/** What Atlas has said that may explain a row. */
export interface Testimony {
  /** Events of the project, or of the organization, or of both; `undefined` when they could not be read. */
  events: readonly AtlasEvent[] | undefined;
  /** Invitations to the project or team that came to nothing, by the username in lower case, and by the id of the user. */
  ended: ReadonlyMap<string, EndedInvitation>;
  /** From when on they are; `undefined` when as far back as Atlas keeps them. */
  since: Date | undefined;
  now: Date;
}

/** An invitation that has expired or was rejected. */
export interface EndedInvitation {
  userId: string;
  username: string;
  orgMembershipStatus?: string | undefined;
  invitationExpiresAt?: string | null | undefined;
}

/** The types of events that may explain what has happened to a member, by its project or team. */
const aboutMembers = {
  project: {
    changed: [
      "USER_ROLES_CHANGED_AUDIT",
      "INVITED_TO_GROUP",
      "JOINED_GROUP",
      "JOIN_GROUP_REQUEST_APPROVED_AUDIT",
    ],
    deleted: ["REMOVED_FROM_GROUP", "GROUP_INVITATION_DELETED"],
    unmanaged: [
      "INVITED_TO_GROUP",
      "JOINED_GROUP",
      "JOIN_GROUP_REQUEST_APPROVED_AUDIT",
      "USER_ROLES_CHANGED_AUDIT",
    ],
  },
  team: {
    changed: ["INVITED_TO_TEAM", "JOINED_TEAM"],
    deleted: ["REMOVED_FROM_TEAM"],
    unmanaged: ["INVITED_TO_TEAM", "JOINED_TEAM"],
  },
} as const;

/** The types of events of an organization by which somebody goes from all its projects and teams. */
export const departures: readonly string[] = ["REMOVED_FROM_ORG", "ORG_INVITATION_DELETED"];

/** The types of events that may explain a row, but for the departures from the organization of a project. */
export function eventTypesFor(row: DriftRow, affected: Affected): readonly string[] {
  if (affected.kind === "other") {
    return affected.eventTypes;
  }
  const { kind } = affected.place;
  const types = aboutMembers[kind][row.kind];
  return kind === "team" && row.kind === "deleted" ? [...types, ...departures] : types;
}

/** Explains a row by what Atlas has said. */
export function attribute(row: DriftRow, affected: Affected | undefined, testimony: Testimony): Attribution {
  if (affected === undefined) {
    return unknown("noFeed", "it is not known who did it: Atlas has no events about it");
  }
  const ended = row.kind === "deleted" ? endedInvitation(affected, testimony) : undefined;
  if (ended !== undefined) {
    return ended;
  }
  if (testimony.events === undefined) {
    return unknown("notReadable", "it is not known who did it: the events could not be read");
  }
  const types = [...eventTypesFor(row, affected), ...(row.kind === "deleted" ? departures : [])];
  const about = testimony.events.filter(
    (event) => types.includes(event.eventTypeName) && isAbout(event, affected),
  );
  const candidates = withoutAcceptances(about, row);
  const [newest] = candidates.sort(newestFirst);
  if (newest === undefined) {
    return unknown("noEvent", noEvent(testimony));
  }
  const rivals = namesOfRivals(newest, candidates, affected);
  return rivals.length > 1
    ? unknown(
        "ambiguous",
        `by one of ${rivals.join(" and ")}: each changed a team of this user, and the events do not say which`,
      )
    : fromEvent(newest, row, testimony.now);
}

/** The row with its attribution; its message says why somebody is not there any more, where that is known. */
export function attributed(row: DriftRow, attribution: Attribution): DriftRow {
  const because = attribution.why === null ? undefined : whyGone[attribution.why];
  const gone = row.subject.replace(/ in (?=project |team )/, " is not in ");
  return {
    ...row,
    ...(because === undefined ? {} : { message: `${gone} any more: ${because}.` }),
    attribution,
  };
}

function unknown(reason: Unknown, sentence: string): Attribution {
  return { by: null, at: null, from: null, eventType: null, why: null, reason, sentence };
}

function noEvent({ since, now }: Testimony): string {
  return since === undefined
    ? "no event explains it: Atlas may not have kept it, or has none for such a change"
    : `no event since ${atTime(since, now)} explains it: the change may be older, or Atlas may not have kept the event`;
}

/** By what Atlas lists of the invitation, which has precedence: whoever was removed may have been invited again. */
function endedInvitation(affected: Affected, { ended, now }: Testimony): Attribution | undefined {
  const names = affected.kind === "member" ? affected.names : [];
  const [found] = names.flatMap((name) => ended.get(name) ?? []);
  if (found === undefined) {
    return undefined;
  }
  const nothing = { from: null, eventType: null, reason: null };
  if (found.orgMembershipStatus === "INVITATION_REJECTED") {
    const by: Actor = { kind: "user", name: found.username };
    const sentence = `by ${found.username}, who rejected the invitation`;
    return { ...nothing, by, at: null, why: "invitationRejected", sentence };
  }
  const at = new Date(found.invitationExpiresAt ?? Number.NaN);
  const isKnown = !Number.isNaN(at.getTime());
  return {
    ...nothing,
    by: null,
    at: isKnown ? at.toISOString() : null,
    why: "invitationExpired",
    sentence: `by nobody: the invitation expired${isKnown ? `, ${atTime(at, now)}` : ""}`,
  };
}

/** Whole names are compared, in lower case: two people can have a part of a name in common, or all but the domain. */
function isAbout({ targetUsername, teamId }: AtlasEvent, affected: Affected): boolean {
  if (affected.kind === "other") {
    return true;
  }
  const isSameTeam =
    affected.place.kind === "project" || teamId == null || teamId === affected.place.teamId.toLowerCase();
  return isSameTeam && affected.names.includes(targetUsername?.toLowerCase() ?? "");
}

/**
 * Without the events of users who accept an invitation: that changes no roles, and it is the one who has invited that has
 * let somebody in. An acceptance counts where nothing else is known of an unmanaged member.
 */
function withoutAcceptances(events: readonly AtlasEvent[], { kind }: DriftRow): AtlasEvent[] {
  const isAcceptance = ({ eventTypeName, username, targetUsername }: AtlasEvent): boolean =>
    /^JOINED_/.test(eventTypeName) && username != null && isSameName(username, targetUsername);
  const others = events.filter((event) => !isAcceptance(event));
  return others.length > 0 || kind !== "unmanaged" ? others : [...events];
}

function isSameName(one: string, other: string | null | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

function newestFirst(one: AtlasEvent, other: AtlasEvent): number {
  // Ids grow in the order of creation, and dates have whole seconds.
  return Date.parse(other.created) - Date.parse(one.created) || (one.id < other.id ? 1 : -1);
}

/** Who may have done it where the events about a user do not say to which of the teams it was done. */
function namesOfRivals(newest: AtlasEvent, candidates: AtlasEvent[], affected: Affected): string[] {
  const isNamed = ({ teamId, eventTypeName }: AtlasEvent): boolean =>
    teamId != null || departures.includes(eventTypeName);
  if (affected.kind === "other" || affected.place.kind === "project" || isNamed(newest)) {
    return [];
  }
  const names = candidates.filter((event) => !isNamed(event)).map((event) => inSentence(actorOf(event)));
  return [...new Set(names)].sort();
}

function fromEvent(event: AtlasEvent, row: DriftRow, now: Date): Attribution {
  const by = actorOf(event);
  const at = new Date(event.created);
  const from = event.remoteAddress ?? null;
  const parts = [`by ${inSentence(by)}`, atTime(at, now), ...(from === null ? [] : [`from ${from}`])];
  const isOwnDoing = by?.kind === "user" && by.name !== null && isSameName(by.name, event.targetUsername);
  return {
    by,
    at: at.toISOString(),
    from,
    eventType: event.eventTypeName,
    why: row.kind === "deleted" ? reasonOf(event.eventTypeName, isOwnDoing) : null,
    reason: null,
    sentence: parts.join(", "),
  };
}

function reasonOf(eventType: string, isOwnDoing: boolean): WhyGone | null {
  switch (eventType) {
    case "REMOVED_FROM_GROUP":
    case "REMOVED_FROM_TEAM":
      return isOwnDoing ? "left" : "removed";
    case "REMOVED_FROM_ORG":
      return isOwnDoing ? "leftOrganization" : "removedFromOrganization";
    case "GROUP_INVITATION_DELETED":
    case "ORG_INVITATION_DELETED":
      return isOwnDoing ? "invitationRejected" : "invitationWithdrawn";
    default:
      return null;
  }
}
