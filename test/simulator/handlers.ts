import type { Handlers } from "./call";
import { eventHandlers } from "./handlersEvents";
import { limitHandlers } from "./handlersLimits";
import { maintenanceHandlers } from "./handlersMaintenance";
import { migrationHandlers } from "./handlersMigrations";
import { deprecationOfInvites, organizationHandlers } from "./handlersOrganization";
import { deprecationOfPipelines, pipelineHandlers } from "./handlersPipelines";
import { projectHandlers } from "./handlersProjects";
import { projectUserHandlers } from "./handlersProjectUsers";
import { teamHandlers } from "./handlersTeams";
import type { RemovableEndpoint, World } from "./world";

/** Every operation of the contract but the one for tokens, which the authentication answers. */
export const handlers: Handlers = {
  ...projectHandlers,
  ...projectUserHandlers,
  ...organizationHandlers,
  ...teamHandlers,
  ...migrationHandlers,
  ...maintenanceHandlers,
  ...pipelineHandlers,
  ...eventHandlers,
  ...limitHandlers,
};

interface Deprecated {
  readonly endpoint: RemovableEndpoint;
  readonly headers: (world: World) => Record<string, string>;
}

/** Operations that Atlas is going to remove, or has removed. */
export const deprecatedOperations: Readonly<Record<string, Deprecated>> = {
  listOrgInvites: { endpoint: "invites", headers: deprecationOfInvites },
  listPipelineSchedules: { endpoint: "availableSchedules", headers: deprecationOfPipelines },
};
