import { Refusal } from "./answers";
import { type Call, flag, type Handlers, projectOf, statusesOf, text } from "./call";
import { pendingUserStaysInOrganization, roleAlreadyHeldCode, roleNotHeldCode } from "./inferred";
import { pageOf } from "./pages";
import {
  type MembershipStatus,
  type Project,
  type ProjectMember,
  type Roster,
  visibleByDefault,
} from "./people";
import { checkOwnerLeft, checkRole, checkRoom, checkRoomInOrganization, owner } from "./projectRules";
import { groupUser } from "./views";

/** Organization roles that see every project without a role in it, and what each amounts to there. */
const implicitAccess: ReadonlyMap<string, string> = new Map([
  ["ORG_OWNER", owner],
  ["ORG_READ_ONLY", "GROUP_READ_ONLY"],
]);

export const projectUserHandlers: Handlers = {
  listGroupUsers: (call) => {
    return pageOf(call, {
      items: listed(call, projectOf(call)),
      view: groupUser,
      flags: { flattenTeams: false, includeCount: true, includeOrgUsers: false },
    });
  },

  getGroupUser: (call) => {
    const { members } = projectOf(call);
    return { status: 200, body: groupUser(memberOf(call, call.world.reads.show(members))) };
  },

  addGroupUsers: (call) => {
    const project = projectOf(call);
    const { username, roles } = call.body as { username: string; roles: string[] };
    for (const role of roles) {
      checkRole(role);
    }
    const member = add(call, project, username, roles);
    const { userId } = member.membership;
    // Atlas sends the address of another version here, which no client can use.
    const headers = { Location: `${new URL(call.href).origin}/api/atlas/v1.0/users/${userId}` };
    return { status: 201, body: groupUser(member), headers };
  },

  removeGroupUser: (call) => {
    const project = projectOf(call);
    const member = memberOf(call);
    checkOwnerLeft(call, project, member);
    const { membership } = member;
    call.world.directory.removeFromProject(project, membership);
    const isStranded = membership.status === "PENDING" && membership.projects.size === 0;
    if (isStranded && !pendingUserStaysInOrganization) {
      call.world.directory.forget(membership);
    }
    return { status: 204 };
  },

  addGroupUserRole: (call) => {
    const member = memberOf(call);
    const { groupRole } = call.body as { groupRole: string };
    checkRole(groupRole);
    if (member.roles.has(groupRole)) {
      throw new Refusal(409, roleAlreadyHeldCode, `The user already has the role ${groupRole}.`, {
        parameters: [groupRole],
      });
    }
    call.world.directory.setRoles(projectOf(call), member, [...member.roles, groupRole]);
    return { status: 200, body: groupUser(member) };
  },

  removeGroupUserRole: (call) => {
    const member = memberOf(call);
    const { groupRole } = call.body as { groupRole: string };
    checkRole(groupRole);
    if (!member.roles.has(groupRole)) {
      throw new Refusal(409, roleNotHeldCode, `The user does not have the role ${groupRole}.`, {
        parameters: [groupRole],
      });
    }
    if (member.roles.size === 1) {
      throw new Refusal(
        403,
        "CANNOT_REMOVE_ALL_USER_ROLES",
        "A user must have at least one role at all times.",
      );
    }
    if (groupRole === owner) {
      checkOwnerLeft(call, projectOf(call), member);
    }
    const others = [...member.roles].filter((role) => role !== groupRole);
    call.world.directory.setRoles(projectOf(call), member, others);
    return { status: 200, body: groupUser(member) };
  },
};

function listed(call: Call, project: Project): readonly ProjectMember[] {
  const statuses = statusesOf(call);
  const username = text(call, "username")?.toLowerCase();
  const members = call.world.reads.show(project.members);
  if (flag(call, "flattenTeams", false) || flag(call, "includeOrgUsers", false)) {
    return withAccess(call, project, members, statuses).filter(
      ({ membership }) => username === undefined || membership.username === username,
    );
  }
  if (username === undefined) {
    return members.list(statuses);
  }
  const member = members.get(username);
  return member && statuses.has(member.membership.status) ? [member] : [];
}

/** Everyone of the organization who has access in one of the ways that the query asks for. */
function withAccess(
  call: Call,
  project: Project,
  members: Roster<ProjectMember>,
  statuses: ReadonlySet<MembershipStatus>,
): readonly ProjectMember[] {
  const byTeam = flag(call, "flattenTeams", false) ? [...project.teams] : [];
  const byOrganization = flag(call, "includeOrgUsers", false);
  return project.organization.members.list(statuses).flatMap((membership) => {
    const direct = members.get(membership.username);
    const teams = byTeam.filter(([team]) => membership.teams.has(team));
    const implied = byOrganization
      ? [...implicitAccess].filter(([role]) => membership.organizationRoles.has(role)).map(([, as]) => as)
      : [];
    if (!direct && teams.length === 0 && implied.length === 0) {
      return [];
    }
    const { showsRolesOfTeams, showsImpliedRoles } = call.world.flattenedList;
    const roles = new Set([
      ...(direct?.roles ?? []),
      ...(showsRolesOfTeams ? teams.flatMap(([, ofTeam]) => ofTeam) : []),
      ...(showsImpliedRoles ? implied : []),
    ]);
    return [{ membership, roles }];
  });
}

/** Active at once, an amended invitation, or a new one, in this order. */
function add(call: Call, project: Project, username: string, roles: readonly string[]): ProjectMember {
  const { directory } = call.world;
  const key = username.toLowerCase();
  const membership = project.organization.members.get(key);
  const belongs = membership !== undefined && visibleByDefault.has(membership.status);
  const isInvitedElsewhere = project.organization.projectInvitations.some(
    (each) => each.projectId === project.id && each.username === key,
  );
  if (isInvitedElsewhere || (belongs && project.members.get(key))) {
    throw new Refusal(409, "USER_ALREADY_IN_GROUP", `The user ${key} is already in group ${project.id}.`, {
      parameters: [key, project.id],
    });
  }
  checkRoom(call, project);
  if (belongs) {
    return directory.addToProject(project, membership, roles);
  }
  checkRoomInOrganization(call, project.organization);
  call.invitations.check(call.world.invitationThrottleCode);
  const invited = directory.invite(project, key, call.callerName);
  call.invitations.sent();
  return directory.addToProject(project, invited, roles);
}

function memberOf(call: Call, members?: Roster<ProjectMember>): ProjectMember {
  const project = projectOf(call);
  const userId = call.params.userId ?? "";
  const member = members ? members.byUserId(userId) : call.world.directory.projectMember(project, userId);
  if (!member || !statusesOf(call).has(member.membership.status)) {
    throw new Refusal(404, "USER_NOT_IN_GROUP", `No user with ID ${userId} in group ${project.id}.`, {
      parameters: [userId, project.id],
    });
  }
  return member;
}
