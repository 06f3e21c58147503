import { Refusal } from "./answers";
import { type Call, type Handlers, organizationOf, statusesOf, text } from "./call";
import { pageOf } from "./pages";
import { type Membership, type Roster, type Team, visibleByDefault } from "./people";
import { organizationUser } from "./views";

export const teamHandlers: Handlers = {
  listOrgTeams: (call) => {
    const organization = organizationOf(call);
    return pageOf(call, {
      items: [...call.world.directory.teams.values()].filter((team) => team.organization === organization),
      view: ({ id, name }) => ({ id, links: [], name }),
      flags: { includeCount: true },
    });
  },

  listOrgTeamUsers: (call) => {
    const team = teamOf(call);
    const statuses = statusesOf(call);
    const members = call.world.reads.show(team.members);
    return pageOf(call, {
      items: candidates(call, members).filter((member) => statuses.has(member.status)),
      view: organizationUser,
      flags: {},
    });
  },

  addOrgTeamUser: (call) => {
    const team = teamOf(call);
    const member = memberToAdd(call, team);
    call.world.directory.addToTeam(team, member);
    return { status: 200, body: organizationUser(member) };
  },

  removeOrgTeamUser: (call) => {
    const team = teamOf(call);
    const { id } = call.body as { id: string };
    const member = team.organization.byUserId.get(id);
    if (!member?.teams.has(team) || !visibleByDefault.has(member.status)) {
      throw noSuchUser(id);
    }
    call.world.directory.removeFromTeam(team, member);
    return { status: 200, body: organizationUser(member) };
  },
};

function teamOf(call: Call): Team {
  const organization = organizationOf(call);
  const id = call.params.teamId ?? "";
  const team = call.world.directory.teams.get(id);
  if (!team) {
    throw new Refusal(404, "TEAM_NOT_FOUND", `No team with ID ${id} exists.`, { parameters: [id] });
  }
  if (team.organization !== organization) {
    throw new Refusal(404, "TEAM_NOT_IN_ORG", `Team ${id} is not in organization ${organization.id}.`, {
      parameters: [id, organization.id],
    });
  }
  return team;
}

function candidates(call: Call, members: Roster<Membership>): readonly Membership[] {
  const userId = text(call, "userId");
  const username = text(call, "username")?.toLowerCase();
  if (userId === undefined && username === undefined) {
    return members.list(statusesOf(call));
  }
  const member = userId === undefined ? members.get(username ?? "") : members.byUserId(userId);
  const fits = username === undefined || member?.username === username;
  return member && fits ? [member] : [];
}

function memberToAdd(call: Call, team: Team): Membership {
  const { id } = call.body as { id: string };
  const member = team.organization.byUserId.get(id);
  if (!member && !call.world.directory.isKnownUser(id)) {
    throw noSuchUser(id);
  }
  // A person whose invitation has expired or was rejected does not belong to the organization.
  if (!member || !visibleByDefault.has(member.status)) {
    const detail = `User ${id} is not in organization ${team.organization.id}.`;
    throw new Refusal(404, "USER_NOT_IN_ORG", detail, { parameters: [id, team.organization.id] });
  }
  if (member.teams.has(team)) {
    throw new Refusal(409, "USER_ALREADY_IN_TEAM", `User ${id} is already in team ${team.id}.`, {
      parameters: [id, team.id],
    });
  }
  checkRoom(call, team, member);
  return member;
}

function checkRoom(call: Call, team: Team, member: Membership): void {
  const { usersPerTeam, teamsPerUser } = call.world.limits;
  if (team.members.size >= usersPerTeam && team.members.list().length >= usersPerTeam) {
    throw new Refusal(
      400,
      "MAX_USERS_PER_TEAM_EXCEEDED",
      `A team cannot have more than ${usersPerTeam} users.`,
      {
        parameters: [usersPerTeam],
      },
    );
  }
  if (member.teams.size >= teamsPerUser) {
    throw new Refusal(
      400,
      "MAX_TEAMS_PER_USER_EXCEEDED",
      `A user cannot be in more than ${teamsPerUser} teams.`,
      {
        parameters: [teamsPerUser],
      },
    );
  }
}

function noSuchUser(id: string): Refusal {
  return new Refusal(404, "USER_NOT_FOUND", `No user with ID ${id} exists.`, { parameters: [id] });
}
