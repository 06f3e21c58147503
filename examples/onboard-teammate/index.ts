import * as pulumi from "@pulumi/pulumi";
import { ProjectUser } from "mongodbatlas-dynamic";

/** Gives a teammate access to a project. */
export = async () => {
  const config = new pulumi.Config();

  const teammate = new ProjectUser("teammate", {
    projectId: config.require("projectId"),
    username: config.require("username"),
    roles: config.requireObject<string[]>("roles"),
  });

  return { membership: teammate.orgMembershipStatus, roles: teammate.roles };
};
