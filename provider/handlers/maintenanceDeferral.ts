import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { readId } from "../atlas/id";
import { type AtlasMaintenanceWindow, getMaintenanceWindow } from "../atlas/operations/index";
import { atlasId, checkArguments, mustBe } from "./arguments";
import type { Connection } from "./connection";
import { checkDeclaredOnce, thing } from "./declarations";
import { deferUntil } from "./deferring";
import { argumentsThatReplace, difference } from "./differences";
import type { Handler } from "./handler";
import { recall } from "./state";
import { startDeadline, type Timeouts, timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs {
  projectId: string;
  deferrals: number;
  triggers?: unknown;
  requireScheduled: boolean;
  __timeouts?: Timeouts;
}

interface Outputs extends Inputs {
  status: "DEFERRED" | "NOT_SCHEDULED";
  numberOfDeferrals: number;
  dayOfWeek?: number;
  hourOfDay?: number;
  timeZoneId?: string;
}

const triggers = v.custom<object>(
  (value) => typeof value === "object" && value !== null,
  mustBe("a list or a map of values whose change asks again"),
);

const shape = {
  projectId: atlasId("project"),
  deferrals: v.optional(
    v.picklist([1, 2], mustBe("1 or 2, as Atlas lets a maintenance be deferred twice")),
    1,
  ),
  triggers: v.optional(triggers),
  requireScheduled: v.optional(v.boolean(mustBe("true or false")), false),
};

/** What counts of a state, beside its id. */
const stored = {
  // 0 where a refresh has found none, or for `.get()`.
  deferrals: v.picklist([0, 1, 2]),
  triggers,
  requireScheduled: v.boolean(),
  status: v.picklist(["DEFERRED", "NOT_SCHEDULED"]),
  numberOfDeferrals: v.number(),
  __timeouts: timeouts,
};

/** The longest that a deferral may take, waits included, unless `customTimeouts` says otherwise. */
const defaultTimeMs = 15 * 60_000;

/** The life of a {@link MaintenanceDeferral}: a project's scheduled maintenance that has been deferred. */
export function maintenanceDeferralHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      return checkDeclaredOnce(connection.run.declarations, news, checkArguments(connection, news, shape), {
        kind: "deferral",
        identity: ["projectId"],
        where: " for a project",
      });
    },

    async diff(id, olds, news) {
      const { deferrals, requireScheduled = false, triggers } = recall(olds, stored);
      const differs =
        isUnknown([news.projectId, news.deferrals, news.triggers, news.requireScheduled]) ||
        deferrals !== news.deferrals ||
        requireScheduled !== news.requireScheduled ||
        !isDeepStrictEqual(triggers, news.triggers);
      return difference(differs, argumentsThatReplace({ projectId: parseId(id) }, news));
    },

    async create(inputs) {
      return { id: inputs.projectId, outs: await defer(connection, inputs, "create") };
    },

    async read(id, props) {
      const projectId = parseId(id);
      const window = await getMaintenanceWindow(connection.atlas().client, projectId, {});
      const outs = observe({ ...readDefaults, ...recall(props, stored), projectId }, window);
      return { id: projectId, props: outs, inputs: declaredOf(outs) as Outputs };
    },

    async update(_id, _olds, news) {
      return { outs: await defer(connection, news, "update") };
    },

    async delete(id) {
      connection.report(
        `Deleting the MaintenanceDeferral of project ${parseId(id)} changes nothing in Atlas: a deferral cannot be taken back.`,
      );
    },
  };
}

/** What `.get()` starts from, when nothing was declared. */
const readDefaults = { deferrals: 0, requireScheduled: false, status: "DEFERRED" } as const;

/**
 * What the window says about a deferral that was declared. Fewer deferrals than declared show as `deferrals`, so that
 * the next `pulumi up` defers the maintenance again. None are missing when nothing was scheduled and nothing has
 * moved since.
 */
function observe(
  declared: Inputs & Pick<Outputs, "status"> & { numberOfDeferrals?: number },
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

/** Defers the maintenance until it has been deferred as often as declared; what was done before counts. */
async function defer(
  connection: Connection,
  declared: Inputs,
  operation: "create" | "update",
): Promise<Outputs> {
  const atlas = connection.atlas();
  const { projectId, deferrals, requireScheduled } = declared;
  const deadline = startDeadline(atlas.clock, declared, operation, defaultTimeMs);
  // Two that look at the same time would both find a deferral missing.
  const { window, outcome } = await connection.run.turns.take(thing("deferral", [projectId]), () =>
    deferUntil(atlas, projectId, deferrals, { deadline }),
  );
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
  declared: Inputs,
  { numberOfDeferrals, dayOfWeek, hourOfDay, timeZoneId }: AtlasMaintenanceWindow,
  status: Outputs["status"],
): Outputs {
  return {
    ...declaredOf(declared),
    status,
    numberOfDeferrals,
    // Atlas shows day 0, or none, for a window that is not defined.
    ...(dayOfWeek ? { dayOfWeek, ...(hourOfDay == null ? {} : { hourOfDay }) } : {}),
    ...(timeZoneId ? { timeZoneId } : {}),
  };
}

function declaredOf({ projectId, deferrals, requireScheduled, triggers, __timeouts }: Inputs): Inputs {
  return {
    projectId,
    deferrals,
    requireScheduled,
    ...(triggers === undefined ? {} : { triggers }),
    // A refresh gets the outputs only, and must give the inputs back as they were.
    ...(__timeouts === undefined ? {} : { __timeouts }),
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
