import type { Handlers } from "./call";
import { maintenanceHandlers } from "./handlers-maintenance";
import { migrationHandlers } from "./handlers-migrations";
import { deprecationOfInvites, organizationHandlers } from "./handlers-organization";
import { deprecationOfPipelines, pipelineHandlers } from "./handlers-pipelines";
import { projectUserHandlers } from "./handlers-project-users";
import { teamHandlers } from "./handlers-teams";
import type { RemovableEndpoint, World } from "./world";

/** Every operation of the contract but the one for tokens, which the authentication answers. */
export const handlers: Handlers = {
  ...projectUserHandlers,
  ...organizationHandlers,
  ...teamHandlers,
  ...migrationHandlers,
  ...maintenanceHandlers,
  ...pipelineHandlers,
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
