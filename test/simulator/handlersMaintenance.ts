import { Refusal } from "./answers";
import { type Handlers, projectOf } from "./call";
import {
  badHourCode,
  deferOutsideTimeCode,
  unsetWindowShowsZeros,
  windowLockedWhileScheduled,
} from "./inferred";
import type { MaintenanceSettings, MaintenanceWindow } from "./maintenance";

export const maintenanceHandlers: Handlers = {
  /** Never 404: a window that was not set is a 200 too. */
  getGroupMaintenanceWindow: (call) => {
    const { maintenance } = projectOf(call);
    return { status: 200, body: viewOf(call.world.reads.show(maintenance)) };
  },

  updateGroupMaintenanceWindow: (call) => {
    const { maintenance } = projectOf(call);
    const settings = call.body as MaintenanceSettings;
    // Atlas has the hour optional only once it knows one.
    if (!maintenance.isSet && settings.hourOfDay === undefined) {
      throw new Refusal(400, badHourCode, "The hour of day must be from 0 to 23.", { parameters: [null] });
    }
    if (windowLockedWhileScheduled && maintenance.scheduled) {
      throw new Refusal(400, "ATLAS_MAINTENANCE_ALREADY_SCHEDULED", "Maintenance is scheduled already.");
    }
    if (settings.startASAP === true && !maintenance.scheduled) {
      throw notScheduled();
    }
    call.world.editWindow(projectOf(call).id, settings);
    return { status: 200, versionIn: "X-Content-Type" };
  },

  resetGroupMaintenanceWindow: (call) => {
    call.world.resetWindow(projectOf(call).id);
    return { status: 204, versionIn: "X-Content-Type" };
  },

  /** Not idempotent: every call defers the maintenance by another week. */
  deferGroupMaintenanceWindow: (call) => {
    const { maintenance } = projectOf(call);
    if (!maintenance.scheduled) {
      throw notScheduled();
    }
    if (!maintenance.isSet) {
      throw new Refusal(400, "ATLAS_MAINTENANCE_WINDOW_NOT_DEFINED", "No maintenance window is defined.");
    }
    const most = call.world.limits.deferrals;
    if (maintenance.numberOfDeferrals >= most) {
      const detail = `Maintenance can be deferred at most ${most} times.`;
      throw new Refusal(400, "ATLAS_NUM_MAINTENANCE_DEFERRALS_EXCEEDED", detail, {
        parameters: [most],
      });
    }
    if (!call.world.deferWindowOpen) {
      const detail = "Maintenance can only be deferred within a limited time before it starts.";
      throw new Refusal(400, deferOutsideTimeCode, detail);
    }
    maintenance.defer();
    call.world.keepInProject(projectOf(call), "ATLAS_MAINTENANCE_DEFERRED");
    return { status: 200, versionIn: "X-Content-Type" };
  },
};

function viewOf(window: MaintenanceWindow): object {
  const unset = unsetWindowShowsZeros ? 0 : undefined;
  return {
    autoDeferOnceEnabled: window.autoDeferOnceEnabled,
    dayOfWeek: window.dayOfWeek ?? unset,
    hourOfDay: window.hourOfDay ?? unset,
    numberOfDeferrals: window.numberOfDeferrals,
    ...(hasHours(window.protectedHours) ? { protectedHours: window.protectedHours } : {}),
    startASAP: window.startASAP,
    timeZoneId: window.timeZoneId,
  };
}

/** An empty object is how clients take the protected hours away. */
function hasHours(hours: object | undefined): boolean {
  return hours !== undefined && Object.keys(hours).length > 0;
}

function notScheduled(): Refusal {
  return new Refusal(400, "ATLAS_MAINTENANCE_NOT_SCHEDULED", "No maintenance is scheduled.");
}
