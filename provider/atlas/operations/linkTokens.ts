import * as v from "valibot";
import { nothing } from "./fields";
import { defineOperation } from "./operation";

const path = "/orgs/{orgId}/liveMigrations/linkTokens";

const rateLimitSet = ({ orgId }: { orgId: string }): string => `live migrations of organization ${orgId}`;

const requiredRole = "Organization Owner (ORG_OWNER)";

/** Creates a link token. Atlas shows it in this answer and never again. */
export const createOrgLiveMigrationLinkToken = defineOperation({
  operationId: "createOrgLiveMigrationLinkToken",
  method: "POST",
  path,
  body: ({ accessListIps }: { orgId: string; accessListIps?: string[] | undefined }) => ({ accessListIps }),
  idempotent: false,
  summary: ({ orgId }) => `create a link token for organization ${orgId}`,
  requiredRole,
  rateLimitSet,
  // It can never be read again, so a damaged one must not be stored.
  answer: v.pipe(
    v.object({ linkToken: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, "must be printable")) }),
    v.transform(({ linkToken }) => linkToken),
  ),
});

/**
 * Deletes the organization's link, and with it its token.
 *
 * Refused with 404 when there is none, and with 409 while a live migration uses it.
 */
export const deleteOrgLiveMigrationLinkTokens = defineOperation({
  operationId: "deleteOrgLiveMigrationLinkTokens",
  method: "DELETE",
  path,
  idempotent: true,
  summary: ({ orgId }: { orgId: string }) => `delete the link token of organization ${orgId}`,
  requiredRole,
  rateLimitSet,
  answer: nothing,
});
