import * as pulumi from "@pulumi/pulumi";
import { declaration } from "../declaration";
import type { Registration } from "../registration";

/** Arguments of {@link MaintenanceDeferral}. */
export interface MaintenanceDeferralArgs {
  /** Id of the project: 24 hexadecimal digits. Another value replaces the resource. */
  projectId: pulumi.Input<string>;
  /**
   * How often the scheduled maintenance must have been deferred, by a week each time: 1 or 2. A higher number defers
   * it once more; a lower one changes nothing in Atlas.
   *
   * @default 1
   */
  deferrals?: pulumi.Input<number>;
  /**
   * Any values, as a list or a map, for example the number of the release that a freeze protects. When they change,
   * `pulumi up` checks again whether the maintenance that is scheduled at that time has been deferred.
   *
   * @default none
   */
  triggers?: pulumi.Input<pulumi.Input<unknown>[] | Record<string, pulumi.Input<unknown>>>;
  /**
   * Whether it is an error when no maintenance is scheduled, rather than a warning.
   *
   * @default false
   */
  requireScheduled?: pulumi.Input<boolean>;
}

const registration: Registration<MaintenanceDeferral> = {
  name: "MaintenanceDeferral",
  outputs: {
    projectId: undefined,
    deferrals: undefined,
    triggers: undefined,
    requireScheduled: undefined,
    status: undefined,
    numberOfDeferrals: undefined,
    dayOfWeek: undefined,
    hourOfDay: undefined,
    timeZoneId: undefined,
  },
  adopting: "counts deferrals that are there already",
};

/**
 * The maintenance that is scheduled for the project has been deferred at least `deferrals` times.
 *
 * It is a state and not a command: earlier deferrals count, so nothing is deferred twice. With nothing scheduled,
 * `status` is `NOT_SCHEDULED`, and a warning says so.
 *
 * - **Adopts** deferrals that are there already.
 * - **Refresh** shows fewer deferrals than declared as a difference, because the window was edited or the maintenance
 *   has taken place. The next `pulumi up` defers it again, once, or settles as `NOT_SCHEDULED`.
 * - **Replaced** when `projectId` changes.
 * - **Deleting** changes nothing in Atlas, and says so: a deferral cannot be taken back.
 * - **Role needed**: Project Owner (`GROUP_OWNER`) to defer, Project Read Only (`GROUP_READ_ONLY`) to refresh.
 * - **Errors**: the project has no maintenance window; Atlas does not defer a maintenance more than twice, nor
 *   outside a limited time before it starts; with `requireScheduled`, nothing is scheduled.
 *
 * Atlas operations: `deferGroupMaintenanceWindow`, `getGroupMaintenanceWindow`.
 *
 * @example
 * ```typescript
 * new MaintenanceDeferral("black-friday", {
 *   projectId: "5f1b3c2a9d8e7f6a5b4c3d2e",
 *   deferrals: 2,
 * });
 * ```
 */
export class MaintenanceDeferral extends pulumi.CustomResource {
  /** Id of the project. */
  declare readonly projectId: pulumi.Output<string>;
  /** How often the maintenance must have been deferred; after a refresh fewer, if deferrals are missing. */
  declare readonly deferrals: pulumi.Output<number>;
  /** The values whose change asks again. */
  declare readonly triggers: pulumi.Output<unknown>;
  /** Whether it is an error when no maintenance is scheduled. */
  declare readonly requireScheduled: pulumi.Output<boolean>;
  /**
   * `DEFERRED`, or `NOT_SCHEDULED` when there was nothing to defer. After a failure it may be `UNCONFIRMED`: a request was
   * not answered, and the next `pulumi up` looks for its effect before it asks again.
   */
  declare readonly status: pulumi.Output<string>;
  /** How often Atlas says that the scheduled maintenance has been deferred. */
  declare readonly numberOfDeferrals: pulumi.Output<number>;
  /** Day of the maintenance window, from 1, Sunday, to 7, Saturday; undefined when none is defined. */
  declare readonly dayOfWeek: pulumi.Output<number | undefined>;
  /** Hour at which the maintenance window starts, from 0 to 23 in `timeZoneId`; undefined when none is defined. */
  declare readonly hourOfDay: pulumi.Output<number | undefined>;
  /** Time zone of the project, such as `Europe/Berlin`. */
  declare readonly timeZoneId: pulumi.Output<string | undefined>;

  constructor(name: string, args: MaintenanceDeferralArgs, options?: pulumi.CustomResourceOptions) {
    super(...declaration(registration, name, args, options));
  }

  /**
   * Reads how often the maintenance of a project has been deferred, without declaring anything.
   *
   * @param id `<projectId>`
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): MaintenanceDeferral {
    // The arguments follow from the id.
    return new MaintenanceDeferral(name, {} as MaintenanceDeferralArgs, { ...options, id });
  }
}
