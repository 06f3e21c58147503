import type { Facts, Messages } from "../messages/messages";
import { becomes, capital, changedBy, noLongerManaged, times } from "../messages/sentences";
import { maintenanceDeferralId } from "./id";

const subject = ({ project }: Facts): string => `the maintenance of project ${project}`;

export const maintenanceDeferralMessages: Messages = {
  id: maintenanceDeferralId,
  needs: [["projectId"]],
  // Each takes deferrals back; Atlas has no event for maintenance that has taken place.
  events: [
    "ATLAS_MAINTENANCE_WINDOW_ADDED",
    "ATLAS_MAINTENANCE_WINDOW_MODIFIED",
    "ATLAS_MAINTENANCE_WINDOW_REMOVED",
    "ATLAS_MAINTENANCE_START_ASAP",
    "ATLAS_MAINTENANCE_RESET_BY_ADMIN",
  ],
  roles: [
    { role: "GROUP_OWNER", to: "defer" },
    { role: "GROUP_READ_ONLY", to: "refresh" },
  ],
  readBy: "getGroupMaintenanceWindow",
  wording: {
    subject,
    changed: (of, property, { declared, actual }, { cause }) =>
      property === "deferrals"
        ? `${capital(subject(of))} is deferred ${times(actual)}, and not ${times(declared)}: ` +
          "its window was edited, or the maintenance has taken place."
        : changedBy(cause, subject(of), property),
    deleted: (of, { cause }) => `${capital(subject(of))} was deleted ${cause}.`,
    willCreate: (of) =>
      `${capital(subject(of))}, if any is scheduled, will be deferred ${times(of["deferrals"])}, a week each time.`,
    willUpdate: (of, property, before, after) =>
      property === "triggers"
        ? `${capital(subject(of))} will be looked at again, and deferred ${times(of["deferrals"])} if it is not yet.`
        : becomes(subject(of), property, before, after),
    willDelete: (of) => noLongerManaged(subject(of)),
  },
};
