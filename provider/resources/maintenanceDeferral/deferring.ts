import { AtlasError } from "../../atlas/errors/error";
import {
  type AtlasMaintenanceWindow,
  deferGroupMaintenanceWindow,
  getGroupMaintenanceWindow,
  type RequestOptions,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { lookUntil } from "../handler/lookUntil";

/** Pauses before further looks for an effect, in milliseconds. */
const pausesMs = [2_000, 5_000, 10_000];

/** Requests that may be lost in a row before it is an error. */
const mostLost = 3;

/** How an attempt to defer a maintenance has ended. */
export interface Deferred {
  /** As Atlas shows it. */
  window: AtlasMaintenanceWindow;
  /** `in doubt` when Atlas has accepted a request whose effect does not show. */
  outcome: "deferred" | "in doubt" | "nothing scheduled";
}

/** A request was not answered, and the time was over before it was clear whether it had an effect. */
export class Unconfirmed extends Error {
  constructor(
    /** The window as it was before that request. */
    readonly window: AtlasMaintenanceWindow,
    override readonly cause: AtlasError,
  ) {
    super("not confirmed");
  }
}

/**
 * Defers the scheduled maintenance until the window shows as many deferrals.
 *
 * Each request defers by another week, so there is a look right before each. No request follows one that Atlas has
 * accepted but does not show: the window may lag behind, or somebody may have edited it, which cancels all deferrals.
 *
 * @param unconfirmedAfter how many deferrals there were when an earlier run sent a request that was not answered
 * @throws Unconfirmed when the next run must know of such a request
 */
export async function deferUntil(
  atlas: AtlasSession,
  projectId: string,
  deferrals: number,
  options: RequestOptions,
  unconfirmedAfter?: number,
): Promise<Deferred> {
  const look = (): Promise<AtlasMaintenanceWindow> =>
    getGroupMaintenanceWindow(atlas.client, { projectId }, options);
  /** Looks until more deferrals show than before, or for as long as what Atlas shows may lag behind. */
  const lookForMore = (before: number, pauses: readonly number[]): Promise<AtlasMaintenanceWindow> =>
    lookUntil(look, (shown) => shown.numberOfDeferrals > before, pauses, { ...options, clock: atlas.clock });
  let window = await (unconfirmedAfter === undefined ? look() : lookForMore(unconfirmedAfter, pausesMs));
  let lost = 0;
  while (window.numberOfDeferrals < deferrals) {
    const before = window.numberOfDeferrals;
    const answer = await request(atlas, projectId, options);
    if (answer === "nothing scheduled") {
      return { window, outcome: answer };
    }
    try {
      window = await lookForMore(before, answer === "not sent" ? [] : pausesMs);
    } catch (error) {
      throw answer instanceof AtlasError ? new Unconfirmed(window, answer) : error;
    }
    if (window.numberOfDeferrals > before) {
      lost = 0;
    } else if (answer === "accepted") {
      return { window, outcome: "in doubt" };
    } else if (answer instanceof AtlasError) {
      lost += 1;
      if (lost === mostLost) {
        throw new Unconfirmed(window, answer);
      }
    }
  }
  return { window, outcome: "deferred" };
}

/** Sends one request. It returns an error, and does not throw it, when the answer was lost. */
async function request(
  atlas: AtlasSession,
  projectId: string,
  options: RequestOptions,
): Promise<"accepted" | "not sent" | "nothing scheduled" | AtlasError> {
  try {
    return await deferGroupMaintenanceWindow(atlas.client, { projectId }, options);
  } catch (error) {
    if (!(error instanceof AtlasError)) {
      throw error;
    }
    if (error.errorCode === "ATLAS_MAINTENANCE_NOT_SCHEDULED" && error.isFromAtlas) {
      return "nothing scheduled";
    }
    if (error.mayHaveTakenEffect && error.operation === "deferGroupMaintenanceWindow") {
      return error;
    }
    throw explain(error);
  }
}

function explain(error: AtlasError): AtlasError {
  switch (error.errorCode) {
    case "ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED":
      return error.withAdvice(
        "Define a maintenance window for the project first, for example with MaintenanceWindow of @pulumi/mongodbatlas.",
      );
    case "ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED":
      return error.withAdvice(
        "Atlas lets one maintenance be deferred twice: it has to take place now, or the window has to be moved.",
      );
    default:
      return error.status === 400 && error.isFromAtlas
        ? error.withAdvice(
            "Atlas lets a maintenance be deferred only within a limited time before it starts: run `pulumi up` again then.",
          )
        : error;
  }
}
