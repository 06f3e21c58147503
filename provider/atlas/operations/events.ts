import * as v from "valibot";
import { optionalText } from "./fields";
import { defineListing } from "./operation";

/**
 * Something that has happened in an organization or a project, as the activity feed has it. Which fields come with
 * which type of event is not documented, so that all but three may be missing.
 */
const event = v.object({
  id: v.string(),
  /** ISO 8601 in UTC. */
  created: v.pipe(
    v.string(),
    v.check((text) => !Number.isNaN(Date.parse(text)), "must be a date"),
  ),
  eventTypeName: v.string(),
  /** Whose access has changed. */
  targetUsername: optionalText,
  teamId: optionalText,
  orgId: optionalText,
  remoteAddress: optionalText,
  // Who did it: a user, an API key, or somebody on behalf of MongoDB.
  username: optionalText,
  userId: optionalText,
  publicKey: optionalText,
  apiKeyId: optionalText,
  delegatePrincipal: v.fallback(v.nullish(v.object({ id: optionalText, name: optionalText })), undefined),
  isGlobalAdmin: v.fallback(v.nullish(v.boolean()), undefined),
});

/** An event of the activity feed, as Atlas has it. */
export type AtlasEvent = v.InferOutput<typeof event>;

/** Which events to list. */
export interface EventFilter {
  /** @default all types */
  eventTypes?: readonly string[];
  /** From this moment on, to the second. @default as far back as Atlas keeps events */
  from?: Date | undefined;
}

const query = ({ eventTypes, from }: EventFilter) => ({
  eventType: eventTypes,
  minDate: from && toSecond(from),
});

/** Atlas's events show whole seconds. */
function toSecond(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The events of a project. */
export const listGroupEvents = defineListing({
  operationId: "listGroupEvents",
  method: "GET",
  path: "/groups/{groupId}/events",
  query: (filter: EventFilter & { projectId: string }) => query(filter),
  idempotent: true,
  summary: ({ projectId }) => `list the events of project ${projectId}`,
  requiredRole: "Project Read Only",
  rateLimitSet: ({ projectId }) => `events of project ${projectId}`,
  answer: event,
});

/** The events of an organization. Those of its projects are not among them. */
export const listOrgEvents = defineListing({
  operationId: "listOrgEvents",
  method: "GET",
  path: "/orgs/{orgId}/events",
  query: (filter: EventFilter & { orgId: string }) => query(filter),
  idempotent: true,
  summary: ({ orgId }) => `list the events of organization ${orgId}`,
  requiredRole: "Organization Member",
  rateLimitSet: ({ orgId }) => `events of organization ${orgId}`,
  answer: event,
});
