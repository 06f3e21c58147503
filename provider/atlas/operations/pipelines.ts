import * as v from "valibot";
import { defineOperation } from "./operation";

const schedule = v.object({
  id: v.fallback(v.nullish(v.string()), undefined),
  frequencyType: v.string(),
  frequencyInterval: v.number(),
  retentionUnit: v.string(),
  retentionValue: v.number(),
});

/** A backup schedule that a pipeline can follow, as Atlas has it. */
export type AtlasSchedule = v.InferOutput<typeof schedule>;

/**
 * The backup schedules that a Data Lake pipeline can follow.
 *
 * Deprecated by Atlas; once removed it is refused with 404 or 410.
 */
export const listPipelineSchedules = defineOperation({
  operationId: "listPipelineSchedules",
  method: "GET",
  path: "/groups/{groupId}/pipelines/{pipelineName}/availableSchedules",
  announcedEnd: "2025-09-09",
  idempotent: true,
  summary: ({ projectId, pipelineName }: { projectId: string; pipelineName: string }) =>
    `list the schedules of pipeline ${pipelineName} in project ${projectId}`,
  requiredRole: "Project Read Only (GROUP_READ_ONLY)",
  rateLimitSet: ({ projectId }) => `pipelines of project ${projectId}`,
  answer: v.array(schedule),
});
