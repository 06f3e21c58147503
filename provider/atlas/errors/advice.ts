import type { CredentialProblem } from "../authentication/authentication";
import type { Settings } from "../settings";
import { printable } from "../text";
import type { Wording } from "../wording";

type Credentials = Settings["credentials"];

/** What is known of a refused request, as far as it matters for what the user should do. */
export interface Refusal {
  status: number;
  errorCode: string | undefined;
  credentials: Credentials;
  /** HTTP method of the request. */
  method: string;
  /** Role that the operation needs, such as `Project Owner`. */
  requiredRole: string;
}

/** What to do about a code, whatever the operation. Atlas lists them under "Atlas Administration API error codes". */
const byCode: ReadonlyMap<string, string> = new Map(
  Object.entries({
    IP_ADDRESS_NOT_ON_ACCESS_LIST:
      "Add this machine's address to the API access list of the credentials in Atlas.",
    IP_ADDRESS_NOT_ON_WHITELIST:
      "Add this machine's address to the API access list of the credentials in Atlas.",
    RESOURCE_NOT_FOUND:
      "Atlas knows nothing under this path: the project or the organization may be being deleted, or something on the way may have changed the path.",
    USER_CANNOT_ACCESS_ORG: "Check the organization's id, and that the credentials belong to it.",
    ORG_NOT_FOUND: "Check the organization's id, and that the credentials belong to it.",
    CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK:
      "Finish or cancel the live migrations of these projects first.",
    CANNOT_DELETE_LAST_ADMIN:
      "Give another user the role GROUP_OWNER in the project first; it must keep at least one Project Owner.",
    CANNOT_DEMOTE_LAST_ORG_OWNER:
      "Give another user the role ORG_OWNER first; the organization must keep at least one owner.",
    CANNOT_REMOVE_ALL_USER_ROLES:
      "A user must keep at least one role: remove the user instead, or declare a role.",
    MAX_USERS_PER_ORG_EXCEEDED:
      "The organization is full: remove users or pending invitations from it, or ask MongoDB to raise the limit.",
    MAX_USERS_PER_GROUP_EXCEEDED: "A project holds 500 users; remove some, or grant access through a team.",
    MAX_USERS_PER_TEAM_EXCEEDED: "A team holds 250 users; remove some, or use a second team.",
    MAX_TEAMS_PER_USER_EXCEEDED: "A user can be in 100 teams; remove the user from some.",
    DOMAIN_NOT_IN_ALLOW_LIST:
      "Ask an Organization Owner to add the e-mail domain to the organization's domain allow list.",
    INVALID_ROLE_FOR_GROUP: "Use a project role that Atlas knows, such as GROUP_READ_ONLY.",
    INVALID_ENUM_VALUE: "Use a project role that Atlas knows, such as GROUP_READ_ONLY.",
    UNSUPPORTED_ROLE: "Use a project role that Atlas knows, such as GROUP_READ_ONLY.",
    CANNOT_ADD_ORG_ROLE: "Use a project role (GROUP_…); organization roles are not granted in a project.",
    VERSION_GONE: "Atlas has removed this operation.",
    // A code of the token endpoint.
    access_denied:
      "The service account may have reached its limit of live access tokens, which expire within an hour; or it lacks access.",
  }),
);

/** Codes with which Atlas says that a project is missing, or that the credentials cannot see it. */
const unseenProjectCodes = new Set(["GROUP_NOT_FOUND", "USER_CANNOT_ACCESS_GROUP"]);

/** Codes for a missing permission. A 401 with any other code may be about the credentials themselves. */
export const permissionCodes: ReadonlySet<string> = new Set([
  "USER_UNAUTHORIZED",
  "NOT_ORG_OWNER",
  "NOT_IN_GROUP",
  "NOT_GROUP_USER_ADMIN",
  "NOT_ORG_USER_ADMIN",
  "USER_CANNOT_ACCESS_GROUP",
  "USER_CANNOT_ACCESS_ORG",
]);

/** One or two sentences that say what to do; the status decides first, because Atlas's codes vary for one case. */
export function advise(refusal: Refusal, wording: Wording): string {
  const { status, errorCode = "", credentials, requiredRole } = refusal;
  if (errorCode === "invalid_client") {
    return adviseOnCredentials(credentials, { kind: "wrong" }, wording);
  }
  if (unseenProjectCodes.has(errorCode)) {
    return adviseOnUnseenProject(refusal, wording);
  }
  const known = byCode.get(errorCode);
  if (known !== undefined) {
    return known;
  }
  if (status === 401 || status === 403) {
    return `Give the credentials the role ${requiredRole}, or use others that have it.`;
  }
  if (status === 407) {
    return "A proxy asks for a user name and password: set them in HTTPS_PROXY.";
  }
  if (status === 429) {
    return `Run the command again later, or ${wording.sendFewer}.`;
  }
  if (status >= 500) {
    return "Run the command again; if it goes on, look at the status page of MongoDB Atlas.";
  }
  if (status >= 300 && status < 400) {
    return `Redirects are not followed, so that the credentials reach no other host: check ${wording.baseUrl}.`;
  }
  return "";
}

function adviseOnUnseenProject({ method }: Refusal, { baseUrl, deletedProject }: Wording): string {
  const check = `Check the project's id, that it has not been deleted, and that ${baseUrl} and the credentials belong to its organization.`;
  // A request that was to create something leaves nothing to clean up.
  return method === "POST" || deletedProject === undefined ? check : `${check} ${deletedProject}`;
}

/** What to do about credentials that Atlas refuses outright. */
export function adviseOnCredentials(
  credentials: Credentials,
  problem: CredentialProblem,
  { baseUrl, rotatedCredentials }: Wording,
): string {
  const name = names[credentials.kind];
  const where = credentials.foundIn?.join(" and ") || "it";
  if (problem.kind === "unsupported") {
    return `The server asks for proof of a kind that is not supported (${printable(problem.asked).slice(0, 80)}), so the ${name} was not used: check that ${baseUrl} leads to Atlas itself.`;
  }
  if (problem.kind === "no longer accepted") {
    return `Atlas accepted the ${name} before and refuses it now: check that it has not been deleted or replaced since, then run the command again.`;
  }
  if (credentials.kind === "accessToken") {
    return `Atlas does not accept the access token of ${where}: tokens live for an hour, so fetch a new one, or use a service account.`;
  }
  const check = `Atlas does not accept the ${name}: check ${where}, and that it has not been deleted.`;
  return rotatedCredentials === undefined ? check : `${check} ${rotatedCredentials}`;
}

const names: Readonly<Record<Credentials["kind"], string>> = {
  apiKey: "API key",
  serviceAccount: "service account",
  accessToken: "access token",
};
