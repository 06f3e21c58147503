import { onOneLine } from "./inert";
import { isUndeclared, type Review, type ReviewedProject, type ReviewRow } from "./review";
import { wayOf } from "./reviewCells";

const head = [
  "project",
  "project_id",
  "user",
  "status",
  "roles",
  "way",
  "teams",
  "is_owner",
  "declared_by",
  "is_declared",
  "undeclared_roles",
  "since",
  "since_because",
  "account_since",
  "last_sign_in",
  "invited_at",
  "invitation_expires_at",
  "invited_by",
  "gap",
] as const;

type Fields = Partial<Record<(typeof head)[number], string>>;

/** The review as CSV (RFC 4180): a row for each way by which a user has access, and a row for each gap. Times are ISO 8601 in UTC. */
export function reviewCsv(review: Review): string {
  const rows = [
    ...review.gaps.map((gap): Fields => ({ gap })),
    ...review.projects.flatMap((project) => project.rows.map((row) => fieldsOf(row, project, review))),
  ];
  const lines = [[...head], ...rows.map((fields) => head.map((name) => fields[name] ?? ""))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

function fieldsOf(row: ReviewRow, { name, projectId }: ReviewedProject, { stacks }: Review): Fields {
  const { since, invitation } = row;
  const isKnown = stacks.length > 0;
  return {
    project: name,
    project_id: projectId,
    user: row.username,
    status: row.isPending ? "invited" : "active",
    roles: (row.way.roles ?? []).join(" "),
    way: row.way.kind === "unknown" ? wayOf(row) : row.way.kind,
    teams: row.teams.join(" or "),
    is_owner: yesOrNo(row.isOwner),
    declared_by: row.declaredBy.map(({ urn }) => urn).join(" "),
    is_declared: isKnown ? yesOrNo(!isUndeclared(row)) : "",
    undeclared_roles: row.undeclaredRoles.join(" "),
    ...(since === undefined ? {} : { since: since.at, since_because: since.because }),
    account_since: row.accountSince ?? "",
    last_sign_in: row.lastSignIn ?? "",
    invited_at: invitation?.sentAt ?? "",
    invitation_expires_at: invitation?.expiresAt ?? "",
    invited_by: invitation?.sentBy ?? "",
  };
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

/**
 * A field that every reader of CSV takes for the same text. Spreadsheets take a text that begins with one of these signs
 * for a formula, quoted or not, wide forms of the signs included; an apostrophe before it keeps it a text.
 */
export function csvCell(text: string): string {
  const shown = onOneLine(text);
  const inert = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/.test(shown) ? `'${shown}` : shown;
  return /[",'\s;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
