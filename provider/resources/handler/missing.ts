import type { AtlasError } from "../../atlas/errors/error";

const codes = new Set([
  "GROUP_NOT_FOUND",
  "INVALID_GROUP_ID",
  "ORG_NOT_FOUND",
  "INVALID_ORG_ID",
  "TEAM_NOT_FOUND",
  "TEAM_NOT_IN_ORG",
  "INVALID_TEAM_ID",
  // For what is just being deleted, with the path for its explanation.
  "RESOURCE_NOT_FOUND",
]);

/**
 * Whether a 404 says that the project, team or organization is missing, and not what was looked for in it. That
 * is never taken for 'gone': credentials of another organization see the same.
 */
export function isParentMissing(error: AtlasError): boolean {
  return error.status === 404 && error.errorCode !== undefined && codes.has(error.errorCode);
}
