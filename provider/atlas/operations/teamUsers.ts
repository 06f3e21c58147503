import type { AtlasClient } from "../client";
import { nothing, type WriteOptions } from "./fields";
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
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    path: `${pathOf(team)}/users`,
    purpose: `list the users of team ${team.teamId}`,
    role: "Organization Member",
    limit: teamsLimit(team),
  });
}

/** The same, narrowed by Atlas to one user. */
export async function findTeamUsers(
  client: AtlasClient,
  team: TeamKey,
  by: { username: string } | { userId: string },
): Promise<Listing<AtlasOrganizationUser>> {
  return listAll(client, organizationUser, {
    ...looking,
    path: `${pathOf(team)}/users`,
    query: by,
    purpose: `look up ${Object.values(by).join()} in team ${team.teamId}`,
    role: "Organization Member",
    limit: teamsLimit(team),
  });
}

/** Adds a user of the organization to a team. Refused with 409 when the user is in it already. */
export async function addTeamUser(
  client: AtlasClient,
  team: TeamKey,
  user: { userId: string; name: string },
  options: WriteOptions = {},
): Promise<AtlasOrganizationUser> {
  const answer = await client.send(
    {
      method: "POST",
      path: `${pathOf(team)}:addUser`,
      body: { id: user.userId },
      repeatable: false,
      purpose: `add ${user.name} to team ${team.teamId}`,
      role: "Organization Owner (ORG_OWNER)",
      limit: teamsLimit(team),
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
): Promise<void> {
  await client.send(
    {
      method: "POST",
      path: `${pathOf(team)}:removeUser`,
      body: { id: user.userId },
      // Removing somebody twice is refused with 404, which is what was wanted.
      repeatable: true,
      purpose: `remove ${user.name} from team ${team.teamId}`,
      role: "Organization Owner (ORG_OWNER)",
      limit: teamsLimit(team),
    },
    nothing,
  );
}
