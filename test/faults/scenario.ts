import type { Settings } from "../../provider/atlas/settings";
import { Refusal } from "../atlas/answers";
import type { Handler } from "../atlas/call";
import { handlers } from "../atlas/handlers";
import type { LiveMigration, MigrationScript, MigrationStep } from "../atlas/migration";
import type { AtlasSimulator } from "../atlas/simulator";
import type { World } from "../atlas/world";
import type { Program } from "./engine";

/** What of an organization a sequence begins with. */
export interface Setting {
  readonly credentials: "apiKey" | "serviceAccount";
  /** What Atlas does when a link token is asked for and there is one: nobody knows. */
  readonly secondLink: "replaces" | "is refused";
  /** Looks that it takes until the migrations are ready. */
  readonly looksUntilReady: number;
  /** Looks that show a migration at work after its cut-over began. */
  readonly looksUntilComplete: number;
  readonly scheduled: readonly [boolean, boolean];
}

/** What a program declares; absent is not declared. */
export interface Declaration {
  readonly users: readonly [UserChoice | undefined, UserChoice | undefined];
  /** A membership of the person that the first of the users is, and which depends on it. */
  readonly newcomerInTeam?: number | undefined;
  readonly memberInTeam?: { team: number; member: number; by: "username" | "userId" } | undefined;
  readonly link?: readonly string[] | undefined;
  readonly cutover?: number | undefined;
  readonly deferral?: { project: number; deferrals: 1 | 2; trigger: number } | undefined;
}

export interface UserChoice {
  readonly project: number;
  readonly person: number;
  readonly roles: readonly string[];
}

const working = (lagTimeSeconds: number | null): MigrationStep => ({
  status: "WORKING",
  readyForCutover: false,
  lagTimeSeconds,
});

let counter = 0;

/** One organization with all that the five resources need, of its own for every sequence. */
export class Scenario {
  readonly orgId: string;
  readonly projects: readonly string[];
  readonly teams: readonly string[];
  readonly members: readonly { username: string; userId: string }[];
  /** Two people for each of the two ProjectUsers. */
  readonly newcomers: readonly (readonly [string, string])[];
  readonly migrations: readonly LiveMigration[];
  readonly credentials: Settings["credentials"];

  constructor(
    readonly simulator: AtlasSimulator,
    readonly setting: Setting,
  ) {
    const { world, keys } = simulator;
    const number = ++counter;
    this.orgId = world.createOrganization();
    this.projects = [world.createProject(this.orgId), world.createProject(this.orgId)];
    this.teams = [world.createTeam(this.orgId), world.createTeam(this.orgId)];
    this.members = ["mia", "max"].map((name) => {
      const username = `${name}.${number}@example.com`;
      return { username, userId: world.addActiveUser(this.orgId, username) };
    });
    this.newcomers = [
      [`Ada.${number}@example.com`, `abe.${number}@example.com`],
      [`Bea.${number}@example.com`, `bob.${number}@example.com`],
    ];
    const script: MigrationScript = {
      steps: [
        ...Array.from({ length: setting.looksUntilReady }, () => working(9)),
        { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 },
      ],
      afterCutover: [
        ...Array.from({ length: setting.looksUntilComplete }, () => working(null)),
        { status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null },
      ],
    };
    this.migrations = this.projects.map((projectId) => world.addMigration(projectId, script));
    this.projects.forEach((projectId, index) => {
      const scheduled = setting.scheduled[index] === true;
      world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled });
    });
    this.credentials =
      setting.credentials === "serviceAccount"
        ? { kind: "serviceAccount", clientId: keys.clientId, clientSecret: keys.clientSecret }
        : { kind: "apiKey", publicKey: keys.publicKey, privateKey: keys.privateKey };
    simulator.replaceHandler("createOrgLiveMigrationLinkToken", mintAs(setting.secondLink));
  }

  get world(): World {
    return this.simulator.world;
  }

  /** Everyone whom the program of this scenario may give access to a project. */
  people(): string[] {
    return this.newcomers.flat();
  }

  personOf(user: number, { person }: UserChoice): string {
    return this.newcomers[user]?.[person] as string;
  }

  program(declaration: Declaration): Program {
    const { users, newcomerInTeam, memberInTeam, link, cutover, deferral } = declaration;
    const [first] = users;
    const program: Record<string, Program[string]> = {};
    users.forEach((user, index) => {
      if (user !== undefined) {
        const projectId = this.projects[user.project] as string;
        const username = this.personOf(index, user);
        program[`user${index}`] = {
          type: "projectUser",
          inputs: { projectId, username, roles: [...user.roles] },
          identity: accessOf(projectId, username),
        };
      }
    });
    if (first !== undefined && newcomerInTeam !== undefined) {
      const username = this.personOf(0, first);
      const teamId = this.teams[newcomerInTeam] as string;
      program["newcomerInTeam"] = {
        type: "teamUser",
        inputs: { orgId: this.orgId, teamId, username },
        identity: accessOf(teamId, username),
        dependsOn: "user0",
      };
    }
    if (memberInTeam !== undefined) {
      const { username, userId } = this.members[memberInTeam.member] as { username: string; userId: string };
      const teamId = this.teams[memberInTeam.team] as string;
      program["memberInTeam"] = {
        type: "teamUser",
        inputs: {
          orgId: this.orgId,
          teamId,
          ...(memberInTeam.by === "username" ? { username } : { userId }),
        },
        identity: accessOf(teamId, username),
      };
    }
    if (link !== undefined) {
      const accessListIps = link.length === 0 ? {} : { accessListIps: [...link] };
      program["link"] = {
        type: "linkToken",
        inputs: { orgId: this.orgId, ...accessListIps },
        identity: this.orgId,
      };
    }
    if (cutover !== undefined) {
      const liveMigrationId = (this.migrations[cutover] as LiveMigration).id;
      program["cutover"] = {
        type: "migrationCutover",
        inputs: { projectId: this.projects[cutover], liveMigrationId },
        identity: liveMigrationId,
      };
    }
    if (deferral !== undefined) {
      const projectId = this.projects[deferral.project] as string;
      program["deferral"] = {
        type: "maintenanceDeferral",
        inputs: { projectId, deferrals: deferral.deferrals, triggers: { asked: deferral.trigger } },
        identity: `maintenance of ${projectId}`,
      };
    }
    return program;
  }

  /** Takes the organization away, so that a long run does not slow down. */
  clear(): void {
    const { directory } = this.world;
    directory.organizations.delete(this.orgId);
    for (const projectId of this.projects) directory.projects.delete(projectId);
    for (const teamId of this.teams) directory.teams.delete(teamId);
    this.simulator.clearFailures();
    // Atlas allows a service account a hundred live tokens, which is enough for the processes of one sequence.
    this.simulator.revokeTokens();
    this.simulator.log.clear();
    directory.invitationsSent.length = 0;
  }
}

export function accessOf(parentId: string, username: string): string {
  return `${parentId}/${username.toLowerCase()}`;
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
