import type { Settings } from "./settings";

type Credentials = Settings["credentials"];

/** What is known of a failed request, as far as it decides what the user should do. */
export interface Refusal {
  status: number | undefined;
  errorCode: string | undefined;
  /** Code of the socket or resolver error, where there was no answer. */
  networkCode?: string | undefined;
  credentials: Credentials;
  /** HTTP method of the request. */
  method: string;
  /** Role that the operation needs, such as `Project Owner`. */
  role: string;
  host: string;
}

/** What to do about a code, whatever the operation. Atlas lists them under "Atlas Administration API error codes". */
const byCode: Readonly<Record<string, string>> = {
  IP_ADDRESS_NOT_ON_ACCESS_LIST:
    "Add this machine's address to the API access list of the credentials in Atlas.",
  IP_ADDRESS_NOT_ON_WHITELIST:
    "Add this machine's address to the API access list of the credentials in Atlas.",
  GROUP_NOT_FOUND:
    "Check the project's id, and that mongodbatlas:baseUrl and the credentials belong to its organization.",
  ORG_NOT_FOUND: "Check the organization's id, and that the credentials belong to it.",
  CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK:
    "Finish or cancel the live migrations of these projects first.",
  CANNOT_DELETE_LAST_ADMIN:
    "Give another user the role GROUP_OWNER in the project first; it must keep at least one Project Owner.",
  CANNOT_DEMOTE_LAST_ORG_OWNER:
    "Give another user the role ORG_OWNER first; the organization must keep at least one owner.",
  CANNOT_REMOVE_ALL_USER_ROLES:
    "A user must keep at least one role: remove the user instead, or declare a role.",
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
};

/** One or two sentences that say what to do; the status decides first, because Atlas's codes vary for one case. */
export function advise(refusal: Refusal): string {
  const { status, errorCode, networkCode, role } = refusal;
  if (status === undefined) {
    return adviseOnSilence(networkCode, refusal.host);
  }
  if (errorCode === "invalid_client") {
    return adviseOnWrongCredentials(refusal.credentials);
  }
  const known = errorCode === undefined ? undefined : byCode[errorCode];
  if (known !== undefined) {
    // A create looks for nothing that is in a state already.
    const mayBeGone = errorCode === "GROUP_NOT_FOUND" && refusal.method !== "POST";
    return mayBeGone
      ? `${known} If the project has been deleted, take what a stack has in it out of its state with \`pulumi state delete\`.`
      : known;
  }
  if (status === 401 || status === 403) {
    return `Give the credentials the role ${role}, or use others that have it.`;
  }
  if (status === 429) {
    return "Run the command again later, or with a lower --parallel.";
  }
  if (status >= 500) {
    return "Run the command again; if it goes on, look at the status page of MongoDB Atlas.";
  }
  if (status >= 300 && status < 400) {
    return "Redirects are not followed, so that the credentials reach no other host: check mongodbatlas:baseUrl.";
  }
  return "";
}

/** For credentials that Atlas refuses outright. */
export function adviseOnWrongCredentials(credentials: Credentials): string {
  const name = credentials.kind === "apiKey" ? "API key" : "service account";
  const places = credentials.foundIn ?? [];
  const check = `Atlas does not accept the ${name}: check ${places.join(" and ") || "it"}, and that it has not been deleted.`;
  return places.some((place) => place.startsWith("mongodbatlas:"))
    ? `${check} If it has been rotated, run \`pulumi up\` once without --refresh: a refresh goes by the configuration of the last update.`
    : check;
}

function adviseOnSilence(networkCode: string | undefined, host: string): string {
  switch (networkCode) {
    case "ENOTFOUND":
      return `The host name ${host} does not resolve: check mongodbatlas:baseUrl and the network's DNS.`;
    case "ECONNREFUSED":
      return `Nothing accepts connections at ${host}: check mongodbatlas:baseUrl, the network and the firewall.`;
    default:
      return `Check that ${host} can be reached from here, then run the command again.`;
  }
}
