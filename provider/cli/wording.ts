import { typeToken } from "../resources/registration";
import type { Properties } from "./engine";
import { inWords, secretText, texts } from "./values";

/** What a refresh has found has come about at a time, and by somebody. */
export interface Circumstances {
  now: Date;
  /** Who may have done it, such as `outside the stack`. */
  cause: string;
}

/** How to speak of one type of resource; properties come without secrets, and with words for what is not known yet. */
export interface Wording {
  /** Who or what it is about. */
  subject(of: Properties): string;
  /** What a refresh has found, for a property that differs. */
  changed(
    of: Properties,
    property: string,
    values: { declared: unknown; actual: unknown },
    circumstances: Circumstances,
  ): string;
  /** That it is gone, by what was known of it. */
  gone(known: Properties, circumstances: Circumstances): string;
  /** What an update is going to do. */
  willCreate(of: Properties): string;
  /** @param property empty when no argument differs */
  willUpdate(of: Properties, property: string, before: unknown, after: unknown): string;
  willDelete(of: Properties): string;
  /** That it stays while another resource takes over, to precede a colon. For members only. */
  willStay?(of: Properties): string;
}

/**
 * The wording for a type token. Every type of another package is spoken of in the same way, and so is a resource of which
 * too little is known.
 */
export function wordingFor(type: string, name: string, known: Properties): Wording {
  const { wording, needs } = wordings.get(type) ?? { wording: anything(type, name), needs: [] };
  const isKnown = (property: string): boolean => (known[property] ?? undefined) !== undefined;
  return needs.every((either) => either.some(isKnown)) ? wording : anything(type, name);
}

const projectUser: Wording = {
  subject: ({ username, projectId }) => `${username} in project ${projectId}`,
  changed: (of, property, { declared, actual }, { cause }) =>
    property === "roles" && Array.isArray(actual)
      ? `${of["username"]} ${describeRoles(declared, actual, "was given", "lost")} ${cause}.`
      : changedBy(cause, projectUser.subject(of), property),
  gone: (known, { now, cause }) => {
    const { username, projectId, orgMembershipStatus, invitationExpiresAt } = known;
    if (orgMembershipStatus !== "PENDING") {
      return `${username} was removed from project ${projectId} ${cause}.`;
    }
    // What the state knows may be as old as the last update, so that the invitation may have been accepted since.
    const invitation =
      typeof invitationExpiresAt === "string" && Date.parse(invitationExpiresAt) <= now.getTime()
        ? `expired on ${invitationExpiresAt}`
        : "has expired, or was withdrawn or rejected";
    return (
      `${username} is not in project ${projectId} any more: the invitation ${invitation}, ` +
      "or was accepted and the user has been removed since."
    );
  },
  willCreate: ({ username, projectId, roles }) =>
    `${username} will be invited to project ${projectId} with ${inWords(roles)}, or brought to these roles if there already.`,
  willUpdate: (of, property, before, after) =>
    property === "roles" && Array.isArray(after)
      ? `${of["username"]} ${describeRoles(before, after, "will be given", "will lose")} in project ${of["projectId"]}.`
      : becomes(projectUser.subject(of), property, before, after),
  willDelete: ({ username, projectId }) => `${username} will be removed from project ${projectId}.`,
  willStay: ({ username, projectId }) => `${username} stays in project ${projectId}`,
};

const teamUser: Wording = {
  subject: ({ username, userId, teamId }) => `${username ?? userId} in team ${teamId}`,
  changed: (of, property, _values, { cause }) => changedBy(cause, teamUser.subject(of), property),
  gone: ({ username, userId, teamId }, { cause }) =>
    `${username ?? userId} left team ${teamId} ${cause}: removed from the team, or gone from the organization.`,
  willCreate: ({ username, userId, teamId }) => `${username ?? userId} will be in team ${teamId}.`,
  willUpdate: (of, property, before, after) => becomes(teamUser.subject(of), property, before, after),
  willDelete: ({ username, userId, teamId }) => `${username ?? userId} will be removed from team ${teamId}.`,
  willStay: ({ username, userId, teamId }) => `${username ?? userId} stays in team ${teamId}`,
};

const linkToken: Wording = {
  subject: ({ orgId }) => `the link of organization ${orgId}`,
  changed: (of, property, _values, { cause }) => changedBy(cause, linkToken.subject(of), property),
  gone: ({ orgId }, { cause }) => `The link of organization ${orgId} was dropped ${cause}.`,
  willCreate: ({ orgId }) => `A link token will be made for organization ${orgId}.`,
  willUpdate: (of, property, before, after) => becomes(linkToken.subject(of), property, before, after),
  willDelete: ({ orgId }) =>
    `The link of organization ${orgId} will be dropped, and its token stops working.`,
};

const migrationCutover: Wording = {
  subject: ({ liveMigrationId, projectId }) => `live migration ${liveMigrationId} of project ${projectId}`,
  changed: (of, property, { declared, actual }, { cause }) =>
    property === "status"
      ? `${capital(migrationCutover.subject(of))} is ${inWords(actual)}, and not ${inWords(declared)}.`
      : changedBy(cause, migrationCutover.subject(of), property),
  gone: (of) => `${capital(migrationCutover.subject(of))} is gone.`,
  willCreate: (of) =>
    `${capital(migrationCutover.subject(of))} will be cut over once it is ready. This cannot be undone.`,
  willUpdate: (of) => `${capital(migrationCutover.subject(of))} will be waited for until it is complete.`,
  willDelete: (of) => letGo(migrationCutover.subject(of)),
};

const maintenanceDeferral: Wording = {
  subject: ({ projectId }) => `the maintenance of project ${projectId}`,
  changed: (of, property, { declared, actual }, { cause }) =>
    property === "deferrals"
      ? `${capital(maintenanceDeferral.subject(of))} is deferred ${times(actual)}, and not ${times(declared)}: ` +
        "its window was edited, or the maintenance has taken place."
      : changedBy(cause, maintenanceDeferral.subject(of), property),
  gone: (of) => `${capital(maintenanceDeferral.subject(of))} is gone.`,
  willCreate: (of) =>
    `${capital(maintenanceDeferral.subject(of))}, if any is scheduled, will be deferred ${times(of["deferrals"])}, a week each time.`,
  willUpdate: (of, property, before, after) =>
    property === "triggers"
      ? `${capital(maintenanceDeferral.subject(of))} will be looked at again, and deferred ${times(of["deferrals"])} if it is not yet.`
      : becomes(maintenanceDeferral.subject(of), property, before, after),
  willDelete: (of) => letGo(maintenanceDeferral.subject(of)),
};

/** Each with the properties that it cannot do without, or one of several. */
const wordings: ReadonlyMap<string, { wording: Wording; needs: string[][] }> = new Map([
  [typeToken("ProjectUser"), { wording: projectUser, needs: [["projectId"], ["username"]] }],
  [typeToken("TeamUser"), { wording: teamUser, needs: [["teamId"], ["username", "userId"]] }],
  [typeToken("LinkToken"), { wording: linkToken, needs: [["orgId"]] }],
  [typeToken("MigrationCutover"), { wording: migrationCutover, needs: [["projectId"], ["liveMigrationId"]] }],
  [typeToken("MaintenanceDeferral"), { wording: maintenanceDeferral, needs: [["projectId"]] }],
]);

function anything(type: string, name: string): Wording {
  const subject = `${type.split(":").at(-1)} ${name}`;
  return {
    subject: () => subject,
    changed: (_of, property, _values, { cause }) => changedBy(cause, subject, property),
    gone: (_known, { cause }) => `${subject} was deleted ${cause}.`,
    willCreate: () => `${subject} will be created.`,
    willUpdate: (_of, property, before, after) => becomes(subject, property, before, after),
    willDelete: () => `${subject} will be deleted.`,
  };
}

/** For what stays in Atlas when the stack lets go of it. */
export function letGo(subject: string): string {
  return `${capital(subject)} will not be managed any more. Nothing changes in Atlas.`;
}

function changedBy(cause: string, subject: string, property: string): string {
  return `${capital(subject)}: ${property} was changed ${cause}.`;
}

function becomes(subject: string, property: string, before: unknown, after: unknown): string {
  if (property === "") {
    return `${capital(subject)} will be updated.`;
  }
  return before === secretText && after === secretText
    ? `${capital(subject)}: ${property}, which is secret, will change.`
    : `${capital(subject)}: ${property} will be ${inWords(after)}, and not ${inWords(before)}.`;
}

/** `was given GROUP_OWNER and lost GROUP_READ_ONLY` */
function describeRoles(before: unknown, after: unknown, given: string, lost: string): string {
  const had = texts(before);
  const has = texts(after);
  const gained = has.filter((role) => !had.includes(role));
  const missing = had.filter((role) => !has.includes(role));
  return [
    ...(gained.length > 0 ? [`${given} ${gained.join(", ")}`] : []),
    ...(missing.length > 0 ? [`${lost} ${missing.join(", ")}`] : []),
  ].join(" and ");
}

function times(count: unknown): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${inWords(count)} times`;
}

/** A subject at the beginning of a sentence. */
export function capital(text: string): string {
  // An e-mail address keeps its spelling.
  return /^(the|live|resource) /.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
}
