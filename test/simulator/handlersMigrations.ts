import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import { Refusal } from "./answers";
import { type Call, type Handlers, organizationOf, projectOf } from "./call";
import { randomKeys } from "./credentials";
import {
  badAccessListCode,
  cutoverNotReadyCode,
  cutoverRepeatedCode,
  secondLinkTokenReplacesFirst,
  unknownMigrationCode,
} from "./inferred";
import type { LiveMigration } from "./migration";
import type { Organization } from "./people";

export const migrationHandlers: Handlers = {
  /** Recorded as 201, although the description says 200. */
  createOrgLiveMigrationLinkToken: (call) => {
    const organization = organizationOf(call);
    const { accessListIps = [] } = call.body as { accessListIps?: string[] };
    for (const address of accessListIps) {
      checkAddress(address);
    }
    if (organization.link && !secondLinkTokenReplacesFirst) {
      throw new Refusal(409, null, "The organization is linked already.");
    }
    const linkToken = newLinkToken(organization);
    organization.link = { linkToken, accessListIps };
    organization.linkTokensMade += 1;
    return { status: 201, body: { linkToken } };
  },

  deleteOrgLiveMigrationLinkTokens: (call) => {
    const organization = organizationOf(call);
    if (!organization.link) {
      const detail = "Could not find the requested external organization link.";
      throw new Refusal(404, call.world.missingLinkCode, detail, { parameters: null });
    }
    const active = call.world.activeMigrationsOf(organization.id);
    if (active.length > 0) {
      throw new Refusal(
        409,
        "CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK",
        `Cannot delete organization link while there is active migration in following project ids: ${active.join(", ")}`,
        { parameters: active },
      );
    }
    organization.link = undefined;
    return { status: 204 };
  },

  getGroupLiveMigration: (call) => {
    const migration = migrationOf(call);
    const { status, readyForCutover, lagTimeSeconds } = migration.observe(call.now);
    return {
      status: 200,
      body: {
        _id: migration.id,
        lagTimeSeconds,
        migrationHosts: migration.migrationHosts,
        readyForCutover,
        status,
      },
    };
  },

  /** Answers at once and without a body; only GET shows when the cutover is complete. */
  cutoverGroupLiveMigration: (call) => {
    const migration = migrationOf(call);
    migration.cutoverRequests += 1;
    if (migration.cutovers > 0) {
      throw new Refusal(
        400,
        cutoverRepeatedCode,
        `The cutover of migration ${migration.id} has been started.`,
      );
    }
    if (!migration.isReadyForCutover(call.now)) {
      throw new Refusal(400, cutoverNotReadyCode, `Migration ${migration.id} is not ready for the cutover.`);
    }
    migration.cutOver(call.world.lags.migrations);
    call.world.keepInProject(projectOf(call), "CLUSTER_IMPORT_CUTOVER");
    return { status: 202 };
  },
};

function migrationOf(call: Call): LiveMigration {
  const id = call.params.liveMigrationId ?? "";
  const migration = projectOf(call).migrations.get(id);
  if (!migration?.exists) {
    const detail = `No live migration with ID ${id} exists.`;
    throw new Refusal(404, unknownMigrationCode, detail, { parameters: [id] });
  }
  return migration;
}

/** Base64 of JSON that holds a key pair, so it is a secret as a whole. */
function newLinkToken({ id, name }: Organization): string {
  const content = {
    orgId: id,
    orgName: name,
    privateApiKey: randomUUID(),
    publicApiKey: randomKeys().publicKey,
  };
  return Buffer.from(JSON.stringify(content)).toString("base64");
}

function checkAddress(address: string): void {
  const [ip = "", bits, ...rest] = address.split("/");
  const family = isIP(ip);
  const most = family === 4 ? 32 : 128;
  const bitsFit = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (family !== 0 && bitsFit && rest.length === 0) {
    return;
  }
  const detail = `The address ${address} must be in valid IP address or CIDR notation.`;
  throw new Refusal(400, badAccessListCode, detail, { parameters: [address] });
}
