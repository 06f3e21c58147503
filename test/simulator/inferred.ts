/**
 * Decisions that no public material settles. Each constant is a guess about the real Atlas; nothing else in the
 * simulator guesses. Where a wrong guess would matter to a client, the sentence says in which direction it errs.
 */

/** Permission failures are documented as 401 without `WWW-Authenticate`; some clients have expected 403. */
export const permissionDeniedStatus = 401;

/** Refused by the API access list: the documents say `…_WHITELIST`, the live service was seen to say this. */
export const accessListCode = "IP_ADDRESS_NOT_ON_ACCESS_LIST";

/** The documents give both `RATE_LIMITED` and this one for a 429; only this one was ever seen in a log. */
export const throttledCode = "RATE_LIMITED_TOKEN_BUCKET";

/** One document says 406 for a missing or unknown version date, another says 400 with this code. */
export const versionRefusedStatus = 406;
export const versionRefusedCode = "INVALID_VERSION_DATE";

/** A body under another media type than the one accepted: no document names the answer. */
export const wrongContentTypeStatus = 415;
export const wrongContentTypeCode = "UNSUPPORTED_MEDIA_TYPE";

/** The example of a generic 404 in the API description, used for paths that do not exist. */
export const noSuchResourceCode = "RESOURCE_NOT_FOUND";

/** The `{org}` in 'Maximum number of users per org (500) in {org} exceeded': the id, and not the name. */
export const fullOrganizationIsNamedBy = "id";

/** Not documented for users of a project; for API keys of a project a live log shows it. */
export const unknownRoleCode = "INVALID_ENUM_VALUE";

/** An organization that does not exist; the code is not on the public list. */
export const unknownOrganizationCode = "ORG_NOT_FOUND";

/** A query parameter that the operation does not have or whose value does not fit. */
export const badQueryCode = "INVALID_QUERY_PARAMETER";

/** `envelope=true` is documented as 'adds status'; the name of the wrapped body comes from the v1 API. */
export const envelopeBodyKey = "content";

/** Filters such as `username` are repeated in the `self` and `next` links. */
export const linksKeepFilters = true;

/** The public ApiError for a bad Bearer token; only the header is certain, by RFC 6750. */
export const badTokenCode = "UNAUTHORIZED";

/** Whose token is revoked is not looked at beyond the client, and an unknown token is no error: RFC 7009. */
export const revokingAnUnknownTokenIsRefused = false;

/** `inviterUsername` of an invitation that a service account sends; for API keys it is the public key. */
export const serviceAccountInvitesAs = "clientId";

/** The organization role of a person who was invited through a project. */
export const defaultOrganizationRole = "ORG_MEMBER";

/** Invitations of the deprecated endpoint of a *project*: no list of users shows them, the one of invitations may. */
export const organizationListsInvitationsOfProjects = true;

/** `:addRole` of a role already held and `:removeRole` of one not held: 409 is documented, the codes are not. */
export const roleAlreadyHeldCode = "USER_ALREADY_HAS_GROUP_ROLE";
export const roleNotHeldCode = "USER_DOES_NOT_HAVE_GROUP_ROLE";

/**
 * A pending user removed from the only project stays invited to the organization, so adding the same person
 * again amends that invitation and sends no second e-mail.
 */
export const pendingUserStaysInOrganization = true;

/** Replacing an expired or rejected invitation drops its other projects and its teams. */
export const replacedInvitationLosesOtherAccess = true;

/** Only an active owner counts as an owner who is left; a pending one does not save the last. */
export const pendingOwnersCount = false;

/** A second link token for an organization that has one replaces it; Atlas might refuse or keep both. */
export const secondLinkTokenReplacesFirst = true;

/** An address on a link token's access list that is neither an IP address nor a CIDR block. */
export const badAccessListCode = "INVALID_IP_ADDRESS_OR_CIDR_NOTATION";

/** No error code of the live migrations is public. */
export const unknownMigrationCode = "LIVE_MIGRATION_NOT_FOUND";
export const cutoverNotReadyCode = "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER";
export const cutoverRepeatedCode = "LIVE_MIGRATION_CUTOVER_ALREADY_STARTED";

/** A migration that became ready expires after the documented 120 hours unless it is cut over. */
export const readyForMs = 120 * 60 * 60 * 1000;

/** A deferral outside the 'limited time window' that the documents mention without a code. */
export const deferOutsideTimeCode = "ATLAS_MAINTENANCE_DEFERRAL_NOT_ALLOWED";

/** A window that was never set shows day and hour 0; clients treat an absent day alike. */
export const unsetWindowShowsZeros = true;

/** The documents lock the window while maintenance is scheduled, yet also say that a PATCH resets the deferrals. */
export const windowLockedWhileScheduled = false;

/** Resetting the window leaves the maintenance that is scheduled where it is. */
export const resetUnschedulesMaintenance = false;

/** The pipelines are no longer described; what an unknown one answered is not known. */
export const unknownPipelineCode = "DATA_LAKE_PIPELINE_NOT_FOUND";

/** Only the sunset of the pipelines is documented, not the date of their deprecation. */
export const pipelinesDeprecatedOn = Date.UTC(2024, 8, 9);

/** An endpoint that has been removed no longer announces its removal. */
export const removedEndpointKeepsSunsetHeaders = false;

/** The pipelines are not in the table of rate limits. */
export const unlistedEndpointSet = { capacity: 1200, refill: 500 };

/** The feed of events comes newest first, as Atlas's own interface shows it. Clients must not rely on either order. */
export const eventsNewestFirst = true;

/** An event in the very second of `minDate` or `maxDate` is among those that are listed. */
export const dateFiltersIncludeTheirSecond = true;

/** A filter by a type of event that the feed does not have: no document names the answer. */
export const unknownEventTypeCode = "INVALID_ENUM_VALUE";

/**
 * Where an event names the service account that caused it: no field is documented for it. Invitations name it where they
 * have the public key of an API key, so events may as well.
 */
export const serviceAccountIsNamedIn: "publicKey" | "delegatePrincipal" = "publicKey";

/** An event of a MongoDB employee has `isGlobalAdmin`; whether it has a username as well is not known. */
export const employeesAreNamed = true;

/** The event of a colleague who adds somebody that belongs to the organization already, and so is not invited. */
export const addedWithoutInvitation = { project: "JOINED_GROUP", team: "JOINED_TEAM" };

/** Who leaves the organization, or is removed from it, leaves its projects and teams without an event in their feeds. */
export const leavingTheOrganizationShowsInProjects = false;

/** Atlas's table of rate limits was not looked at for events; a wrong guess shows in tests of throttling only. */
export const eventsEndpointSet = { capacity: 1200, refill: 500 };

/** The set of the operation that looks at a project; the table of rate limits may have another name for it. */
export const projectEndpointSet = { capacity: 1200, refill: 500 };

/** The set of the operation that lists the limits. Its own limit is not in the table. */
export const rateLimitsEndpointSet = { capacity: 1200, refill: 500 };

/** Limits of a project that is not there or not the caller's; 404 is not among the answers that are described. */
export const limitsOfUnseenAre = {
  status: 401,
  project: "USER_CANNOT_ACCESS_GROUP",
  organization: "USER_CANNOT_ACCESS_ORG",
};

/** Limits of a project and of an organization at once; each parameter is described as if it were the only one. */
export const limitsOfSeveralScopesAreRefused = true;

/** Without a scope the limits of all scopes are listed; a wrong guess leaves out some. */
export const limitsWithoutScopeAreAll = true;

/**
 * What the reading keys hold in each organization and each of its projects. Organization Member alone would not see
 * the limits of the organization.
 */
export const rolesOfReader: ReadonlySet<string> = new Set(["ORG_READ_ONLY", "GROUP_READ_ONLY"]);

/** Code of the 405 for a path that has no such method; a wrong guess shows in an error message only. */
export const wrongMethodCode = "METHOD_NOT_ALLOWED";

/** Code of the 400 for an hour that is none; a wrong guess shows in an error message only. */
export const badHourCode = "ATLAS_INVALID_MAINTENANCE_WINDOW_HOUR_OF_DAY";

/**
 * Whether a list with `flattenTeams=true` shows the roles that a team gives, or of who is there by a team alone no role. Tests
 * of the review play both.
 */
export const flattenedListShowsRolesOfTeams = true;

/**
 * Whether a list with `includeOrgUsers=true` shows the role in the project that a role in the organization amounts to. Tests of
 * the review play both.
 */
export const flattenedListShowsImpliedRoles = false;

/** A user who has been added and has never signed in has no time of the last sign-in, rather than the one of the addition. */
export const neverSignedInShowsAsNull = true;
