import type { AtlasSimulator } from "./simulator";

export interface Demonstration {
  readonly organizationId: string;
  readonly projectId: string;
  readonly otherProjectId: string;
  readonly teamId: string;
  readonly liveMigrationId: string;
  readonly pipelineName: string;
}

/** A small organization in which every resource and function of the package has something to work on. */
export function populate({ world }: AtlasSimulator): Demonstration {
  const organizationId = world.createOrganization("Example");
  const projectId = world.createProject(organizationId, { name: "shop", owner: "olivia@example.com" });
  const otherProjectId = world.createProject(organizationId, { name: "warehouse" });
  const teamId = world.createTeam(organizationId, "support");
  world.addActiveUser(organizationId, "ada@example.com");
  world.addActiveUser(organizationId, "grace@example.com");
  world.grant(projectId, "ada@example.com", ["GROUP_READ_ONLY"]);
  world.addToTeam(teamId, "grace@example.com");
  world.inviteLegacy(organizationId, "legacy@example.com");
  world.setMaintenance(projectId, {
    dayOfWeek: 7,
    hourOfDay: 4,
    timeZoneId: "Europe/Berlin",
    scheduled: true,
  });
  const pipelineName = "orders";
  world.addPipeline(projectId, pipelineName, [
    { frequencyType: "daily", frequencyInterval: 1, retentionUnit: "days", retentionValue: 7 },
    { frequencyType: "monthly", frequencyInterval: 40, retentionUnit: "months", retentionValue: 12 },
  ]);
  const migration = world.addMigration(projectId, {
    steps: [
      { status: "WORKING", readyForCutover: false, lagTimeSeconds: 90 },
      { status: "WORKING", readyForCutover: false, lagTimeSeconds: 12 },
      { status: "WORKING", readyForCutover: true, lagTimeSeconds: 1 },
    ],
  });
  return { organizationId, projectId, otherProjectId, teamId, liveMigrationId: migration.id, pipelineName };
}

/** What a person has to know to point a Pulumi stack at the simulator, ready to be pasted into a shell. */
export function introduction({ url, keys }: AtlasSimulator, world: Demonstration): string {
  return `Atlas is at ${url}. Type 'help' to play the part of other people in it.

In the folder of a stack (after 'pulumi stack init dev') that signs in with an API key:

  pulumi config set mongodbatlas:baseUrl ${url}
  pulumi config set mongodbatlas:publicKey ${keys.publicKey}
  pulumi config set --secret mongodbatlas:privateKey ${keys.privateKey}

Or, instead of the two keys, with a service account:

  pulumi config set mongodbatlas:clientId ${keys.clientId}
  pulumi config set --secret mongodbatlas:clientSecret ${keys.clientSecret}

What there is to work on:

  pulumi config set orgId ${world.organizationId}
  pulumi config set projectId ${world.projectId}
  pulumi config set teamId ${world.teamId}
  pulumi config set liveMigrationId ${world.liveMigrationId}
  pulumi config set pipelineName ${world.pipelineName}

A second project is ${world.otherProjectId}. Maintenance is scheduled in the first.
`;
}
