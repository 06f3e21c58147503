import * as v from "valibot";
import { defineOperation } from "./operation";

/** An organization. */
export const getOrg = defineOperation({
  operationId: "getOrg",
  method: "GET",
  path: "/orgs/{orgId}",
  idempotent: true,
  summary: ({ orgId }: { orgId: string }) => `look at organization ${orgId}`,
  requiredRole: "Organization Member (ORG_MEMBER)",
  // As the invitations.
  rateLimitSet: ({ orgId }) => `organization ${orgId}`,
  answer: v.object({ name: v.string(), isDeleted: v.fallback(v.nullish(v.boolean()), undefined) }),
});
