import * as v from "valibot";

/*
 * Answers are read leniently: a field that Atlas adds, leaves out or sets to null must not stop a drift check,
 * unless a decision hangs on it.
 */

/** A text that nothing is decided by. */
export const optionalText = v.fallback(v.nullish(v.string()), undefined);

/**
 * Whether somebody is in the organization, or where the invitation to it stands: `ACTIVE`, `PENDING`, or something that
 * Atlas may add. Only {@link isGone} decides by it.
 */
export const membershipStatus = v.pipe(
  optionalText,
  v.transform((status) => status ?? undefined),
);

/** Roles of somebody; `undefined` where Atlas shows none that can be read, which is not the same as an empty list. */
export const roleList = v.pipe(
  v.fallback(v.nullish(v.array(v.string())), undefined),
  v.transform((roles) => (roles == null ? undefined : [...new Set(roles)].sort())),
);

/** Whether somebody whom Atlas shows is no member: the invitation has expired or was rejected. */
export function isGone({ orgMembershipStatus }: { orgMembershipStatus?: string | undefined }): boolean {
  return orgMembershipStatus === "INVITATION_EXPIRED" || orgMembershipStatus === "INVITATION_REJECTED";
}

/**
 * An object that Atlas describes without promising any one of its fields. What has none of them, such as the JSON of
 * a proxy, is not Atlas's answer and must not be taken for one in which everything is absent.
 */
export function objectWithAnyOf<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.unknown(),
    v.check(
      (value) =>
        typeof value === "object" && value !== null && Object.keys(entries).some((field) => field in value),
    ),
    v.object(entries),
  );
}

/** The answer of an operation of which only the status counts: no body, or an object that nobody needs. */
export const nothing = v.pipe(
  v.optional(
    v.pipe(
      v.unknown(),
      v.check((body) => !Array.isArray(body)),
      v.looseObject({}),
    ),
  ),
  v.transform(() => undefined),
);
