import type { AtlasSimulator } from "../simulator/simulator";

/** Who and what is there before anything is declared. */
export interface World {
  projectId: string;
  otherProjectId: string;
  /** Of the stack. */
  config: Record<string, string | { value: string; secret: true }>;
  /** Of the engine's environment: the keys of the other organization. */
  variables: Record<string, string>;
}

export function populate({ world }: AtlasSimulator, other: AtlasSimulator): World {
  const orgId = world.createOrganization();
  const projectId = world.createProject(orgId, { owner: "olivia@example.com" });
  world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
  world.addPipeline(projectId, "nightly", [
    { frequencyType: "daily", frequencyInterval: 1, retentionUnit: "days", retentionValue: 7 },
  ]);
  const migration = world.addMigration(projectId, { usesLink: true });
  const otherProjectId = other.world.createProject(other.world.createOrganization());
  return {
    projectId,
    otherProjectId,
    config: {
      orgId,
      projectId,
      role: "GROUP_READ_ONLY",
      teamId: world.createTeam(orgId),
      wholeProjectId: world.createProject(orgId),
      wholeTeamId: world.createTeam(orgId),
      liveMigrationId: migration.id,
      otherProjectId,
      otherUrl: other.url,
      otherPublicKey: other.keys.publicKey,
      otherPrivateKey: { value: other.keys.privateKey, secret: true },
    },
    variables: {
      OTHER_BASE_URL: other.url,
      OTHER_PUBLIC_KEY: other.keys.publicKey,
      OTHER_PRIVATE_KEY: other.keys.privateKey,
    },
  };
}
