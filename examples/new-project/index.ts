import * as mongodbatlas from "@pulumi/mongodbatlas";
import * as pulumi from "@pulumi/pulumi";
import { MaintenanceDeferral, ProjectUser } from "mongodbatlas-dynamic";

/**
 * Makes a project with `@pulumi/mongodbatlas`, and gives people access with this package.
 *
 * Both use the same configuration, `mongodbatlas:publicKey` and so on. The id of the project is an output of the one
 * and an input of the other, so that a preview does not know it yet, and the project comes first.
 */
export = async () => {
  const config = new pulumi.Config();

  const project = new mongodbatlas.Project("shop", { name: "shop", orgId: config.require("orgId") });
  const window = new mongodbatlas.MaintenanceWindow("sunday", {
    projectId: project.id,
    dayOfWeek: 1,
    hourOfDay: 3,
  });

  const owner = new ProjectUser("owner", {
    projectId: project.id,
    username: config.require("owner"),
    roles: ["GROUP_OWNER"],
  });
  new MaintenanceDeferral("freeze", { projectId: project.id }, { dependsOn: window });

  return { projectId: project.id, ownerStatus: owner.orgMembershipStatus };
};
