import type { Place } from "../../resources/messages/messages";
import { inWords } from "../../resources/messages/values";
import type { Step } from "../engine/stack";
import type { Attribution } from "./attributionFields";
import { type Labels, labelOf } from "./labels";
import { providerNameOf } from "./providers";

/** One thing that is not as declared. The JSON report consists of these; its schema is `drift-report.schema.json`. */
export interface DriftRow {
  /** `changed`: a property differs; `deleted`: it is not there any more; `unmanaged`: no resource declares it. */
  kind: "changed" | "deleted" | "unmanaged";
  /** Who or what, such as `ada@example.com in project 5f1b3c2a9d8e7f6a5b4c3d2e`. */
  subject: string;
  /** The property that differs, such as `roles`; null when it is all of it. */
  property: string | null;
  /** What the last update declared; null for an unmanaged member. */
  declared: unknown;
  /** What there is now; null for what is deleted. */
  actual: unknown;
  /** What a person needs to know, as a sentence. */
  message: string;
  /** The resource in the stack; null for an unmanaged member, unless a resource declares all others of its project or team. */
  urn: string | null;
  /** The type token of that resource; null where there is none. */
  type: string | null;
  /** The id of the resource, or the one that it would have. */
  id: string;
  /** Whether the stack only reads it, with `.get()`. */
  external: boolean;
  /** The name of the explicit provider that it belongs to; null for the credentials in the stack's configuration. */
  provider: string | null;
  /** Who has made the difference; absent when that was not to be found out. */
  attribution?: Attribution;
}

/** A member of a project or team that is not declared. */
export interface UnmanagedMember {
  /** The id that a resource about this member would have. */
  id: string;
  username: string;
  place: Place;
  /** The roles in a project; a team knows none. */
  roles: unknown;
  /** Whether the invitation to a project has not been accepted. */
  isPending: boolean;
}

/** @param whole the resource that declares all members of the project or team, where there is one */
export function unmanagedRow(member: UnmanagedMember, labels: Labels, whole?: Step): DriftRow {
  const { id, username, place, roles, isPending } = member;
  const subject = `${username} in ${place.kind} ${labelOf(place, labels)}`;
  const [property, actual, has] =
    place.kind === "project"
      ? ["roles", roles, `${isPending ? "is invited with" : "has"} ${inWords(roles)}`]
      : [null, "a member", "is a member"];
  const nobody =
    whole === undefined
      ? "no resource of the stack declares it"
      : `${whole.type.split(":").at(-1)} ${whole.name} does not declare it`;
  return {
    kind: "unmanaged",
    subject,
    property,
    declared: null,
    actual,
    message: `${username} ${has}${subject.slice(username.length)}, and ${nobody}.`,
    urn: whole?.urn ?? null,
    type: whole?.type ?? null,
    id,
    external: false,
    provider: providerNameOf(whole?.before?.provider),
  };
}
