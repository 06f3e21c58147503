import * as v from "valibot";
import type { AtlasClient } from "../client";
import type { RequestOptions } from "../request";
import { objectWithAnyOf } from "./fields";
import { looking } from "./listing";
import { sendOnce } from "./once";

const pathOf = (projectId: string): string => `/groups/${encodeURIComponent(projectId)}/maintenanceWindow`;

const maintenanceLimit = (projectId: string): string => `maintenance window of project ${projectId}`;

const maintenanceWindow = v.pipe(
  objectWithAnyOf({
    // How often the maintenance was deferred decides whether to defer it again, so this one must be right.
    numberOfDeferrals: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    dayOfWeek: v.fallback(v.nullish(v.number()), undefined),
    hourOfDay: v.fallback(v.nullish(v.number()), undefined),
    timeZoneId: v.fallback(v.nullish(v.string()), undefined),
  }),
  // Only a window that is not defined can do without it; taken for 0, it would defer the maintenance once too often.
  v.forward(
    v.check(({ numberOfDeferrals, dayOfWeek }) => numberOfDeferrals != null || !dayOfWeek),
    ["numberOfDeferrals"],
  ),
  v.transform(({ numberOfDeferrals, ...rest }) => ({ ...rest, numberOfDeferrals: numberOfDeferrals ?? 0 })),
);

/**
 * A project's maintenance window, as Atlas has it: `dayOfWeek` from 1, Sunday, to 7, and 0 or absent when none is
 * defined; `hourOfDay` from 0 to 23 in `timeZoneId`.
 */
export type AtlasMaintenanceWindow = v.InferOutput<typeof maintenanceWindow>;

/** The maintenance window of a project. */
export async function getMaintenanceWindow(
  client: AtlasClient,
  projectId: string,
  options: RequestOptions = {},
): Promise<AtlasMaintenanceWindow> {
  const answer = await client.send(
    {
      ...looking,
      operation: "getGroupMaintenanceWindow",
      path: pathOf(projectId),
      summary: `look at the maintenance window of project ${projectId}`,
      requiredRole: "Project Read Only (GROUP_READ_ONLY)",
      rateLimitSet: maintenanceLimit(projectId),
      ...options,
    },
    maintenanceWindow,
  );
  return answer.body;
}

/**
 * Defers the scheduled maintenance of a project by one week, which Atlas allows twice. Not idempotent, so look at the
 * window right before.
 *
 * @returns `not sent` when it would have had to wait: then look again
 */
export function deferMaintenance(
  client: AtlasClient,
  projectId: string,
  options: RequestOptions = {},
): Promise<"accepted" | "not sent"> {
  return sendOnce(client, {
    operation: "deferGroupMaintenanceWindow",
    method: "POST",
    path: `${pathOf(projectId)}/defer`,
    summary: `defer the maintenance of project ${projectId}`,
    requiredRole: "Project Owner (GROUP_OWNER)",
    rateLimitSet: maintenanceLimit(projectId),
    ...options,
  });
}
