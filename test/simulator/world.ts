import { flattenedListShowsImpliedRoles, flattenedListShowsRolesOfTeams, rolesOfReader } from "./inferred";
import { Lag, type Lags, noLag } from "./lag";
import type { MaintenanceSettings, MaintenanceWindow } from "./maintenance";
import { LiveMigration, type MigrationScript } from "./migration";
import type { LinkToken, PipelineSchedule, Project } from "./people";
import { Population } from "./population";

export type RemovableEndpoint = "invites" | "availableSchedules";

/**
 * What Atlas holds, open to a test or a demonstration: these methods do what other people do in Atlas's own
 * interface, or look at what is there, without a request. Ids go in and out as strings, names may be any case.
 */
export class World extends Population {
  /** False: every request but those for tokens is refused as coming from a strange address. */
  accessListOpen = true;
  /** Of the keys that only read, in each organization and project. */
  rolesOfReader: ReadonlySet<string> = rolesOfReader;
  /** Whether the last owner of a project is safe: in every project, none, or those created with an owner. */
  protectLastOwner: boolean | "where created with an owner" = "where created with an owner";
  /** False: Atlas refuses to defer, as it does too long before or too shortly before the maintenance. */
  deferWindowOpen = true;
  /** The code of the 400 that throttles invitations. */
  invitationThrottleCode: "RATE_LIMITED_IP" | "INVITATIONS_RATE_LIMITED_IP" = "RATE_LIMITED_IP";
  /** The code of the 404 when there is no link to delete: it was null until July 2026. */
  missingLinkCode: string | null = "UNEXPECTED_ERROR";
  /** Which roles the users of a project have in a list that also shows access by a team or by the organization. */
  flattenedList = {
    showsRolesOfTeams: flattenedListShowsRolesOfTeams,
    showsImpliedRoles: flattenedListShowsImpliedRoles,
  };
  /** When the deprecated endpoints will go; null leaves the `Sunset` header out. */
  sunset: { [Endpoint in RemovableEndpoint]: Date | null } = {
    invites: new Date(Date.UTC(2027, 6, 1)),
    availableSchedules: new Date(Date.UTC(2025, 8, 9)),
  };
  /** When operations that nobody has announced the end of will go, by their ids. */
  readonly furtherSunsets = new Map<string, Date>();
  /** Atlas raises the number of users and of deferrals for who asks for it. */
  limits = {
    usersPerOrganization: 500,
    usersPerProject: 500,
    usersPerTeam: 250,
    teamsPerUser: 100,
    deferrals: 2,
  };
  /** How many answers are behind what was written over the API; a test may change it at any time. */
  lags: Lags = { ...noLag };
  readonly reads = new Lag();

  readonly removedEndpoints = new Map<RemovableEndpoint, 404 | 410>();

  constructor(now: () => number = Date.now) {
    super(now);
  }

  addMigration(projectId: string, script: MigrationScript = {}): LiveMigration {
    const migration = new LiveMigration(this.ids.next(), script);
    this.project(projectId).migrations.set(migration.id, migration);
    return migration;
  }

  /** The projects whose push migrations keep the organization's link in use. */
  activeMigrationsOf(organizationId: string): string[] {
    return [...this.organization(organizationId).projects]
      .filter((project) => [...project.migrations.values()].some((each) => each.usesLink && each.isActive))
      .map((project) => project.id);
  }

  link(organizationId: string): { current: LinkToken | undefined; made: number } {
    const { link, linkTokensMade } = this.organization(organizationId);
    return { current: link, made: linkTokensMade };
  }

  maintenance(projectId: string): MaintenanceWindow {
    return this.project(projectId).maintenance;
  }

  setMaintenance(projectId: string, settings: MaintenanceSettings): void {
    this.maintenance(projectId).apply(settings);
  }

  /** A colleague edits the window, which takes back every deferral. */
  editWindow(projectId: string, settings: MaintenanceSettings = {}): void {
    const project = this.project(projectId);
    const type = project.maintenance.isSet ? "MODIFIED" : "ADDED";
    project.maintenance.edit(settings);
    this.keepInProject(project, `ATLAS_MAINTENANCE_WINDOW_${type}`);
  }

  /** A colleague resets the window, as if it had never been set. */
  resetWindow(projectId: string): void {
    this.maintenance(projectId).reset();
    this.keepInProject(this.project(projectId), "ATLAS_MAINTENANCE_WINDOW_REMOVED");
  }

  /** Keeps in the activity feed what somebody did in a project that concerns no single user. */
  keepInProject(project: Project, type: string): void {
    this.events.keep({ type, organization: project.organization, project });
  }

  runMaintenance(projectId: string): void {
    this.maintenance(projectId).run();
  }

  addPipeline(projectId: string, name: string, schedules: readonly PipelineSchedule[]): void {
    this.project(projectId).pipelines.set(name, schedules);
  }

  /** After the sunset: Atlas answers 410, or no longer knows the path. */
  removeEndpoint(endpoint: RemovableEndpoint, status: 404 | 410): void {
    this.removedEndpoints.set(endpoint, status);
  }

  restoreEndpoint(endpoint: RemovableEndpoint): void {
    this.removedEndpoints.delete(endpoint);
  }
}
