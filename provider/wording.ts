import type { Settings } from "./atlas/settings";

/** What the messages of the client for Atlas say to a user of Pulumi. */
export const inPulumi = {
  runsIn: "Pulumi",
  wording: {
    baseUrl: "mongodbatlas:baseUrl",
    allowMoreTime: "allow more with `customTimeouts`",
    sendFewer: "with a lower --parallel",
    deletedProject:
      "If it is in another organization, give its resources a Provider with the credentials of that organization. " +
      "Only if it has been deleted, take what a stack has in it out of its state with `pulumi state delete`.",
  },
} as const satisfies Pick<Settings, "runsIn" | "wording">;

/** Advice for credentials in the stack's configuration. A refresh does not see them before the next update. */
export const rotatedCredentials =
  "If it has been rotated, run `pulumi up` once without --refresh: a refresh uses the configuration of the last update.";

/** The same for credentials that are arguments of a `Provider`. */
export const rotatedInputs =
  "If it has been rotated, run `pulumi up` once without --refresh: a refresh uses the arguments that the Provider had in the last update.";
