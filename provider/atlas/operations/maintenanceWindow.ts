import * as v from "valibot";
import { nothing, objectWithAnyOf } from "./fields";
import { defineOnce, defineOperation } from "./operation";

const rateLimitSet = ({ projectId }: { projectId: string }): string =>
  `maintenance window of project ${projectId}`;

const maintenanceWindow = v.pipe(
  objectWithAnyOf({
    // The number of deferrals decides whether to defer the maintenance again, so it must be valid.
    numberOfDeferrals: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    dayOfWeek: v.fallback(v.nullish(v.number()), undefined),
    hourOfDay: v.fallback(v.nullish(v.number()), undefined),
    timeZoneId: v.fallback(v.nullish(v.string()), undefined),
  }),
  // Only a window that is not defined may lack it. In any other, taking it for 0 would defer the maintenance once too
  // often.
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
export const getGroupMaintenanceWindow = defineOperation({
  operationId: "getGroupMaintenanceWindow",
  method: "GET",
  path: "/groups/{groupId}/maintenanceWindow",
  idempotent: true,
  summary: ({ projectId }: { projectId: string }) => `look at the maintenance window of project ${projectId}`,
  requiredRole: "Project Read Only (GROUP_READ_ONLY)",
  rateLimitSet,
  answer: maintenanceWindow,
});

/**
 * Defers the scheduled maintenance of a project by one week, which Atlas allows twice. Not idempotent, so look at the
 * window right before.
 */
export const deferGroupMaintenanceWindow = defineOnce({
  operationId: "deferGroupMaintenanceWindow",
  method: "POST",
  path: "/groups/{groupId}/maintenanceWindow/defer",
  idempotent: false,
  once: true,
  summary: ({ projectId }: { projectId: string }) => `defer the maintenance of project ${projectId}`,
  requiredRole: "Project Owner (GROUP_OWNER)",
  rateLimitSet,
  answer: nothing,
});
