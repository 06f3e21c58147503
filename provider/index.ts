export { AtlasError } from "./atlas/errors/error";
export {
  type GetLiveMigrationArgs,
  type GetLiveMigrationOutputArgs,
  type GetLiveMigrationResult,
  getLiveMigration,
  getLiveMigrationOutput,
} from "./functions/getLiveMigration";
export {
  type GetOrganizationInvitationsArgs,
  type GetOrganizationInvitationsOutputArgs,
  type GetOrganizationInvitationsResult,
  getOrganizationInvitations,
  getOrganizationInvitationsOutput,
  type OrganizationInvitation,
} from "./functions/getOrganizationInvitations";
export {
  type GetPipelineSchedulesArgs,
  type GetPipelineSchedulesOutputArgs,
  type GetPipelineSchedulesResult,
  getPipelineSchedules,
  getPipelineSchedulesOutput,
  type PipelineSchedule,
} from "./functions/getPipelineSchedules";
export {
  type GetProjectUsersArgs,
  type GetProjectUsersOutputArgs,
  type GetProjectUsersResult,
  getProjectUsers,
  getProjectUsersOutput,
  type ProjectMember,
} from "./functions/getProjectUsers";
export { LinkToken, type LinkTokenArgs } from "./resources/linkToken/resource";
export { MaintenanceDeferral, type MaintenanceDeferralArgs } from "./resources/maintenanceDeferral/resource";
export { MigrationCutover, type MigrationCutoverArgs } from "./resources/migrationCutover/resource";
export { ProjectUser, type ProjectUserArgs } from "./resources/projectUser/resource";
export { ProjectUsers, type ProjectUsersArgs } from "./resources/projectUsers/resource";
export {
  Provider,
  type ProviderArgs,
  type ProviderEnvironmentVariables,
} from "./resources/provider/provider";
export { TeamUser, type TeamUserArgs } from "./resources/teamUser/resource";
export { TeamUsers, type TeamUsersArgs } from "./resources/teamUsers/resource";
