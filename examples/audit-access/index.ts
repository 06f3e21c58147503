import * as pulumi from "@pulumi/pulumi";
import { getOrganizationInvitations, ProjectUser } from "mongodbatlas-dynamic";

/** Shows who is invited to an organization, for how long, and what one user may do in a project. Changes nothing. */
export = async () => {
  const config = new pulumi.Config();
  const { invitations } = await getOrganizationInvitations({ orgId: config.require("orgId") });

  const projectId = config.get("projectId");
  const username = config.get("username");
  const user =
    projectId !== undefined && username !== undefined
      ? ProjectUser.get("user", `${projectId}/${username.toLowerCase()}`)
      : undefined;

  return {
    invitations: invitations.map((invitation) => ({
      username: invitation.username,
      invitedBy: invitation.inviterUsername,
      expiresAt: invitation.expiresAt,
      projectRoles: invitation.projectRoleAssignments,
    })),
    ...(user === undefined ? {} : { userRoles: user.roles, userStatus: user.orgMembershipStatus }),
  };
};
