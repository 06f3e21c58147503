import type { LiveMigration } from "../simulator/migration";
import type { UnrulyClock } from "../unrulyClock";
import { accessOf, type Scenario } from "./scenario";

/** What other people do in Atlas, or time does by itself; `at` chooses which of the things it happens to. */
export type OutOfBandChange =
  | { readonly what: "roles are changed"; readonly at: number; readonly roles: readonly string[] }
  | { readonly what: "somebody is let in"; readonly at: number; readonly roles: readonly string[] }
  | { readonly what: "time passes"; readonly minutes: number }
  | {
      readonly what:
        | "somebody is removed"
        | "an invitation is accepted"
        | "an invitation expires"
        | "an invitation is rejected"
        | "a member joins a team"
        | "a member leaves a team"
        | "a migration is cut over"
        | "the window is edited"
        | "maintenance is deferred"
        | "maintenance runs"
        | "maintenance is scheduled";
      readonly at: number;
    };

/** What has been done out of band, as far as it counts when a sequence is judged. */
export class OutOfBand {
  /** Whether anything has happened that only a refresh can see. */
  moved = false;
  /** People whose access was changed since the last refresh, by username. */
  readonly touched = new Set<string>();
  /** Accesses that were given. */
  readonly given = new Set<string>();
  /** Invitations that have ended, by username: each may be followed by another. */
  readonly ended = new Map<string, number>();
  /** Projects whose maintenance was not scheduled at some time. */
  readonly unscheduled: Set<string>;
  /** When a window was last changed, by project. */
  readonly windowsChangedAt = new Map<string, number>();

  constructor(
    private readonly scenario: Scenario,
    private readonly clock: UnrulyClock,
  ) {
    const { projects, setting } = scenario;
    this.unscheduled = new Set(projects.filter((_id, index) => setting.scheduled[index] !== true));
  }

  /** Lets it happen, where it can. Returns whose access it may have changed. */
  happen(change: OutOfBandChange): string | undefined {
    if (change.what === "time passes") {
      this.clock.advance(change.minutes * 60_000);
      return undefined;
    }
    this.moved = true;
    const { at } = change;
    const { scenario } = this;
    const projectId = scenario.projects[at % scenario.projects.length] as string;
    const person = scenario.people[Math.floor(at / 2) % scenario.people.length] as string;
    switch (change.what) {
      case "roles are changed":
      case "somebody is let in":
        return this.changeProject(change.what, projectId, person, change.roles);
      case "somebody is removed":
        return this.changeProject(change.what, projectId, person, []);
      case "a member joins a team":
      case "a member leaves a team":
        return this.changeTeam(change.what, scenario.teams[at % 2] as string, person);
      case "an invitation is accepted":
      case "an invitation expires":
      case "an invitation is rejected":
        return this.endInvitation(change.what, at);
      case "a migration is cut over": {
        const migration = scenario.migrations[at % 2] as LiveMigration;
        if (migration.cutovers === 0) {
          migration.cutOver();
        }
        return undefined;
      }
      default:
        this.changeWindow(change.what, projectId, at);
        return undefined;
    }
  }

  /** A refresh has seen all of it. */
  seen(): void {
    this.moved = false;
    this.touched.clear();
  }

  private changeProject(
    what: "roles are changed" | "somebody is let in" | "somebody is removed",
    projectId: string,
    person: string,
    roles: readonly string[],
  ): string | undefined {
    const { world } = this.scenario;
    const isThere = world.members(projectId)[person.toLowerCase()] !== undefined;
    if (!isThere && what !== "somebody is let in") {
      return undefined;
    }
    if (what === "roles are changed") {
      world.setRoles(projectId, person, roles);
    } else if (what === "somebody is removed") {
      world.removeFromProject(projectId, person);
    } else {
      this.given.add(accessOf(projectId, person));
      world.grant(projectId, person, roles);
    }
    return this.touch(person);
  }

  private changeTeam(
    what: "a member joins a team" | "a member leaves a team",
    teamId: string,
    person: string,
  ): string | undefined {
    const { world, orgId } = this.scenario;
    const isIn = world.teamMembers(teamId).includes(person.toLowerCase());
    if (what === "a member leaves a team") {
      if (!isIn) {
        return undefined;
      }
      world.removeFromTeam(teamId, person);
    } else {
      if (isIn || !world.organization(orgId).members.get(person)) {
        return undefined;
      }
      this.given.add(accessOf(teamId, person));
      world.addToTeam(teamId, person);
    }
    return this.touch(person);
  }

  private endInvitation(
    what: "an invitation is accepted" | "an invitation expires" | "an invitation is rejected",
    at: number,
  ): string | undefined {
    const { world, orgId, people } = this.scenario;
    const { members } = world.organization(orgId);
    const pending = people.filter((each) => members.get(each)?.status === "PENDING");
    const person = pending[at % Math.max(1, pending.length)];
    if (person === undefined) {
      return undefined;
    }
    if (what === "an invitation is accepted") {
      world.acceptInvitation(person);
      // Accepting takes nothing away, so that nobody may lose access by it.
      return undefined;
    }
    const key = person.toLowerCase();
    this.ended.set(key, (this.ended.get(key) ?? 0) + 1);
    if (what === "an invitation expires") {
      world.expireInvitation(person);
    } else {
      world.rejectInvitation(person);
    }
    return this.touch(person);
  }

  private changeWindow(
    what:
      | "the window is edited"
      | "maintenance is deferred"
      | "maintenance runs"
      | "maintenance is scheduled",
    projectId: string,
    at: number,
  ): void {
    const { world } = this.scenario;
    this.windowsChangedAt.set(projectId, this.clock.server());
    if (what === "the window is edited") {
      world.editWindow(projectId, { hourOfDay: at % 24 });
    } else if (what === "maintenance is scheduled") {
      world.setMaintenance(projectId, { scheduled: true });
    } else if (what === "maintenance runs") {
      this.unscheduled.add(projectId);
      world.runMaintenance(projectId);
    } else {
      const window = world.maintenance(projectId);
      if (window.scheduled && window.numberOfDeferrals < world.limits.deferrals) {
        window.defer();
      }
    }
  }

  private touch(person: string): string {
    const key = person.toLowerCase();
    this.touched.add(key);
    return key;
  }
}
