import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { nothing } from "./fields";
import { type Listing, listAll, looking } from "./listing";
import { type AtlasOrganizationUser, organizationUser } from "./organizationUsers";

/** A team within its organization. */
export interface TeamKey {
  orgId: string;
  teamId: string;
}

const pathOf = ({ orgId, teamId }: TeamKey): string =>
  `/orgs/${encodeURIComponent(orgId)}/teams/${encodeURIComponent(teamId)}`;

/** Requests about the teams of one organization count against one limit of Atlas. */
const teamsLimit = ({ orgId }: TeamKey): string => `teams of organization ${orgId}`;

/** The active and pending users of a team. */
export async function listTeamUsers(
  client: AtlasClient,
  team: TeamKey,
  options: RequestOptions = {},
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    ...options,
    operation: "listOrgTeamUsers",
    path: `${pathOf(team)}/users`,
    summary: `list the users of team ${team.teamId}`,
    requiredRole: "Organization Member",
    rateLimitSet: teamsLimit(team),
  });
}

/** The same, narrowed by Atlas to one user. */
export async function findTeamUsers(
  client: AtlasClient,
  team: TeamKey,
  by: { username: string } | { userId: string },
  options: RequestOptions = {},
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    ...options,
    operation: "listOrgTeamUsers",
    path: `${pathOf(team)}/users`,
    query: by,
    summary: `look up ${Object.values(by).join()} in team ${team.teamId}`,
    requiredRole: "Organization Member",
    rateLimitSet: teamsLimit(team),
  });
}

/** Adds a user of the organization to a team. Refused with 409 when the user is in it already. */
export async function addTeamUser(
  client: AtlasClient,
  team: TeamKey,
  user: { userId: string; name: string },
  options: RequestOptions = {},
): Promise<AtlasOrganizationUser> {
  const answer = await client.send(
    {
      operation: "addOrgTeamUser",
      method: "POST",
      path: `${pathOf(team)}:addUser`,
      body: { id: user.userId },
      idempotent: false,
      summary: `add ${user.name} to team ${team.teamId}`,
      requiredRole: "Organization Owner (ORG_OWNER)",
      rateLimitSet: teamsLimit(team),
      ...options,
    },
    organizationUser,
  );
  return answer.body;
}

/** Removes a user from a team. */
export async function removeTeamUser(
  client: AtlasClient,
  team: TeamKey,
  user: { userId: string; name: string },
  options: RequestOptions = {},
): Promise<void> {
  await client.send(
    {
      operation: "removeOrgTeamUser",
      method: "POST",
      path: `${pathOf(team)}:removeUser`,
      body: { id: user.userId },
      // Removing somebody twice is refused with 404, which is what was wanted.
      idempotent: true,
      summary: `remove ${user.name} from team ${team.teamId}`,
      requiredRole: "Organization Owner (ORG_OWNER)",
      rateLimitSet: teamsLimit(team),
      ...options,
    },
    nothing,
  );
}
