/*
 * The program of a pair. It is compiled and run with the SDK of the pair, so it uses nothing that only some of them have.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  getLiveMigrationOutput,
  getOrganizationInvitationsOutput,
  getPipelineSchedulesOutput,
  getProjectUsersOutput,
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  ProjectUsers,
  Provider,
  TeamUser,
  TeamUsers,
} from "mongodbatlas-dynamic";

const config = new pulumi.Config();
const orgId = config.require("orgId");
const projectId = config.require("projectId");
const liveMigrationId = config.require("liveMigrationId");
const username = "ada@example.com";

const ada = new ProjectUser("ada", { projectId, username, roles: [config.require("role")] });
new TeamUser("ada", { orgId, teamId: config.require("teamId"), username: ada.username });
new ProjectUsers("everybody", {
  projectId: config.require("wholeProjectId"),
  users: { "grace@example.com": ["GROUP_OWNER"] },
});
new TeamUsers("everybody", {
  orgId,
  teamId: config.require("wholeTeamId"),
  usernames: ["olivia@example.com"],
});
const link = new LinkToken("link", { orgId });
const cutover = new MigrationCutover("cutover", { projectId, liveMigrationId }, { dependsOn: link });
new MaintenanceDeferral("freeze", { projectId });

export const status = cutover.status;
export const roles = ada.roles;

const later = ada.userId.apply(() => projectId);
export const asked =
  config.getBoolean("functions") === true
    ? [
        getProjectUsersOutput({ projectId: later }, { dependsOn: [ada] }).users.length,
        getOrganizationInvitationsOutput({ orgId }).invitations.length,
        getLiveMigrationOutput({ projectId: later, liveMigrationId }).status,
        getPipelineSchedulesOutput({ projectId: later, pipelineName: "nightly" }).schedules.length,
      ]
    : [];

export const read =
  config.getBoolean("get") === true
    ? ProjectUser.get("olivia", `${projectId}/olivia@example.com`).roles
    : undefined;

if (config.getBoolean("imported") === true) {
  new ProjectUser("iris", { projectId, username: "iris@example.com", roles: ["GROUP_READ_ONLY"] });
}

const other = config.get("provider");
if (other === "inputs" || other === "variables") {
  const provider = new Provider(
    "other",
    other === "inputs"
      ? {
          baseUrl: config.require("otherUrl"),
          publicKey: config.require("otherPublicKey"),
          privateKey: config.requireSecret("otherPrivateKey"),
        }
      : {
          environmentVariables: {
            baseUrl: "OTHER_BASE_URL",
            publicKey: "OTHER_PUBLIC_KEY",
            privateKey: "OTHER_PRIVATE_KEY",
          },
        },
  );
  new ProjectUser(
    "mary",
    { projectId: config.require("otherProjectId"), username: "mary@example.com", roles: ["GROUP_READ_ONLY"] },
    { provider },
  );
}
