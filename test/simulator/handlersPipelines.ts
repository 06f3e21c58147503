import { headerDate, Refusal } from "./answers";
import { type Handlers, projectOf } from "./call";
import { pipelinesDeprecatedOn, unknownPipelineCode } from "./inferred";
import type { World } from "./world";

export const pipelineHandlers: Handlers = {
  /** A bare list, without pages. */
  listPipelineSchedules: (call) => {
    const name = call.params.pipelineName ?? "";
    const schedules = projectOf(call).pipelines.get(name);
    if (!schedules) {
      const detail = `No pipeline with name ${name} exists.`;
      throw new Refusal(404, unknownPipelineCode, detail, { parameters: [name] });
    }
    return { status: 200, body: schedules };
  },
};

export function deprecationOfPipelines(world: World): Record<string, string> {
  const { availableSchedules } = world.sunset;
  return {
    Deprecation: headerDate(pipelinesDeprecatedOn),
    ...(availableSchedules ? { Sunset: headerDate(availableSchedules.getTime()) } : {}),
  };
}
