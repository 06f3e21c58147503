import type { AtlasError } from "../../atlas/errors/error";

const codes = new Set([
  "GROUP_NOT_FOUND",
  "INVALID_GROUP_ID",
  "ORG_NOT_FOUND",
  "INVALID_ORG_ID",
  "TEAM_NOT_FOUND",
  "TEAM_NOT_IN_ORG",
  "INVALID_TEAM_ID",
  // For something that is being deleted; the explanation is only its path.
  "RESOURCE_NOT_FOUND",
]);

/**
 * Whether a 404 says that the project, team or organization is missing, and not what was looked for in it. That never
 * counts as 'gone', because credentials of another organization get the same answer.
 */
export function isParentMissing(error: AtlasError): boolean {
  return error.status === 404 && error.errorCode !== undefined && codes.has(error.errorCode);
}
