import * as v from "valibot";
import type { AtlasClient } from "../client";
import { looking } from "./listing";

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
export async function listPipelineSchedules(
  client: AtlasClient,
  { projectId, pipelineName }: { projectId: string; pipelineName: string },
): Promise<{ schedules: AtlasSchedule[]; sunset: string | undefined }> {
  const { body, headers } = await client.send(
    {
      ...looking,
      operation: "listPipelineSchedules",
      path: `/groups/${encodeURIComponent(projectId)}/pipelines/${encodeURIComponent(pipelineName)}/availableSchedules`,
      summary: `list the schedules of pipeline ${pipelineName} in project ${projectId}`,
      requiredRole: "Project Read Only (GROUP_READ_ONLY)",
      rateLimitSet: `pipelines of project ${projectId}`,
    },
    v.array(schedule),
  );
  return { schedules: body, sunset: headers.sunset };
}
