import { resetUnschedulesMaintenance } from "./inferred";

export interface MaintenanceSettings {
  dayOfWeek?: number;
  hourOfDay?: number;
  timeZoneId?: string;
  autoDeferOnceEnabled?: boolean;
  startASAP?: boolean;
  protectedHours?: { startHourOfDay?: number; endHourOfDay?: number };
  numberOfDeferrals?: number;
  /** Whether Atlas has planned maintenance: nothing in the API shows it, `defer` only works while it is so. */
  scheduled?: boolean;
}

/** The maintenance window of one project. It always exists; before the first PATCH it is only not set. */
export class MaintenanceWindow {
  dayOfWeek: number | undefined;
  hourOfDay: number | undefined;
  timeZoneId = "UTC";
  autoDeferOnceEnabled = false;
  startASAP = false;
  protectedHours: { startHourOfDay?: number; endHourOfDay?: number } | undefined;
  numberOfDeferrals = 0;
  scheduled = false;
  /** Every deferral that Atlas granted, over the whole life of the project. */
  deferralsGranted = 0;

  get isSet(): boolean {
    return this.dayOfWeek !== undefined;
  }

  apply(settings: MaintenanceSettings): void {
    Object.assign(this, settings);
  }

  /** Editing the window takes back what was deferred. */
  edit(settings: MaintenanceSettings): void {
    this.apply(settings);
    this.numberOfDeferrals = 0;
  }

  /** As if it had never been set; the project keeps its time zone. */
  reset(): void {
    this.edit({ autoDeferOnceEnabled: false, startASAP: false });
    this.dayOfWeek = undefined;
    this.hourOfDay = undefined;
    this.protectedHours = undefined;
    if (resetUnschedulesMaintenance) {
      this.scheduled = false;
    }
  }

  copy(): MaintenanceWindow {
    return Object.assign(new MaintenanceWindow(), this);
  }

  defer(): void {
    this.numberOfDeferrals += 1;
    this.deferralsGranted += 1;
  }

  /** The scheduled maintenance takes place. */
  run(): void {
    this.scheduled = false;
    this.startASAP = false;
    this.numberOfDeferrals = 0;
  }
}
