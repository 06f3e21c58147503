import * as v from "valibot";
import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { nothing } from "./fields";

const pathOf = (orgId: string): string => `/orgs/${encodeURIComponent(orgId)}/liveMigrations/linkTokens`;

const linkTokenLimit = (orgId: string): string => `live migrations of organization ${orgId}`;

const requiredRole = "Organization Owner (ORG_OWNER)";

/** Makes a link token. Atlas shows it in this answer and never again. */
export async function createLinkToken(
  client: AtlasClient,
  orgId: string,
  accessListIps: string[] | undefined,
  options: RequestOptions = {},
): Promise<string> {
  const answer = await client.send(
    {
      operation: "createOrgLiveMigrationLinkToken",
      method: "POST",
      path: pathOf(orgId),
      body: accessListIps === undefined ? {} : { accessListIps },
      idempotent: false,
      summary: `create a link token for organization ${orgId}`,
      requiredRole,
      rateLimitSet: linkTokenLimit(orgId),
      ...options,
    },
    // It can never be read again, so that a damaged one must not get into the state.
    v.object({ linkToken: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, "must be printable")) }),
  );
  return answer.body.linkToken;
}

/**
 * Drops the organization's link, and with it its token.
 *
 * Refused with 404 when there is none, and with 409 while a live migration uses it.
 */
export async function deleteLinkToken(
  client: AtlasClient,
  orgId: string,
  options: RequestOptions = {},
): Promise<void> {
  await client.send(
    {
      operation: "deleteOrgLiveMigrationLinkTokens",
      method: "DELETE",
      path: pathOf(orgId),
      idempotent: true,
      summary: `delete the link token of organization ${orgId}`,
      requiredRole,
      rateLimitSet: linkTokenLimit(orgId),
      ...options,
    },
    nothing,
  );
}
