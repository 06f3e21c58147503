import type { LiveMigration } from "../atlas/migration";
import { type Declared, declaredOnce, type Program, type Properties } from "./program";
import { accessOf, type Scenario } from "./scenario";

/** What a program declares; absent is not declared. The same people turn up under any name, in any order. */
export interface Declaration {
  readonly users: readonly UserChoice[];
  readonly teamUsers: readonly TeamUserChoice[];
  readonly link?: readonly string[] | undefined;
  readonly cutover?: number | undefined;
  readonly deferral?: { project: number; deferrals: 1 | 2; trigger: number } | undefined;
  /** `customTimeouts` of all resources. */
  readonly timeouts?: "1m" | "20m" | undefined;
  /** Which resource there is a second time, under another name. */
  readonly twice?: "user" | "teamUser" | "link" | "cutover" | "deferral" | undefined;
}

export interface UserChoice {
  /** Which of the names the resource has in the program. */
  readonly slot: number;
  readonly project: number;
  readonly person: number;
  readonly roles: readonly string[];
  /** Whether the program spells the username in capitals. */
  readonly loud: boolean;
}

export interface TeamUserChoice {
  readonly slot: number;
  readonly team: number;
  readonly person: number;
  /** `output`: by the id that a ProjectUser of the program has as an output. */
  readonly by: "username" | "userId" | "output";
}

/** How the resources of a declaration change their names, as lists that are declared by index do. */
export type Renaming = "the first is dropped" | "two change places" | "all get other names";

export function renamed(declaration: Declaration, renaming: Renaming): Declaration {
  const rename = <T extends { readonly slot: number }>(choices: readonly T[]): T[] => {
    switch (renaming) {
      case "the first is dropped":
        return choices.slice(1).map((choice, index) => ({ ...choice, slot: choices[index]?.slot ?? 0 }));
      case "two change places": {
        const [first, second] = choices;
        if (first === undefined || second === undefined) return [...choices];
        return [{ ...second, slot: first.slot }, { ...first, slot: second.slot }, ...choices.slice(2)];
      }
      case "all get other names":
        return choices.map((choice) => ({ ...choice, slot: choice.slot + 4 }));
    }
  };
  return { ...declaration, users: rename(declaration.users), teamUsers: rename(declaration.teamUsers) };
}

/** The program that declares it in a scenario. */
export function programOf(scenario: Scenario, declaration: Declaration): Program {
  const users = withoutDoubles(declaration.users, ({ slot }) => slot).map((choice) => user(scenario, choice));
  const teamUsers = withoutDoubles(declaration.teamUsers, ({ slot }) => slot).map((choice) =>
    teamUser(scenario, choice, users),
  );
  const program = declaredOnce([
    ...users,
    ...teamUsers,
    ...link(scenario, declaration),
    ...cutover(scenario, declaration),
    ...deferral(scenario, declaration),
  ]);
  return [...program, ...second(program, declaration)].map((declared) => ({
    ...declared,
    inputs: (outputsOf) => ({
      ...declared.inputs(outputsOf),
      ...(declaration.timeouts === undefined
        ? {}
        : { __timeouts: { create: declaration.timeouts, update: declaration.timeouts } }),
    }),
  }));
}

function user({ people, projects }: Scenario, { slot, project, person, roles, loud }: UserChoice): Declared {
  const projectId = projects[project] as string;
  const name = people[person] as string;
  const username = loud ? name.toUpperCase() : name;
  return {
    name: `user${slot}`,
    type: "projectUser",
    inputs: () => ({ projectId, username, roles: [...roles] }),
    identity: accessOf(projectId, username),
  };
}

function teamUser(scenario: Scenario, choice: TeamUserChoice, users: readonly Declared[]): Declared {
  const { people, teams, orgId } = scenario;
  const teamId = teams[choice.team] as string;
  const wanted = people[choice.person] as string;
  const ofProject = users.find(({ identity }) => identity.endsWith(`/${wanted.toLowerCase()}`));
  // A stranger can join a team when a project has invited it.
  const username = choice.person < 2 || ofProject !== undefined ? wanted : (people[0] as string);
  const by = choice.by === "userId" && choice.person >= 2 ? "output" : choice.by;
  const inputs = (outputsOf: (name: string) => Properties | undefined): Properties => {
    if (by === "userId") return { orgId, teamId, userId: scenario.userIdOf(username) };
    const userId = by === "output" ? outputsOf(ofProject?.name ?? "")?.["userId"] : undefined;
    return userId === undefined ? { orgId, teamId, username } : { orgId, teamId, userId };
  };
  return {
    name: `teamUser${choice.slot}`,
    type: "teamUser",
    inputs,
    identity: accessOf(teamId, username),
    dependsOn: ofProject?.name,
  };
}

function link({ orgId }: Scenario, { link }: Declaration): Declared[] {
  if (link === undefined) return [];
  const accessListIps = link.length === 0 ? {} : { accessListIps: [...link] };
  return [{ name: "link", type: "linkToken", inputs: () => ({ orgId, ...accessListIps }), identity: orgId }];
}

function cutover({ projects, migrations }: Scenario, { cutover }: Declaration): Declared[] {
  if (cutover === undefined) return [];
  const { id: liveMigrationId } = migrations[cutover] as LiveMigration;
  const inputs = () => ({ projectId: projects[cutover], liveMigrationId });
  return [{ name: "cutover", type: "migrationCutover", inputs, identity: liveMigrationId }];
}

function deferral({ projects }: Scenario, { deferral }: Declaration): Declared[] {
  if (deferral === undefined) return [];
  const projectId = projects[deferral.project] as string;
  const inputs = () => ({
    projectId,
    deferrals: deferral.deferrals,
    triggers: { asked: deferral.trigger },
  });
  return [{ name: "deferral", type: "maintenanceDeferral", inputs, identity: deferralOf(projectId) }];
}

export function deferralOf(projectId: string): string {
  return `maintenance of ${projectId}`;
}

function second(program: Program, { twice }: Declaration): Declared[] {
  const [first] = program.filter(({ name }) => twice !== undefined && name.startsWith(twice));
  return first === undefined ? [] : [{ ...first, name: `${first.name}Again` }];
}

function withoutDoubles<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  return items.filter((item, index) => items.findIndex((other) => keyOf(other) === keyOf(item)) === index);
}
