/** What Atlas refuses about the users of a project, and in which words. */

import { Refusal } from "./answers";
import type { Call } from "./call";
import { fullOrganizationIsNamedBy, pendingOwnersCount, unknownRoleCode } from "./inferred";
import type { Organization, Project, ProjectMember } from "./people";

export const owner = "GROUP_OWNER";

export const projectRoles: ReadonlySet<string> = new Set([
  owner,
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

export function checkRole(role: string): void {
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
  if (!projectRoles.has(role)) {
    throw new Refusal(400, unknownRoleCode, `An invalid enumeration value ${role} was specified.`, {
      parameters: [role],
    });
  }
}

export function checkRoomInOrganization(call: Call, organization: Organization): void {
  const most = call.world.limits.usersPerOrganization;
  if (organization.members.list().length < most) {
    return;
  }
  const name = organization[fullOrganizationIsNamedBy];
  const detail = `Maximum number of users per org (${most}) in ${name} exceeded while trying to add users.`;
  throw new Refusal(400, "MAX_USERS_PER_ORG_EXCEEDED", detail, { parameters: [most, name] });
}

export function checkRoom(call: Call, project: Project): void {
  const most = call.world.limits.usersPerProject;
  if (project.members.size < most || project.members.list().length < most) {
    return;
  }
  throw new Refusal(400, "MAX_USERS_PER_GROUP_EXCEEDED", `A group cannot have more than ${most} users.`, {
    parameters: [most],
  });
}

export function checkOwnerLeft(call: Call, project: Project, member: ProjectMember): void {
  const { protectLastOwner } = call.world;
  const isProtected = typeof protectLastOwner === "boolean" ? protectLastOwner : project.createdWithOwner;
  if (!isProtected || !isOwner(member)) {
    return;
  }
  if (project.members.list().some((other) => other !== member && isOwner(other))) {
    return;
  }
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
  return roles.has(owner) && (pendingOwnersCount || membership.status === "ACTIVE");
}
