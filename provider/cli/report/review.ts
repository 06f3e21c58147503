import type { AtlasProjectUser } from "../../atlas/operations/index";
import type { Declaration, Declarations } from "./reviewDeclarations";
import { findWays, type Sources, type Way } from "./reviewWays";

/** Who may do what in some projects. */
export interface Review {
  now: Date;
  /** The stacks whose declarations are in it. */
  stacks: readonly string[];
  projects: readonly ReviewedProject[];
  /** What it does not say, and why: sentences. */
  gaps: readonly string[];
}

export interface ReviewedProject {
  projectId: string;
  /** Its label or its name, or else its id. */
  name: string;
  rows: readonly ReviewRow[];
}

/** One way by which a user has access to a project. */
export interface ReviewRow {
  username: string;
  isPending: boolean;
  way: Way;
  /** The teams of the way by their names; of several, at least one is the way. */
  teams: readonly string[];
  isOwner: boolean;
  declaredBy: readonly Declaration[];
  /** Roles of the row that none of these resources declares, where they say so. */
  undeclaredRoles: readonly string[];
  /** Since when somebody is known to have access this way, in ISO 8601. */
  since: { at: string; because: "declared" | "invited" } | undefined;
  /** When the account was made: before that nobody had access by it. */
  accountSince: string | undefined;
  lastSignIn: string | undefined;
  /** While it is open. */
  invitation: Invitation | undefined;
}

export interface Invitation {
  sentAt: string | undefined;
  expiresAt: string | undefined;
  sentBy: string | undefined;
}

/** What Atlas says of a project. */
export interface ProjectFacts extends Sources {
  name: string;
  orgId: string | undefined;
}

/** The rows of a project, by user and way, and the teams that may be a further way for some of them. */
export function reviewProject(
  facts: ProjectFacts,
  declarations: Declarations,
  nameOfTeam: (teamId: string) => string,
): ReviewedProject & { undecidedTeams: string[] } {
  const { projectId, name, users } = facts;
  const { byUser, undecided } = findWays(facts);
  const rows = [...users]
    .sort((one, other) => (one.username < other.username ? -1 : 1))
    .flatMap((user) =>
      (byUser.get(user.username.toLowerCase()) ?? []).map((way) =>
        rowOf(user, way, declaredBy(facts, user, way, declarations), nameOfTeam),
      ),
    );
  return { projectId, name, rows, undecidedTeams: [...undecided].map(nameOfTeam).sort() };
}

/** The resources that declare this way: the user in the project, or in a team. The package declares no roles of an organization. */
function declaredBy(
  { projectId, orgId }: ProjectFacts,
  { username, userId }: AtlasProjectUser,
  way: Way,
  declarations: Declarations,
): Declaration[] {
  const names = [username, userId];
  switch (way.kind) {
    case "project":
      return declarations.of({ kind: "project", projectId }, names);
    case "team":
      return way.teamIds.flatMap((teamId) => declarations.of({ kind: "team", teamId, orgId }, names));
    default:
      return [];
  }
}

function rowOf(
  user: AtlasProjectUser,
  way: Way,
  declaredBy: Declaration[],
  nameOfTeam: (teamId: string) => string,
): ReviewRow {
  const isPending = user.orgMembershipStatus === "PENDING";
  const roles = way.roles ?? [];
  const invitation = {
    sentAt: user.invitationCreatedAt ?? undefined,
    expiresAt: user.invitationExpiresAt ?? undefined,
    sentBy: user.inviterUsername ?? undefined,
  };
  return {
    username: user.username,
    isPending,
    way,
    teams: way.kind === "team" ? way.teamIds.map(nameOfTeam).sort() : [],
    isOwner: roles.includes("GROUP_OWNER") || roles.includes("ORG_OWNER"),
    declaredBy,
    undeclaredRoles: undeclaredIn(roles, declaredBy),
    since: isPending ? invitedAt(invitation) : declaredSince(declaredBy),
    accountSince: isPending ? undefined : (user.createdAt ?? undefined),
    lastSignIn: isPending ? undefined : (user.lastAuth ?? undefined),
    invitation: isPending ? invitation : undefined,
  };
}

/** None where a resource does not say which roles: a team's, or one with secret roles. */
function undeclaredIn(roles: readonly string[], declaredBy: readonly Declaration[]): string[] {
  const isSilent = declaredBy.length === 0 || declaredBy.some((each) => each.roles === undefined);
  return isSilent ? [] : roles.filter((role) => !declaredBy.some((each) => each.roles?.includes(role)));
}

function invitedAt({ sentAt }: Invitation): ReviewRow["since"] {
  return sentAt === undefined ? undefined : { at: sentAt, because: "invited" };
}

function declaredSince(declaredBy: readonly Declaration[]): ReviewRow["since"] {
  const [first] = declaredBy.flatMap(({ since }) => since?.toISOString() ?? []).sort();
  return first === undefined ? undefined : { at: first, because: "declared" };
}

/** What a project comes to. */
export interface Summary {
  users: number;
  owners: string[];
  /** Users with a way that no resource of the stacks declares; 0 where no stack is named. */
  undeclared: number;
  /** Further users, with roles that no resource declares of a way that one does declare; 0 where no stack is named. */
  withUndeclaredRoles: number;
  openInvitations: number;
}

export function summaryOf({ rows }: ReviewedProject, { stacks }: Pick<Review, "stacks">): Summary {
  const users = (of: readonly ReviewRow[]): string[] => [...new Set(of.map(({ username }) => username))];
  const compared = stacks.length === 0 ? [] : rows;
  const undeclared = users(compared.filter(({ declaredBy }) => declaredBy.length === 0));
  return {
    users: users(rows).length,
    owners: users(rows.filter(({ isOwner }) => isOwner)),
    undeclared: undeclared.length,
    withUndeclaredRoles: users(compared.filter(isUndeclared)).length - undeclared.length,
    openInvitations: users(rows.filter(({ isPending }) => isPending)).length,
  };
}

export function isUndeclared({ declaredBy, undeclaredRoles }: ReviewRow): boolean {
  return declaredBy.length === 0 || undeclaredRoles.length > 0;
}
