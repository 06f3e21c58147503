import * as pulumi from "@pulumi/pulumi";
import { MaintenanceDeferral } from "mongodbatlas-dynamic";

/** Puts the maintenance of many projects off while a release goes out. */
export = async () => {
  const config = new pulumi.Config();
  const release = config.require("release");

  const freezes = config.requireObject<string[]>("projectIds").map(
    (projectId) =>
      new MaintenanceDeferral(`freeze-${projectId}`, {
        projectId,
        deferrals: config.requireNumber("deferrals"),
        // Another release looks again whether the maintenance that is scheduled then has been deferred.
        triggers: [release],
      }),
  );

  return {
    freezes: freezes.map(({ projectId, status, numberOfDeferrals }) => ({
      projectId,
      status,
      numberOfDeferrals,
    })),
  };
};
