import * as v from "valibot";
import { optionalText, roleList } from "./fields";
import { defineListing } from "./operation";

const team = v.pipe(
  v.object({ id: v.string(), name: optionalText }),
  v.transform(({ id, name }) => ({ teamId: id, name })),
);

/** The teams of an organization, by their names. */
export const listOrgTeams = defineListing({
  operationId: "listOrgTeams",
  method: "GET",
  path: "/orgs/{orgId}/teams",
  idempotent: true,
  summary: ({ orgId }: { orgId: string }) => `list the teams of organization ${orgId}`,
  requiredRole: "Organization Member",
  // Requests about the users of a team count against the same limit.
  rateLimitSet: ({ orgId }) => `teams of organization ${orgId}`,
  answer: team,
});

const teamOfProject = v.pipe(
  v.object({ teamId: v.string(), roleNames: roleList }),
  v.transform(({ teamId, roleNames }) => ({ teamId, roles: roleNames })),
);

/** The teams that have access to a project, with the roles that each gives there. */
export const listGroupTeams = defineListing({
  operationId: "listGroupTeams",
  method: "GET",
  path: "/groups/{groupId}/teams",
  idempotent: true,
  summary: ({ projectId }: { projectId: string }) => `list the teams of project ${projectId}`,
  requiredRole: "Project Read Only",
  rateLimitSet: ({ projectId }) => `teams of project ${projectId}`,
  answer: teamOfProject,
});
