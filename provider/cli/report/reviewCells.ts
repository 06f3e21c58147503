import type { Review, ReviewRow } from "./review";

/** The columns of a table that people read, but for the project. */
const columns = [
  "User",
  "Roles",
  "By which way",
  "Declared by",
  "Since",
  "Last sign-in",
  "Open invitation",
] as const;

/** Those that say something: without a stack nothing is known of what is declared. */
export function columnsOf({ stacks }: Pick<Review, "stacks">): Column[] {
  return columns.filter((column) => column !== "Declared by" || stacks.length > 0);
}

export type Column = (typeof columns)[number];

/** What people read of a row. */
export type Cells = Readonly<Record<Column, string>>;

/** Shown where there is nothing to say. */
const nothing = "–";

export function cellsOf(row: ReviewRow, { now }: Review): Cells {
  return {
    User: row.username,
    Roles: row.way.roles === undefined ? "not shown by Atlas" : row.way.roles.join(", "),
    "By which way": wayOf(row),
    "Declared by": declaredBy(row),
    Since: sinceOf(row),
    "Last sign-in": signInOf(row, now),
    "Open invitation": invitationOf(row, now),
  };
}

export function wayOf({ way, teams }: ReviewRow): string {
  switch (way.kind) {
    case "project":
      return "added to the project";
    case "team":
      return `team ${teams.join(" or ")}`;
    case "organization":
      return "role in the organization";
    case "unknown":
      return "not known: a team or a role in the organization";
  }
}

function declaredBy({ declaredBy, undeclaredRoles }: ReviewRow): string {
  if (declaredBy.length === 0) {
    return "no resource";
  }
  const resources = declaredBy.map(({ resource, stack }) => `${resource} (${stack})`).join(", ");
  return undeclaredRoles.length === 0 ? resources : `${resources}, but not ${undeclaredRoles.join(", ")}`;
}

function sinceOf({ since, accountSince }: ReviewRow): string {
  if (since !== undefined) {
    return `${dayOf(since.at)} (${since.because})`;
  }
  return accountSince === undefined ? "not known" : `not known (account of ${dayOf(accountSince)})`;
}

function signInOf({ isPending, lastSignIn }: ReviewRow, now: Date): string {
  if (isPending) {
    return nothing;
  }
  return lastSignIn === undefined ? "none shown" : `${dayOf(lastSignIn)} (${agoOf(lastSignIn, now)})`;
}

function invitationOf({ invitation }: ReviewRow, now: Date): string {
  if (invitation === undefined) {
    return nothing;
  }
  const { sentAt, expiresAt, sentBy } = invitation;
  return [
    sentAt === undefined ? "age not shown" : `${ageOf(sentAt, now)} old`,
    ...(sentBy === undefined ? [] : [`by ${sentBy}`]),
    ...(expiresAt === undefined ? [] : [`until ${dayOf(expiresAt)}`]),
  ].join(", ");
}

/** The day of a time in ISO 8601 UTC; what has another form is shown as it is. */
export function dayOf(time: string): string {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? time : parsed.toISOString().slice(0, 10);
}

function agoOf(time: string, now: Date): string {
  const age = ageOf(time, now);
  return age === noDays ? "today" : `${age} ago`;
}

const noDays = "0 days";

const dayMs = 24 * 60 * 60 * 1_000;

function ageOf(time: string, now: Date): string {
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / dayMs));
  return Number.isNaN(days) ? "unknown time" : days === 1 ? "1 day" : `${days} days`;
}

/** The minute in which the review was made. */
export function madeAt({ now }: Review): string {
  return `${now.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** What it compares with, as a sentence. */
export function comparedWith({ stacks }: Review): string {
  return stacks.length === 0
    ? "No stack was named, so it does not say what is declared."
    : `What is declared is what the state of ${stacks.length === 1 ? "stack" : "the stacks"} ${stacks.join(", ")} holds.`;
}
