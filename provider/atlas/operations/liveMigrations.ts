import * as v from "valibot";
import { nothing, objectWithAnyOf, optionalText } from "./fields";
import { defineOnce, defineOperation } from "./operation";

/** A live migration within its project. */
export interface MigrationKey {
  projectId: string;
  liveMigrationId: string;
}

const migrationLimit = ({ projectId }: MigrationKey): string => `live migrations of project ${projectId}`;

const liveMigration = v.pipe(
  objectWithAnyOf({
    // NEW, WORKING, FAILED, COMPLETE, EXPIRED, or a value that Atlas may add, which means to wait.
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
export const getGroupLiveMigration = defineOperation({
  operationId: "getGroupLiveMigration",
  method: "GET",
  path: "/groups/{groupId}/liveMigrations/{liveMigrationId}",
  idempotent: true,
  summary: ({ projectId, liveMigrationId }: MigrationKey) =>
    `look at live migration ${liveMigrationId} of project ${projectId}`,
  requiredRole: "Organization Member",
  rateLimitSet: migrationLimit,
  answer: liveMigration,
});

/**
 * Starts the cut-over of a live migration that is ready for it. It cannot be undone, so look at the migration right
 * before.
 */
export const cutoverGroupLiveMigration = defineOnce({
  operationId: "cutoverGroupLiveMigration",
  method: "PUT",
  path: "/groups/{groupId}/liveMigrations/{liveMigrationId}/cutover",
  idempotent: false,
  once: true,
  summary: ({ projectId, liveMigrationId }: MigrationKey) =>
    `cut over live migration ${liveMigrationId} of project ${projectId}`,
  requiredRole: "Organization Owner (ORG_OWNER)",
  rateLimitSet: migrationLimit,
  answer: nothing,
});
