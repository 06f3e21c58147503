import * as pulumi from "@pulumi/pulumi";
import { ProjectUser, TeamUser } from "mongodbatlas-dynamic";

/** Gives a teammate access to a project, and puts them into a team if one is configured. */
export = async () => {
  const config = new pulumi.Config();
  const username = config.require("username");
  const teamId = config.get("teamId");

  const access = new ProjectUser("access", {
    projectId: config.require("projectId"),
    username,
    roles: config.requireObject<string[]>("roles"),
  });

  if (teamId !== undefined) {
    // Somebody new joins the organization by the invitation to the project, so the team comes second.
    new TeamUser("team", { orgId: config.require("orgId"), teamId, username }, { dependsOn: access });
  }

  return { membership: access.orgMembershipStatus, roles: access.roles };
};
