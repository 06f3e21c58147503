import { Refusal } from "./answers";
import { type Call, flag, type Handlers, projectOf, statusesOf, text } from "./call";
import {
  PENDING_OWNERS_COUNT,
  PENDING_USER_STAYS_IN_ORGANIZATION,
  ROLE_ALREADY_HELD_CODE,
  ROLE_NOT_HELD_CODE,
} from "./inferred";
import { pageOf } from "./pages";
import { type Project, type ProjectMember, VISIBLE_BY_DEFAULT } from "./people";
import { groupUser } from "./views";

const OWNER = "GROUP_OWNER";

const PROJECT_ROLES: ReadonlySet<string> = new Set([
  OWNER,
  "GROUP_BACKUP_MANAGER",
  "GROUP_CLUSTER_MANAGER",
  "GROUP_DATABASE_ACCESS_ADMIN",
  "GROUP_DATA_ACCESS_ADMIN",
  "GROUP_DATA_ACCESS_READ_ONLY",
  "GROUP_DATA_ACCESS_READ_WRITE",
  "GROUP_OBSERVABILITY_VIEWER",
  "GROUP_READ_ONLY",
  "GROUP_SEARCH_INDEX_EDITOR",
  "GROUP_STREAM_PROCESSING_OWNER",
]);

/** Organization roles that see every project without a role in it. */
const IMPLICIT_ACCESS = ["ORG_OWNER", "ORG_READ_ONLY"];

export const projectUserHandlers: Handlers = {
  listGroupUsers: (call) => {
    const project = projectOf(call);
    const items = flag(call, "includeOrgUsers", false)
      ? withOrganizationUsers(call, project)
      : listed(call, project);
    return pageOf(call, {
      items,
      view: groupUser,
      flags: { flattenTeams: false, includeCount: true, includeOrgUsers: false },
    });
  },

  getGroupUser: (call) => {
    return { status: 200, body: groupUser(memberOf(call)) };
  },

  addGroupUsers: (call) => {
    const project = projectOf(call);
    const { username, roles } = call.body as { username: string; roles: string[] };
    for (const role of roles) checkRole(role);
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
    if (isStranded && !PENDING_USER_STAYS_IN_ORGANIZATION) call.world.directory.forget(membership);
    return { status: 204 };
  },

  addGroupUserRole: (call) => {
    const member = memberOf(call);
    const { groupRole } = call.body as { groupRole: string };
    checkRole(groupRole);
    if (member.roles.has(groupRole)) {
      throw new Refusal(409, ROLE_ALREADY_HELD_CODE, `The user already has the role ${groupRole}.`, {
        parameters: [groupRole],
      });
    }
    member.roles.add(groupRole);
    return { status: 200, body: groupUser(member) };
  },

  removeGroupUserRole: (call) => {
    const member = memberOf(call);
    const { groupRole } = call.body as { groupRole: string };
    checkRole(groupRole);
    if (!member.roles.has(groupRole)) {
      throw new Refusal(409, ROLE_NOT_HELD_CODE, `The user does not have the role ${groupRole}.`, {
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
    if (groupRole === OWNER) checkOwnerLeft(call, projectOf(call), member);
    member.roles.delete(groupRole);
    return { status: 200, body: groupUser(member) };
  },
};

function listed(call: Call, project: Project): readonly ProjectMember[] {
  const statuses = statusesOf(call);
  const username = text(call, "username");
  if (username === undefined) return project.members.list(statuses);
  const member = project.members.get(username);
  return member && statuses.has(member.membership.status) ? [member] : [];
}

function withOrganizationUsers(call: Call, project: Project): readonly ProjectMember[] {
  const username = text(call, "username")?.toLowerCase();
  return project.organization.members.list(statusesOf(call)).flatMap((membership) => {
    if (username !== undefined && membership.username !== username) return [];
    const member = project.members.get(membership.username);
    if (member) return [member];
    const seesAll = IMPLICIT_ACCESS.some((role) => membership.organizationRoles.has(role));
    return seesAll ? [{ membership, roles: new Set<string>() }] : [];
  });
}

/** Active at once, an amended invitation, or a new one, in this order. */
function add(call: Call, project: Project, username: string, roles: readonly string[]): ProjectMember {
  const { directory } = call.world;
  const key = username.toLowerCase();
  const membership = project.organization.members.get(key);
  const belongs = membership !== undefined && VISIBLE_BY_DEFAULT.has(membership.status);
  const isLegacy = project.organization.legacyInvitations.some(
    (each) => each.projectId === project.id && each.username === key,
  );
  if (isLegacy || (belongs && project.members.get(key))) {
    throw new Refusal(409, "USER_ALREADY_IN_GROUP", `The user ${key} is already in group ${project.id}.`, {
      parameters: [key, project.id],
    });
  }
  checkRoom(call, project);
  if (belongs) return directory.addToProject(project, membership, roles);
  call.invitations.check(call.world.invitationThrottleCode);
  const invited = directory.invite(project, key, call.callerName);
  call.invitations.sent();
  return directory.addToProject(project, invited, roles);
}

function memberOf(call: Call): ProjectMember {
  const project = projectOf(call);
  const userId = call.params.userId ?? "";
  const member = call.world.directory.projectMember(project, userId);
  if (!member || !statusesOf(call).has(member.membership.status)) {
    throw new Refusal(404, "USER_NOT_IN_GROUP", `No user with ID ${userId} in group ${project.id}.`, {
      parameters: [userId, project.id],
    });
  }
  return member;
}

function checkRole(role: string): void {
  if (role.startsWith("ORG_")) {
    throw new Refusal(
      400,
      "CANNOT_ADD_ORG_ROLE",
      `The organization role ${role} cannot be given in a group.`,
      {
        parameters: [role],
      },
    );
  }
  if (!PROJECT_ROLES.has(role)) {
    throw new Refusal(400, "INVALID_ROLE_FOR_GROUP", `The role ${role} is not valid for a group.`, {
      parameters: [role],
    });
  }
}

function checkRoom(call: Call, project: Project): void {
  const most = call.world.limits.usersPerProject;
  if (project.members.size < most || project.members.list().length < most) return;
  throw new Refusal(400, "MAX_USERS_PER_GROUP_EXCEEDED", `A group cannot have more than ${most} users.`, {
    parameters: [most],
  });
}

function checkOwnerLeft(call: Call, project: Project, member: ProjectMember): void {
  const { protectLastOwner } = call.world;
  const isProtected = typeof protectLastOwner === "boolean" ? protectLastOwner : project.createdWithOwner;
  if (!isProtected || !isOwner(member)) return;
  if (project.members.list().some((other) => other !== member && isOwner(other))) return;
  throw new Refusal(
    403,
    "CANNOT_DELETE_LAST_ADMIN",
    `The last owner of group ${project.id} cannot be removed.`,
    {
      parameters: [project.id],
    },
  );
}

function isOwner({ membership, roles }: ProjectMember): boolean {
  return roles.has(OWNER) && (PENDING_OWNERS_COUNT || membership.status === "ACTIVE");
}
