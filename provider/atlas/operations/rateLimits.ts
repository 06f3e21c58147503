import * as v from "valibot";
import { optionalText } from "./fields";
import { defineOperation } from "./operation";

const amount = v.fallback(
  v.nullish(v.object({ value: v.fallback(v.nullish(v.number()), undefined) })),
  undefined,
);

const endpointSet = v.object({
  endpointSetName: optionalText,
  scope: optionalText,
  capacity: amount,
  refillRate: amount,
  refillDurationSeconds: amount,
  endpoints: v.fallback(v.nullish(v.array(v.object({ method: v.string(), path: v.string() }))), undefined),
});

/** Operations that count against one limit, as Atlas has it. Paths start at `/api`. */
export type AtlasEndpointSet = v.InferOutput<typeof endpointSet>;

/** Of what to list the limits: of one of them, or of everything. */
export interface LimitScope {
  projectId?: string | undefined;
  orgId?: string | undefined;
}

/** The limits that hold for a project or an organization. Atlas does not say here how much of them is left. */
export const listRateLimits = defineOperation({
  operationId: "listRateLimits",
  method: "GET",
  path: "/rateLimits",
  query: ({ projectId, orgId }: LimitScope) => ({ groupId: projectId, orgId, itemsPerPage: "500" }),
  idempotent: true,
  summary: ({ projectId, orgId }) =>
    projectId !== undefined
      ? `list the rate limits of project ${projectId}`
      : orgId !== undefined
        ? `list the rate limits of organization ${orgId}`
        : "list the rate limits",
  requiredRole:
    "Project Read Only (GROUP_READ_ONLY), or Organization Read Only (ORG_READ_ONLY) for those of an organization",
  rateLimitSet: () => "rate limits",
  answer: v.pipe(
    v.object({ results: v.array(endpointSet) }),
    v.transform(({ results }) => results),
  ),
});
