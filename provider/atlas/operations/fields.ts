import * as v from "valibot";

/*
 * Answers are read leniently: a field that Atlas adds, leaves out or sets to null must not make reading fail, unless
 * a decision depends on it.
 */

/** A text on which no decision depends. */
export const optionalText = v.fallback(v.nullish(v.string()), undefined);

/**
 * Whether a user is in the organization, or the status of the invitation to it: `ACTIVE`, `PENDING`, or a value that
 * Atlas may add. Only {@link isGone} depends on it.
 */
export const membershipStatus = v.pipe(
  optionalText,
  v.transform((status) => status ?? undefined),
);

/** The roles of a user; `undefined` when Atlas shows none that can be read, which is not the same as an empty list. */
export const roleList = v.pipe(
  v.fallback(v.nullish(v.array(v.string())), undefined),
  v.transform((roles) => (roles == null ? undefined : [...new Set(roles)].sort())),
);

/** The statuses of users whose invitation has come to nothing, and who are no members. */
export const endedInvitation: readonly string[] = ["INVITATION_EXPIRED", "INVITATION_REJECTED"];

/** Whether a user that Atlas lists is no member: the invitation has expired or was rejected. */
export function isGone({ orgMembershipStatus }: { orgMembershipStatus?: string | undefined }): boolean {
  return endedInvitation.includes(orgMembershipStatus ?? "");
}

/**
 * An object of which Atlas promises no single field. A value that has none of them, such as a proxy's JSON, is not
 * Atlas's answer, and must not be taken for one in which everything is absent.
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

/** The answer of an operation of which only the status matters: no body, or an object that nobody reads. */
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
