import type { LiveMigration } from "../atlas/migration";
import type { FakeClock } from "../fakeClock";
import { accessOf, type Scenario } from "./scenario";

/** What people do in Atlas by hand, or time does by itself; `at` chooses which of the things it happens to. */
export type Drift =
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
        | "maintenance runs"
        | "maintenance is scheduled";
      readonly at: number;
    };

/** What drift has done, as far as it counts when a sequence is judged. */
export interface Hand {
  /** Whether anything has happened that only a refresh can see. */
  moved: boolean;
  /** Accesses that were given by hand. */
  readonly given: Set<string>;
  /** Invitations that have ended, by username: each may be followed by another. */
  readonly ended: Map<string, number>;
  /** Projects whose maintenance was not scheduled at some time. */
  readonly unscheduled: Set<string>;
}

export function newHand({ projects, setting }: Scenario): Hand {
  const unscheduled = projects.filter((_id, index) => setting.scheduled[index] !== true);
  return { moved: false, given: new Set(), ended: new Map(), unscheduled: new Set(unscheduled) };
}

/** Lets it happen, where it can. */
export function drift(scenario: Scenario, clock: FakeClock, hand: Hand, event: Drift): void {
  const { world } = scenario;
  if (event.what === "time passes") {
    clock.advance(event.minutes * 60_000);
    return;
  }
  const pick = <T>(from: readonly T[]): T => from[event.at % from.length] as T;
  const projectId = pick(scenario.projects);
  const people = scenario.people();
  const person = people[Math.floor(event.at / 2) % people.length] as string;
  const key = person.toLowerCase();
  const teamId = pick(scenario.teams);
  const member = scenario.members[Math.floor(event.at / 2) % 2] as { username: string };
  const isThere = world.members(projectId)[key] !== undefined;
  const isInTeam = world.teamMembers(teamId).includes(member.username);
  const isPending = world.organization(scenario.orgId).members.get(key)?.status === "PENDING";
  hand.moved = true;
  switch (event.what) {
    case "roles are changed":
      if (isThere) world.setRoles(projectId, person, event.roles);
      break;
    case "somebody is let in":
      hand.given.add(accessOf(projectId, person));
      world.grant(projectId, person, event.roles);
      break;
    case "somebody is removed":
      if (isThere) world.removeFromProject(projectId, person);
      break;
    case "an invitation is accepted":
      if (isPending) world.acceptInvitation(person);
      break;
    case "an invitation expires":
    case "an invitation is rejected":
      if (isPending) {
        hand.ended.set(key, (hand.ended.get(key) ?? 0) + 1);
        if (event.what === "an invitation expires") world.expireInvitation(person);
        else world.rejectInvitation(person);
      }
      break;
    case "a member joins a team":
      hand.given.add(accessOf(teamId, member.username));
      if (!isInTeam) world.addToTeam(teamId, member.username);
      break;
    case "a member leaves a team":
      if (isInTeam) world.removeFromTeam(teamId, member.username);
      break;
    case "a migration is cut over": {
      const migration = pick<LiveMigration>(scenario.migrations);
      if (migration.cutovers === 0) migration.cutOver();
      break;
    }
    case "the window is edited":
      world.editWindow(projectId, { hourOfDay: event.at % 24 });
      break;
    case "maintenance runs":
      hand.unscheduled.add(projectId);
      world.runMaintenance(projectId);
      break;
    case "maintenance is scheduled":
      world.setMaintenance(projectId, { scheduled: true });
      break;
  }
}
