import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { type AtlasMaintenanceWindow, getGroupMaintenanceWindow } from "../../atlas/operations/index";
import { atlasId, mustBe } from "../handler/arguments";
import type { Connection } from "../handler/connection";
import { thing } from "../handler/declarations";
import { defineHandler } from "../handler/defineHandler";
import type { OutputsOf } from "../handler/definition";
import { Unfinished } from "../handler/partialFailure";
import { timeouts } from "../handler/timeouts";
import { type Deferred, deferUntil, Unconfirmed } from "./deferring";
import { maintenanceDeferralId } from "./id";
import type { MaintenanceDeferral } from "./resource";

const triggers = v.custom<unknown[] | Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null,
  mustBe("a list or a map of values whose change asks again"),
);

const count: v.GenericSchema<unknown, number> = v.picklist(
  [1, 2],
  mustBe("1 or 2, as Atlas lets a maintenance be deferred twice"),
);

const shape = {
  projectId: atlasId("project"),
  deferrals: v.optional(count, 1),
  triggers: v.optional(triggers),
  requireScheduled: v.optional(v.boolean(mustBe("true or false")), false),
};

/** The longest that a deferral may take, including waits, unless `customTimeouts` says otherwise. */
const defaultTimeMs = 15 * 60_000;

/** The arguments after `check`. */
interface Declared {
  projectId: string;
  deferrals: number;
  requireScheduled: boolean;
  triggers?: unknown;
}

type Outputs = OutputsOf<typeof MaintenanceDeferral>;
type Status = "DEFERRED" | "NOT_SCHEDULED" | "UNCONFIRMED";

/** The life cycle of a {@link MaintenanceDeferral}: a project's scheduled maintenance that has been deferred. */
export const maintenanceDeferralHandler = defineHandler<typeof MaintenanceDeferral>()({
  arguments: shape,

  id: maintenanceDeferralId,

  stored: {
    // 0 where a refresh has found none, or for `.get()`.
    deferrals: v.picklist([0, 1, 2]),
    triggers,
    requireScheduled: v.boolean(),
    status: v.picklist(["DEFERRED", "NOT_SCHEDULED", "UNCONFIRMED"]),
    numberOfDeferrals: v.number(),
    __timeouts: timeouts,
  },

  declaredOnce: { kind: "deferral", identity: ["projectId"], where: " for a project" },

  defaultTimeMs,

  differs: ({ deferrals, requireScheduled = false, triggers }, news) =>
    deferrals !== news.deferrals ||
    requireScheduled !== news.requireScheduled ||
    !isDeepStrictEqual(triggers, news.triggers),

  isUnfinished: ({ status }) => status === "UNCONFIRMED",

  async reconcile({ connection, atlas, before, deadline }, inputs) {
    const { projectId, deferrals } = inputs;
    const unconfirmedAfter = before.status === "UNCONFIRMED" ? (before.numberOfDeferrals ?? 0) : undefined;
    try {
      // Two resources that look at the same time would both find that a deferral is missing.
      const deferred = await connection.run.turns.take(thing("deferral", [projectId]), () =>
        deferUntil(atlas, projectId, deferrals, { deadline }, unconfirmedAfter),
      );
      return told(connection, inputs, deferred);
    } catch (error) {
      if (!(error instanceof Unconfirmed)) {
        throw error;
      }
      // The next run must look for its effect before it asks again.
      throw new Unfinished(outputs(inputs, error.window, "UNCONFIRMED"), error.cause);
    }
  },

  async read({ connection }, { projectId }, before) {
    const window = await getGroupMaintenanceWindow(connection.atlas().client, { projectId });
    return observe({ ...readDefaults, ...before, projectId }, window);
  },

  async delete(connection, { projectId }) {
    connection.report(
      `Deleting the MaintenanceDeferral of project ${projectId} changes nothing in Atlas: a deferral cannot be taken back.`,
    );
  },
});

/** What `.get()` starts from, when nothing was declared. */
const readDefaults = { deferrals: 0, requireScheduled: false, status: "DEFERRED" } as const;

/**
 * What the window says about a deferral that was declared. Fewer deferrals than declared show as `deferrals`, so that
 * the next `pulumi up` defers the maintenance again. None are missing when nothing was scheduled and the number has
 * not changed since.
 */
function observe(
  declared: Declared & { status: Status; numberOfDeferrals?: number },
  window: AtlasMaintenanceWindow,
): Outputs {
  const { numberOfDeferrals } = window;
  const settled =
    declared.status === "NOT_SCHEDULED" && numberOfDeferrals === (declared.numberOfDeferrals ?? 0);
  const enough = declared.deferrals > 0 && numberOfDeferrals >= declared.deferrals;
  const shown = settled || numberOfDeferrals === 0 ? "NOT_SCHEDULED" : "DEFERRED";
  return outputs(
    { ...declared, deferrals: settled || enough ? declared.deferrals : numberOfDeferrals },
    window,
    // What Atlas shows may lag behind, and only `pulumi up` looks for long enough.
    declared.status === "UNCONFIRMED" && !enough ? "UNCONFIRMED" : shown,
  );
}

/** The outputs after deferring, with a warning when they are not what was declared. */
function told(connection: Connection, declared: Declared, { window, outcome }: Deferred): Outputs {
  const { projectId, deferrals, requireScheduled } = declared;
  if (outcome === "in doubt") {
    connection.report(
      `Warning: Atlas has accepted to defer the maintenance of project ${projectId}, but shows ${window.numberOfDeferrals} ` +
        `of ${deferrals} deferrals. Look at the window in Atlas, then run \`pulumi up --refresh\`.`,
    );
  }
  if (outcome !== "nothing scheduled") {
    return outputs(declared, window, "DEFERRED");
  }
  const sentence = `No maintenance is scheduled for project ${projectId}, so there is nothing to defer.`;
  if (requireScheduled) {
    throw new Error(
      `${sentence} Run \`pulumi up\` again when Atlas has announced one, or leave requireScheduled out.`,
    );
  }
  connection.report(`Warning: ${sentence} Change \`triggers\` to ask again later.`);
  return outputs(declared, window, "NOT_SCHEDULED");
}

function outputs(
  { projectId, deferrals, triggers, requireScheduled }: Declared,
  { numberOfDeferrals, dayOfWeek, hourOfDay, timeZoneId }: AtlasMaintenanceWindow,
  status: Status,
): Outputs {
  return {
    projectId,
    deferrals,
    triggers,
    requireScheduled,
    status,
    numberOfDeferrals,
    // Atlas shows day 0, or none, for a window that is not defined.
    dayOfWeek: dayOfWeek || undefined,
    hourOfDay: dayOfWeek ? (hourOfDay ?? undefined) : undefined,
    timeZoneId: timeZoneId || undefined,
  };
}
