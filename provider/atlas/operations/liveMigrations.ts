import * as v from "valibot";
import type { AtlasClient } from "../client";
import { nothing, objectWithAnyOf, type WriteOptions } from "./fields";
import { looking } from "./listing";

/** A live migration within its project. */
export interface MigrationKey {
  projectId: string;
  liveMigrationId: string;
}

const pathOf = ({ projectId, liveMigrationId }: MigrationKey): string =>
  `/groups/${encodeURIComponent(projectId)}/liveMigrations/${encodeURIComponent(liveMigrationId)}`;

const migrationLimit = ({ projectId }: MigrationKey): string => `live migrations of project ${projectId}`;

const liveMigration = v.pipe(
  objectWithAnyOf({
    status: v.nullish(v.picklist(["NEW", "WORKING", "FAILED", "COMPLETE", "EXPIRED"])),
    readyForCutover: v.nullish(v.boolean()),
    lagTimeSeconds: v.nullish(v.number()),
    migrationHosts: v.fallback(v.nullish(v.array(v.string())), undefined),
  }),
  v.transform(({ status, readyForCutover, lagTimeSeconds, migrationHosts }) => ({
    status: status ?? undefined,
    readyForCutover: readyForCutover ?? false,
    lagTimeSeconds: lagTimeSeconds ?? undefined,
    migrationHosts: migrationHosts ?? [],
  })),
);

/** A live migration, as Atlas has it. `lagTimeSeconds` is there only before the cut-over begins. */
export type AtlasLiveMigration = v.InferOutput<typeof liveMigration>;

/** One live migration. */
export async function getLiveMigration(
  client: AtlasClient,
  key: MigrationKey,
  options: WriteOptions = {},
): Promise<AtlasLiveMigration> {
  const answer = await client.send(
    {
      ...looking,
      path: pathOf(key),
      purpose: `look at live migration ${key.liveMigrationId} of project ${key.projectId}`,
      role: "Organization Member",
      limit: migrationLimit(key),
      ...options,
    },
    liveMigration,
  );
  return answer.body;
}

/** Starts the cut-over of a live migration that is ready for it. It cannot be undone. */
export async function cutOver(
  client: AtlasClient,
  key: MigrationKey,
  options: WriteOptions = {},
): Promise<void> {
  await client.send(
    {
      method: "PUT",
      path: `${pathOf(key)}/cutover`,
      repeatable: false,
      purpose: `cut over live migration ${key.liveMigrationId} of project ${key.projectId}`,
      role: "Organization Owner (ORG_OWNER)",
      limit: migrationLimit(key),
      ...options,
    },
    nothing,
  );
}
