import type { Keys } from "./credentials";
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
  world.inviteToOrganization(organizationId, "legacy@example.com");
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
export function introduction({ url, keys, readOnlyKeys }: AtlasSimulator, world: Demonstration): string {
  const serviceAccount = ({ clientId, clientSecret }: Keys): string =>
    `  export MONGODB_ATLAS_CLIENT_ID=${clientId} MONGODB_ATLAS_CLIENT_SECRET=${clientSecret}`;
  return `Atlas is at ${url}. Type 'help' to play the part of other people in it.

In a shell in the folder of a Pulumi project, such as examples/onboard-teammate, with a state of its own:

  export PULUMI_BACKEND_URL=file://$PWD PULUMI_CONFIG_PASSPHRASE=
  pulumi stack init dev
  export MONGODB_ATLAS_BASE_URL=${url}

and a service account that may change everything, or one that may only read:

${serviceAccount(keys)}
${serviceAccount(readOnlyKeys)}

Or in the configuration of the stack, here with an API key:

  pulumi config set mongodbatlas:baseUrl ${url}
  pulumi config set mongodbatlas:publicKey ${keys.publicKey}
  pulumi config set --secret mongodbatlas:privateKey ${keys.privateKey}

What the examples can work on:

  pulumi config set orgId ${world.organizationId}
  pulumi config set projectId ${world.projectId}
  pulumi config set teamId ${world.teamId}
  pulumi config set liveMigrationId ${world.liveMigrationId}
  pulumi config set pipelineName ${world.pipelineName}

and for a program that declares who is in the project and the team now:

  npx --no mongodbatlas-dynamic adopt --project ${world.projectId} --team ${world.organizationId}/${world.teamId}

A second project is ${world.otherProjectId}. Maintenance is scheduled in the first.
`;
}
