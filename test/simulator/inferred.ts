/**
 * Decisions that no public material settles. Each constant is a guess about the real Atlas; nothing else in the
 * simulator guesses. Where a wrong guess would matter to a client, the sentence says in which direction it errs.
 */

/** Permission failures are documented as 401 without `WWW-Authenticate`; some clients have expected 403. */
export const PERMISSION_DENIED_STATUS = 401;

/** Refused by the API access list: the documents say `…_WHITELIST`, the live service was seen to say this. */
export const ACCESS_LIST_CODE = "IP_ADDRESS_NOT_ON_ACCESS_LIST";

/** The documents give both `RATE_LIMITED` and this one for a 429; only this one was ever seen in a log. */
export const THROTTLED_CODE = "RATE_LIMITED_TOKEN_BUCKET";

/** One document says 406 for a missing or unknown version date, another says 400 with this code. */
export const VERSION_REFUSED_STATUS = 406;
export const VERSION_REFUSED_CODE = "INVALID_VERSION_DATE";

/** A body under another media type than the one accepted: no document names the answer. */
export const WRONG_CONTENT_TYPE_STATUS = 415;
export const WRONG_CONTENT_TYPE_CODE = "UNSUPPORTED_MEDIA_TYPE";

/** The example of a generic 404 in the API description, used for paths that do not exist. */
export const NO_SUCH_RESOURCE_CODE = "RESOURCE_NOT_FOUND";

/** The `{org}` in 'Maximum number of users per org (500) in {org} exceeded': the id, and not the name. */
export const FULL_ORGANIZATION_IS_NAMED_BY = "id";

/** Not documented for users of a project; for API keys of a project a live log shows it. */
export const UNKNOWN_ROLE_CODE = "INVALID_ENUM_VALUE";

/** An organization that does not exist; the code is not on the public list. */
export const UNKNOWN_ORGANIZATION_CODE = "ORG_NOT_FOUND";

/** A query parameter that the operation does not have or whose value does not fit. */
export const BAD_QUERY_CODE = "INVALID_QUERY_PARAMETER";

/** `envelope=true` is documented as 'adds status'; the name of the wrapped body comes from the v1 API. */
export const ENVELOPE_BODY_KEY = "content";

/** Filters such as `username` are repeated in the `self` and `next` links. */
export const LINKS_KEEP_FILTERS = true;

/** The public ApiError for a bad Bearer token; only the header is certain, by RFC 6750. */
export const BAD_TOKEN_CODE = "UNAUTHORIZED";

/** Whose token is revoked is not looked at beyond the client, and an unknown token is no error: RFC 7009. */
export const REVOKING_AN_UNKNOWN_TOKEN_IS_REFUSED = false;

/** `inviterUsername` of an invitation that a service account sends; for API keys it is the public key. */
export const SERVICE_ACCOUNT_INVITES_AS = "clientId";

/** The organization role of a person who was invited through a project. */
export const DEFAULT_ORGANIZATION_ROLE = "ORG_MEMBER";

/** Invitations of the deprecated endpoint of a *project*: no list of users shows them, the one of invitations may. */
export const ORGANIZATION_LISTS_INVITATIONS_OF_PROJECTS = true;

/** `:addRole` of a role already held and `:removeRole` of one not held: 409 is documented, the codes are not. */
export const ROLE_ALREADY_HELD_CODE = "USER_ALREADY_HAS_GROUP_ROLE";
export const ROLE_NOT_HELD_CODE = "USER_DOES_NOT_HAVE_GROUP_ROLE";

/**
 * A pending user removed from the only project stays invited to the organization, so adding the same person
 * again amends that invitation and sends no second e-mail.
 */
export const PENDING_USER_STAYS_IN_ORGANIZATION = true;

/** Replacing an expired or rejected invitation drops its other projects and its teams. */
export const REPLACED_INVITATION_LOSES_OTHER_ACCESS = true;

/** Only an active owner counts as an owner who is left; a pending one does not save the last. */
export const PENDING_OWNERS_COUNT = false;

/** A second link token for an organization that has one replaces it; Atlas might refuse or keep both. */
export const SECOND_LINK_TOKEN_REPLACES_FIRST = true;

/** An address on a link token's access list that is neither an IP address nor a CIDR block. */
export const BAD_ACCESS_LIST_CODE = "INVALID_IP_ADDRESS_OR_CIDR_NOTATION";

/** No error code of the live migrations is public. */
export const UNKNOWN_MIGRATION_CODE = "LIVE_MIGRATION_NOT_FOUND";
export const CUTOVER_NOT_READY_CODE = "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER";
export const CUTOVER_REPEATED_CODE = "LIVE_MIGRATION_CUTOVER_ALREADY_STARTED";

/** A migration that became ready expires after the documented 120 hours unless it is cut over. */
export const READY_FOR_MS = 120 * 60 * 60 * 1000;

/** A deferral outside the 'limited time window' that the documents mention without a code. */
export const DEFER_OUTSIDE_TIME_CODE = "ATLAS_MAINTENANCE_DEFERRAL_NOT_ALLOWED";

/** A window that was never set shows day and hour 0; clients treat an absent day alike. */
export const UNSET_WINDOW_SHOWS_ZEROS = true;

/** The documents lock the window while maintenance is scheduled, yet also say that a PATCH resets the deferrals. */
export const WINDOW_LOCKED_WHILE_SCHEDULED = false;

/** Resetting the window leaves the maintenance that is scheduled where it is. */
export const RESET_UNSCHEDULES_MAINTENANCE = false;

/** The pipelines are no longer described; what an unknown one answered is not known. */
export const UNKNOWN_PIPELINE_CODE = "DATA_LAKE_PIPELINE_NOT_FOUND";

/** Only the sunset of the pipelines is documented, not the date of their deprecation. */
export const PIPELINES_DEPRECATED_ON = Date.UTC(2024, 8, 9);

/** An endpoint that has been removed no longer announces its removal. */
export const REMOVED_ENDPOINT_KEEPS_SUNSET_HEADERS = false;

/** The pipelines are not in the table of rate limits. */
export const UNLISTED_ENDPOINT_SET = { capacity: 1200, refill: 500 };
