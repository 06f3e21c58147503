import * as v from "valibot";
import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { objectWithAnyOf, optionalText } from "./fields";
import { looking } from "./listing";
import { sendOnce } from "./once";

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
    // NEW, WORKING, FAILED, COMPLETE, EXPIRED, or something that Atlas may add: whoever does not know it waits.
    status: optionalText,
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
  options: RequestOptions = {},
): Promise<AtlasLiveMigration> {
  const answer = await client.send(
    {
      ...looking,
      operation: "getGroupLiveMigration",
      path: pathOf(key),
      summary: `look at live migration ${key.liveMigrationId} of project ${key.projectId}`,
      requiredRole: "Organization Member",
      rateLimitSet: migrationLimit(key),
      ...options,
    },
    liveMigration,
  );
  return answer.body;
}

/**
 * Starts the cut-over of a live migration that is ready for it. It cannot be undone, so look at the migration right before.
 *
 * @returns `not sent` when it would have had to wait: then look again
 */
export function cutOver(
  client: AtlasClient,
  key: MigrationKey,
  options: RequestOptions = {},
): Promise<"accepted" | "not sent"> {
  return sendOnce(client, {
    operation: "cutoverGroupLiveMigration",
    method: "PUT",
    path: `${pathOf(key)}/cutover`,
    summary: `cut over live migration ${key.liveMigrationId} of project ${key.projectId}`,
    requiredRole: "Organization Owner (ORG_OWNER)",
    rateLimitSet: migrationLimit(key),
    ...options,
  });
}
