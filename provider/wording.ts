import type { Settings } from "./atlas/settings";

/** What a user of Pulumi is told beside the facts that the client for Atlas knows. */
export const inPulumi = {
  runsIn: "Pulumi",
  wording: {
    baseUrl: "mongodbatlas:baseUrl",
    allowMoreTime: "allow more with `customTimeouts`",
    sendFewer: "with a lower --parallel",
    deletedProject:
      "If the project has been deleted, take what a stack has in it out of its state with `pulumi state delete`.",
  },
} as const satisfies Pick<Settings, "runsIn" | "wording">;

/** The advice for credentials of the stack's configuration, of which a refresh uses the former ones. */
export const rotatedCredentials =
  "If it has been rotated, run `pulumi up` once without --refresh: a refresh uses the configuration of the last update.";
