import { headerDate, Refusal } from "./answers";
import { type Handlers, projectOf } from "./call";
import { PIPELINES_DEPRECATED_ON, UNKNOWN_PIPELINE_CODE } from "./inferred";
import type { World } from "./world";

export const pipelineHandlers: Handlers = {
  /** A bare list, without pages. */
  listPipelineSchedules: (call) => {
    const name = call.params.pipelineName ?? "";
    const schedules = projectOf(call).pipelines.get(name);
    if (!schedules) {
      const detail = `No pipeline with name ${name} exists.`;
      throw new Refusal(404, UNKNOWN_PIPELINE_CODE, detail, { parameters: [name] });
    }
    return { status: 200, body: schedules };
  },
};

export function deprecationOfPipelines(world: World): Record<string, string> {
  const { availableSchedules } = world.sunset;
  return {
    Deprecation: headerDate(PIPELINES_DEPRECATED_ON),
    ...(availableSchedules ? { Sunset: headerDate(availableSchedules.getTime()) } : {}),
  };
}
