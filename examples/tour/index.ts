import * as pulumi from "@pulumi/pulumi";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  TeamUser,
} from "mongodbatlas-dynamic";

/** Five resources in one stack: who has access, which migration is cut over, which maintenance is deferred. */
export = async () => {
  const config = new pulumi.Config();
  const orgId = config.require("orgId");
  const projectId = config.require("projectId");
  const username = config.require("username");

  const access = new ProjectUser("access", { projectId, username, roles: ["GROUP_READ_ONLY"] });
  new TeamUser("team", { orgId, teamId: config.require("teamId"), username }, { dependsOn: access });

  const link = new LinkToken("link", { orgId, accessListIps: ["203.0.113.7", "198.51.100.0/24"] });
  const cutover = new MigrationCutover(
    "cutover",
    { projectId, liveMigrationId: config.require("liveMigrationId") },
    { dependsOn: link, customTimeouts: { create: "10m" } },
  );

  const freeze = new MaintenanceDeferral("freeze", { projectId });

  return {
    membership: access.orgMembershipStatus,
    migration: cutover.status,
    maintenance: freeze.status,
    linkToken: link.linkToken,
  };
};
