import * as pulumi from "@pulumi/pulumi";
import { getOrganizationInvitations, getProjectUsers, ProjectUser } from "mongodbatlas-dynamic";

/** Shows who is invited to an organization, for how long, and who may do what in a project. Changes nothing. */
export = async () => {
  const config = new pulumi.Config();
  const { invitations } = await getOrganizationInvitations({ orgId: config.require("orgId") });

  const projectId = config.get("projectId");
  const username = config.get("username");
  const user =
    projectId !== undefined && username !== undefined
      ? ProjectUser.get("user", `${projectId}/${username.toLowerCase()}`)
      : undefined;
  const members = projectId === undefined ? [] : (await getProjectUsers({ projectId })).users;

  return {
    invitations: invitations.map((invitation) => ({
      username: invitation.username,
      invitedBy: invitation.inviterUsername,
      expiresAt: invitation.expiresAt,
      projectRoles: invitation.projectRoleAssignments,
    })),
    members: members.map(({ username, roles }) => ({ username, roles })),
    ...(user === undefined ? {} : { userRoles: user.roles, userStatus: user.orgMembershipStatus }),
  };
};
