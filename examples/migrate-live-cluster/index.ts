import * as pulumi from "@pulumi/pulumi";
import { LinkToken, MigrationCutover } from "mongodbatlas-dynamic";

/**
 * Links an organization to Cloud Manager or an older Ops Manager, and cuts the live migration over that is started there.
 *
 * The migration gets its id when it is started with the link token, so it takes two runs: one without
 * `liveMigrationId`, and one with it.
 */
export = async () => {
  const config = new pulumi.Config();
  const liveMigrationId = config.get("liveMigrationId");

  const link = new LinkToken("link", {
    orgId: config.require("orgId"),
    accessListIps: config.requireObject<string[]>("accessListIps"),
  });

  if (liveMigrationId === undefined) {
    return { linkToken: link.linkToken };
  }

  const cutover = new MigrationCutover(
    "cutover",
    { projectId: config.require("projectId"), liveMigrationId },
    // Atlas refuses to drop the link while the migration is active, so the cut-over goes first on destroy.
    { dependsOn: link, customTimeouts: { create: config.require("waitAtMost") } },
  );
  return { linkToken: link.linkToken, status: cutover.status };
};
