import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../atlas/errors/error";
import { atlasId, pipelineName } from "./arguments";
import { type AtlasFunction, call, callOutput } from "./call";

/** Arguments of {@link getPipelineSchedules}. */
export interface GetPipelineSchedulesArgs {
  /** Id of the project: 24 hexadecimal digits. */
  projectId: string;
  /** Name of a Data Lake pipeline of the project: up to 64 characters, without slashes, spaces, quotes and `$`. */
  pipelineName: string;
}

/** Arguments of {@link getPipelineSchedulesOutput}. */
export type GetPipelineSchedulesOutputArgs = {
  [Name in keyof GetPipelineSchedulesArgs]: pulumi.Input<GetPipelineSchedulesArgs[Name]>;
};

/** A backup schedule that a pipeline can follow. */
export interface PipelineSchedule {
  /** Atlas's id of the schedule: 24 hexadecimal digits. */
  id: string | undefined;
  /** `hourly`, `daily`, `weekly`, `monthly`, `yearly` or `ondemand`. */
  frequencyType: string;
  /**
   * How many of these units lie between two snapshots; for `monthly` the day of the month, with 40 for the last day.
   */
  frequencyInterval: number;
  /** `days`, `weeks`, `months` or `years`. */
  retentionUnit: string;
  /** How many of these units a snapshot is kept. */
  retentionValue: number;
}

/** The backup schedules that a Data Lake pipeline can follow. */
export interface GetPipelineSchedulesResult extends GetPipelineSchedulesArgs {
  /** The schedules, in Atlas's order. */
  schedules: PipelineSchedule[];
}

/**
 * Lists the backup schedules that a Data Lake pipeline can follow. Works in previews as well.
 *
 * Atlas has deprecated the operation and announced its removal for September 2025. Once it is gone this is an error that
 * says so, and never an empty list.
 *
 * - **Role needed**: Project Read Only (`GROUP_READ_ONLY`).
 * - **Errors**: an `AtlasError` when the pipeline does not exist, or Atlas has removed the operation.
 * - **In a unit test**, mocks are asked for `pulumi-nodejs:dynamic/mongodbatlas:getPipelineSchedules`.
 *
 * Atlas operation: `listPipelineSchedules`.
 *
 * @example
 * ```typescript
 * const { schedules } = getPipelineSchedulesOutput({
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   pipelineName: "orders",
 * });
 * export const frequencies = schedules.apply((rows) => rows.map(({ frequencyType }) => frequencyType));
 * ```
 */
export async function getPipelineSchedules(
  args: GetPipelineSchedulesArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetPipelineSchedulesResult> {
  return call(pipelineSchedules, args, options);
}

/**
 * The same as {@link getPipelineSchedules} for inputs. In a preview, it asks for nothing while an input is unknown.
 *
 * It waits for the resources that its arguments come from, and for those in the option `dependsOn`. The option
 * `parent` counts only for the provider that it hands on.
 */
export function getPipelineSchedulesOutput(
  args: GetPipelineSchedulesOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetPipelineSchedulesResult> {
  return callOutput(pipelineSchedules, args, options);
}

const pipelineSchedules: AtlasFunction<GetPipelineSchedulesArgs, GetPipelineSchedulesResult> = {
  name: "getPipelineSchedules",
  parameters: { projectId: atlasId, pipelineName },

  async ask({ client, operations }, pipeline) {
    try {
      const schedules = await operations.listPipelineSchedules(client, pipeline);
      return {
        ...pipeline,
        schedules: schedules.map((schedule) => ({ ...schedule, id: schedule.id ?? undefined })),
      };
    } catch (error) {
      if (error instanceof AtlasError && error.status === 410) {
        throw error.withAdvice("Data Lake pipelines no longer exist: take this call out of the program.");
      }
      if (error instanceof AtlasError && error.status === 404 && error.errorCode !== "GROUP_NOT_FOUND") {
        throw error.withAdvice(
          "Either the project has no such pipeline, or Atlas has removed Data Lake pipelines, as announced for September 2025.",
        );
      }
      throw error;
    }
  },
};
