import type { Settings } from "../../provider/atlas/settings";
import { Refusal } from "../simulator/answers";
import type { Handler } from "../simulator/call";
import { handlers } from "../simulator/handlers";
import type { LiveMigration, MigrationScript, MigrationStep } from "../simulator/migration";
import type { AtlasSimulator } from "../simulator/simulator";
import type { World } from "../simulator/world";

/** What of an organization a sequence begins with. */
export interface Setting {
  readonly credentials: "apiKey" | "serviceAccount";
  /** What Atlas does when a link token is asked for and there is one: nobody knows. */
  readonly secondLink: "replaces" | "is refused";
  /** Whether a colleague has made a link, which no program may drop that declares none. */
  readonly linkOfColleague: boolean;
  /** Looks that it takes until the migrations are ready. */
  readonly looksUntilReady: number;
  /** Looks that show a migration at work after its cut-over began. */
  readonly looksUntilComplete: number;
  readonly scheduled: readonly [boolean, boolean];
  /** By how many answers reads lag behind writes. */
  readonly lag: number;
  /** The share of requests before which Atlas forgets every nonce. */
  readonly nonceDrops: number;
}

/** A deferral that Atlas granted to a client. */
export interface GrantedDeferral {
  readonly projectId: string;
  /** How often the maintenance had been deferred before. */
  readonly before: number;
  readonly at: number;
}

const working = (lagTimeSeconds: number | null): MigrationStep => ({
  status: "WORKING",
  readyForCutover: false,
  lagTimeSeconds,
});

let counter = 0;

/** One organization with all that the resources need, of its own for every sequence. */
export class Scenario {
  readonly orgId: string;
  readonly projects: readonly string[];
  readonly teams: readonly string[];
  /** The first two belong to the organization; the others are invited when they are declared. */
  readonly people: readonly string[];
  readonly migrations: readonly LiveMigration[];
  readonly credentials: Settings["credentials"];
  readonly granted: GrantedDeferral[] = [];
  readonly linkOfColleague: string | undefined;

  constructor(
    readonly simulator: AtlasSimulator,
    readonly setting: Setting,
    now: () => number,
  ) {
    const { world, keys } = simulator;
    const number = ++counter;
    this.orgId = world.createOrganization();
    this.projects = [world.createProject(this.orgId), world.createProject(this.orgId)];
    this.teams = [world.createTeam(this.orgId), world.createTeam(this.orgId)];
    this.people = ["mia", "max", "Ada", "abe"].map((name) => `${name}.${number}@example.com`);
    for (const person of this.people.slice(0, 2)) {
      world.addActiveUser(this.orgId, person);
    }
    this.migrations = this.projects.map((projectId) => world.addMigration(projectId, scriptOf(setting)));
    this.projects.forEach((projectId, index) => {
      const scheduled = setting.scheduled[index] === true;
      world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled });
    });
    if (setting.linkOfColleague) {
      this.linkOfColleague = "the link of a colleague";
      world.organization(this.orgId).link = { linkToken: this.linkOfColleague, accessListIps: [] };
    }
    this.credentials =
      setting.credentials === "serviceAccount"
        ? { kind: "serviceAccount", clientId: keys.clientId, clientSecret: keys.clientSecret }
        : { kind: "apiKey", publicKey: keys.publicKey, privateKey: keys.privateKey };
    const { lag } = setting;
    world.lags = { projects: lag, teams: lag, organizations: lag, windows: lag, migrations: lag };
    simulator.digest.dropNonces(number, setting.nonceDrops);
    simulator.replaceHandler("createOrgLiveMigrationLinkToken", mintAs(setting.secondLink));
    simulator.replaceHandler("deferGroupMaintenanceWindow", this.noting(now));
  }

  get world(): World {
    return this.simulator.world;
  }

  /** The id by which Atlas knows a person of the organization now. */
  userIdOf(person: string): string {
    return this.world.member(this.orgId, person).userId;
  }

  /** Nonces live from now on: a first proof whose nonce is dropped cannot be told from one with a wrong key. */
  calm(): void {
    this.simulator.digest.dropNonces(0, 0);
  }

  /** Reads show what Atlas has: another process starts that much later. */
  catchUp(): void {
    this.world.reads.catchUp();
    for (const migration of this.migrations) {
      migration.catchUp();
    }
  }

  /** Takes the organization away, so that a long run does not slow down. */
  clear(): void {
    const { directory } = this.world;
    directory.organizations.delete(this.orgId);
    for (const projectId of this.projects) {
      directory.projects.delete(projectId);
    }
    for (const teamId of this.teams) {
      directory.teams.delete(teamId);
    }
    this.simulator.clearFailures();
    // Atlas allows a service account a hundred live tokens, which is enough for the processes of one sequence.
    this.simulator.revokeTokens();
    this.simulator.log.clear();
    directory.invitationsSent.length = 0;
  }

  private noting(now: () => number): Handler {
    const defer = handlers["deferGroupMaintenanceWindow"] as Handler;
    return (call) => {
      const projectId = call.params.groupId ?? "";
      const before = call.world.maintenance(projectId).numberOfDeferrals;
      const answer = defer(call);
      this.granted.push({ projectId, before, at: now() });
      return answer;
    };
  }
}

export function accessOf(parentId: string, username: string): string {
  return `${parentId}/${username.toLowerCase()}`;
}

function scriptOf({ looksUntilReady, looksUntilComplete }: Setting): MigrationScript {
  return {
    steps: [
      ...Array.from({ length: looksUntilReady }, () => working(9)),
      { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 },
    ],
    afterCutover: [
      ...Array.from({ length: looksUntilComplete }, () => working(null)),
      { status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null },
    ],
  };
}

function mintAs(secondLink: Setting["secondLink"]): Handler {
  const mint = handlers["createOrgLiveMigrationLinkToken"] as Handler;
  return (call) => {
    if (secondLink === "is refused" && call.world.organization(call.params.orgId ?? "").link) {
      throw new Refusal(409, null, "The organization is linked already.");
    }
    return mint(call);
  };
}
