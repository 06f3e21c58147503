import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { pause } from "../atlas/clock";
import { AtlasError } from "../atlas/error";
import { readId } from "../atlas/id";
import {
  type AtlasMaintenanceWindow,
  deferMaintenance,
  getMaintenanceWindow,
  type RequestOptions,
} from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments, mustBe } from "./arguments";
import type { Connection } from "./connection";
import type { Handler } from "./handler";
import { deadlineOf, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs {
  projectId: string;
  deferrals: number;
  triggers?: unknown;
  requireScheduled: boolean;
  __timeouts?: Timeouts;
}

interface Outputs extends Omit<Inputs, "__timeouts"> {
  status: "DEFERRED" | "NOT_SCHEDULED";
  numberOfDeferrals: number;
  dayOfWeek?: number;
  hourOfDay?: number;
  timeZoneId?: string;
}

const shape = {
  projectId: atlasId("project"),
  deferrals: v.optional(
    v.picklist([1, 2], mustBe("1 or 2, as Atlas lets a maintenance be put off twice")),
    1,
  ),
  triggers: v.optional(
    v.custom(
      (value) => typeof value === "object" && value !== null,
      mustBe("a list or a map of values whose change asks again"),
    ),
  ),
  requireScheduled: v.optional(v.boolean(mustBe("true or false")), false),
};

/** How long the window is watched after an answer was lost, before the request is taken for lost as well. */
const settleMs = 5_000;

/** Requests that may be lost in a row before it is an error. */
const attemptsPerDeferral = 3;

/** The life of a {@link MaintenanceDeferral}: a project's scheduled maintenance that has been put off. */
export function maintenanceDeferralHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      return checkArguments(connection, news, shape);
    },

    async diff(_id, olds, news) {
      const replaces = olds.projectId === news.projectId ? [] : ["projectId"];
      const changes =
        replaces.length > 0 ||
        isUnknown([news.deferrals, news.triggers, news.requireScheduled]) ||
        olds.deferrals !== news.deferrals ||
        olds.requireScheduled !== news.requireScheduled ||
        !isDeepStrictEqual(olds.triggers, news.triggers);
      return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
      const options = deadlineOf(connection.atlas().clock, inputs, "create");
      return {
        id: inputs.projectId,
        outs: await putOff(connection, inputs, options),
      };
    },

    async read(id, props) {
      const projectId = parseId(id);
      const atlas = connection.atlas();
      const window = await getMaintenanceWindow(atlas.client, projectId);
      const outs = observe({ ...readDefaults, ...props, projectId }, window);
      const { deferrals, requireScheduled, triggers } = outs;
      const inputs = {
        projectId,
        deferrals,
        requireScheduled,
        ...(triggers === undefined ? {} : { triggers }),
      };
      return { id: projectId, props: outs, inputs: inputs as Outputs };
    },

    async update(_id, _olds, news) {
      const options = deadlineOf(connection.atlas().clock, news, "update");
      return { outs: await putOff(connection, news, options) };
    },

    async delete(id) {
      connection.report(
        `Deleting the MaintenanceDeferral of project ${id} changes nothing in Atlas: a deferral cannot be taken back.`,
      );
    },
  };
}

/** What `.get()` starts from, when nothing was declared. */
const readDefaults = { deferrals: 0, requireScheduled: false, status: "DEFERRED" } as const;

/**
 * What the window says about a deferral that was declared. Fewer deferrals than declared show as `deferrals`, so that
 * the next `pulumi up` puts the maintenance off again. None are missing when nothing was scheduled and nothing has
 * moved since.
 */
function observe(
  declared: Omit<Inputs, "__timeouts"> & Pick<Outputs, "status"> & { numberOfDeferrals?: number },
  window: AtlasMaintenanceWindow,
): Outputs {
  const { numberOfDeferrals } = window;
  const settled =
    declared.status === "NOT_SCHEDULED" && numberOfDeferrals === (declared.numberOfDeferrals ?? 0);
  const enough = declared.deferrals > 0 && numberOfDeferrals >= declared.deferrals;
  return outputs(
    { ...declared, deferrals: settled || enough ? declared.deferrals : numberOfDeferrals },
    window,
    settled || numberOfDeferrals === 0 ? "NOT_SCHEDULED" : "DEFERRED",
  );
}

/** Puts the maintenance off until it has been put off as often as declared; what was done before counts. */
async function putOff(connection: Connection, declared: Inputs, options: RequestOptions): Promise<Outputs> {
  const atlas = connection.atlas();
  let window = await getMaintenanceWindow(atlas.client, declared.projectId, options);
  while (window.numberOfDeferrals < declared.deferrals) {
    const outcome = await deferOnce(atlas, declared.projectId, window.numberOfDeferrals, options);
    if (outcome === "nothing scheduled") {
      return settleUnscheduled(connection, declared, window);
    }
    window = outcome;
  }
  return outputs(declared, window, "DEFERRED");
}

function settleUnscheduled(
  connection: Connection,
  declared: Inputs,
  window: AtlasMaintenanceWindow,
): Outputs {
  const sentence = `No maintenance is scheduled for project ${declared.projectId}, so there is nothing to put off.`;
  if (declared.requireScheduled) {
    throw new Error(
      `${sentence} Run \`pulumi up\` again when Atlas has announced one, or leave requireScheduled out.`,
    );
  }
  connection.report(`Warning: ${sentence} Change \`triggers\` to ask again later.`);
  return outputs(declared, window, "NOT_SCHEDULED");
}

/**
 * Puts the maintenance off once more than `before` times. A lost answer is settled by reading the window, because a
 * second request would put it off by another week.
 */
async function deferOnce(
  atlas: AtlasSession,
  projectId: string,
  before: number,
  options: RequestOptions,
): Promise<AtlasMaintenanceWindow | "nothing scheduled"> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if ((await deferMaintenance(atlas.client, projectId, options)) === "accepted") {
        break;
      }
      const { numberOfDeferrals } = await getMaintenanceWindow(atlas.client, projectId, options);
      if (numberOfDeferrals > before) {
        break;
      }
    } catch (error) {
      if (!(error instanceof AtlasError)) {
        throw error;
      }
      if (error.errorCode === "ATLAS_MAINTENANCE_NOT_SCHEDULED") {
        return "nothing scheduled";
      }
      if (error.mayHaveTakenEffect) {
        const window = await watch(atlas, projectId, before, options);
        if (window !== undefined) {
          return window;
        }
        if (attempt < attemptsPerDeferral) {
          continue;
        }
      }
      throw explain(error);
    }
  }
  // Outside the loop, because a look that fails here must not lead to another request: Atlas has taken this one, so
  // it counts even if the window does not show it yet.
  const window = await getMaintenanceWindow(atlas.client, projectId, options);
  return { ...window, numberOfDeferrals: Math.max(window.numberOfDeferrals, before + 1) };
}

/** The window as soon as it shows more deferrals than before; `undefined` when it does not within a few seconds. */
async function watch(
  atlas: AtlasSession,
  projectId: string,
  before: number,
  options: RequestOptions,
): Promise<AtlasMaintenanceWindow | undefined> {
  for (const pauseMs of [0, settleMs]) {
    if (pauseMs > 0) {
      await pause(atlas.clock, pauseMs);
    }
    const window = await getMaintenanceWindow(atlas.client, projectId, options);
    if (window.numberOfDeferrals > before) {
      return window;
    }
  }
  return undefined;
}

function explain(error: AtlasError): AtlasError {
  switch (error.errorCode) {
    case "ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED":
      return error.withAdvice(
        "Define a maintenance window for the project first, for example with MaintenanceWindow of @pulumi/mongodbatlas.",
      );
    case "ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED":
      return error.withAdvice(
        "Atlas lets one maintenance be put off twice: it has to take place now, or the window has to be moved.",
      );
    default:
      return error.status === 400
        ? error.withAdvice(
            "Atlas lets a maintenance be put off only within a limited time before it starts: run `pulumi up` again then.",
          )
        : error;
  }
}

function outputs(
  { projectId, deferrals, requireScheduled, triggers }: Omit<Inputs, "__timeouts">,
  { numberOfDeferrals, dayOfWeek, hourOfDay, timeZoneId }: AtlasMaintenanceWindow,
  status: Outputs["status"],
): Outputs {
  return {
    projectId,
    deferrals,
    requireScheduled,
    ...(triggers === undefined ? {} : { triggers }),
    status,
    numberOfDeferrals,
    // Atlas shows day 0, or none, for a window that is not defined.
    ...(dayOfWeek ? { dayOfWeek, ...(hourOfDay == null ? {} : { hourOfDay }) } : {}),
    ...(timeZoneId ? { timeZoneId } : {}),
  };
}

function parseId(id: string): string {
  const read = readId(id);
  if (read === undefined) {
    throw new Error(
      `The id of a MaintenanceDeferral must be <projectId>, such as 5f1b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
    );
  }
  return read;
}
