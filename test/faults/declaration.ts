import type { LiveMigration } from "../simulator/migration";
import {
  accessesOf,
  type Declared,
  declaredOnce,
  type Program,
  type Properties,
  type ResourceType,
} from "./program";
import { accessOf, type Scenario } from "./scenario";

/** What a program declares; absent is not declared. The same people turn up under any name, in any order. */
export interface Declaration {
  readonly users: readonly UserChoice[];
  readonly teamUsers: readonly TeamUserChoice[];
  /** Projects and teams whose users one resource declares, instead of one each. */
  readonly whole?: { readonly projects: readonly number[]; readonly teams: readonly number[] } | undefined;
  /** Which names the resources of those have. */
  readonly wholeSlot?: number | undefined;
  readonly link?: readonly string[] | undefined;
  readonly cutover?: number | undefined;
  readonly deferral?: { project: number; deferrals: 1 | 2; trigger: number } | undefined;
  /** Whether everything is declared inside of a component. */
  readonly inside?: true | undefined;
  /** `customTimeouts` of all resources. */
  readonly timeouts?: "1m" | "20m" | undefined;
  /** Which resource there is a second time, under another name. */
  readonly twice?: "user" | "teamUser" | "link" | "cutover" | "deferral" | undefined;
  /** Whether the second one has the name of the first, and another parent. */
  readonly twiceByParent?: boolean | undefined;
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

/** A resource before it is known what it is below. */
type Unplaced = Omit<Declared, "declaredAs">;

/** How the resources of a declaration change their names, as lists that are declared by index do. */
export type Renaming =
  | "the first is dropped"
  | "two change places"
  | "all get other names"
  | "all get another parent";

export function renamed(declaration: Declaration, renaming: Renaming): Declaration {
  if (renaming === "all get another parent") {
    return { ...declaration, inside: declaration.inside ? undefined : true };
  }
  const rename = <T extends { readonly slot: number }>(choices: readonly T[]): T[] => {
    switch (renaming) {
      case "the first is dropped":
        return choices.slice(1).map((choice, index) => ({ ...choice, slot: choices[index]?.slot ?? 0 }));
      case "two change places": {
        const [first, second] = choices;
        if (first === undefined || second === undefined) {
          return [...choices];
        }
        return [{ ...second, slot: first.slot }, { ...first, slot: second.slot }, ...choices.slice(2)];
      }
      case "all get other names":
        return choices.map((choice) => ({ ...choice, slot: choice.slot + 4 }));
    }
  };
  return {
    ...declaration,
    users: rename(declaration.users),
    teamUsers: rename(declaration.teamUsers),
    wholeSlot: (declaration.wholeSlot ?? 0) + (renaming === "all get other names" ? 1 : 0),
  };
}

/** The program that declares it in a scenario. */
export function programOf(scenario: Scenario, declaration: Declaration): Program {
  const { whole, wholeSlot = 0 } = declaration;
  const isWhole = ({ project }: UserChoice): boolean => whole?.projects.includes(project) === true;
  const isWholeTeam = ({ team }: TeamUserChoice): boolean => whole?.teams.includes(team) === true;
  const userChoices = withoutDoubles(declaration.users, ({ slot }) => slot);
  const teamChoices = withoutDoubles(declaration.teamUsers, ({ slot }) => slot);
  const users = [
    ...userChoices.filter((choice) => !isWhole(choice)).map((choice) => user(scenario, choice)),
    ...wholeProjects(scenario, userChoices.filter(isWhole), wholeSlot),
  ];
  const teamUsers = [
    ...teamChoices
      .filter((choice) => !isWholeTeam(choice))
      .map((choice) => teamUser(scenario, choice, users)),
    ...wholeTeams(scenario, teamChoices.filter(isWholeTeam), wholeSlot),
  ];
  const place = (unplaced: Unplaced): Declared => placed(unplaced, declaration.inside ? "acme:Access" : "");
  const program = declaredOnce(
    [
      ...users,
      ...teamUsers,
      ...link(scenario, declaration),
      ...cutover(scenario, declaration),
      ...deferral(scenario, declaration),
    ].map(place),
  );
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

const typeNames: Readonly<Record<ResourceType, string>> = {
  projectUser: "ProjectUser",
  teamUser: "TeamUser",
  projectUsers: "ProjectUsers",
  teamUsers: "TeamUsers",
  linkToken: "LinkToken",
  migrationCutover: "MigrationCutover",
  maintenanceDeferral: "MaintenanceDeferral",
};

/** The resource below a parent of some type, and what it depends on as well. */
function placed({ inputs, dependsOn, ...rest }: Unplaced, parent: string): Declared {
  const nameOf = (name: string): string => (parent === "" ? name : `${name} in ${parent}`);
  const type = `pulumi-nodejs:dynamic/mongodbatlas:${typeNames[rest.type]}`;
  return {
    ...rest,
    name: nameOf(rest.name),
    declaredAs: `${parent === "" ? "" : `${parent}$`}${type}::${rest.name}`,
    inputs: (outputsOf) => inputs((name) => outputsOf(nameOf(name))),
    dependsOn: dependsOn === undefined ? undefined : nameOf(dependsOn),
  };
}

function user({ people, projects }: Scenario, { slot, project, person, roles, loud }: UserChoice): Unplaced {
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

/** One resource for all users that are chosen for a project. */
function wholeProjects(
  { people, projects }: Scenario,
  choices: readonly UserChoice[],
  slot: number,
): Unplaced[] {
  return projects.flatMap((projectId, project) => {
    const chosen = withoutDoubles(
      choices.filter((choice) => choice.project === project),
      ({ person }) => person,
    );
    const named = chosen.map(({ person, loud, roles }): [string, string[]] => {
      const name = people[person] as string;
      return [loud ? name.toUpperCase() : name, [...roles]];
    });
    const identity = wholeOf(projectId);
    const accesses = named.map(([name]) => accessOf(projectId, name));
    const inputs = () => ({ projectId, users: Object.fromEntries(named) });
    const name = `users${project}of${slot}`;
    return named.length === 0 ? [] : [{ name, type: "projectUsers" as const, inputs, identity, accesses }];
  });
}

/** One resource for all users that are chosen for a team, who all belong to the organization. */
function wholeTeams(
  { people, teams, orgId }: Scenario,
  choices: readonly TeamUserChoice[],
  slot: number,
): Unplaced[] {
  return teams.flatMap((teamId, team) => {
    const chosen = choices.filter((choice) => choice.team === team).map(({ person }) => person % 2);
    const usernames = [...new Set(chosen)].map((person) => people[person] as string);
    const accesses = usernames.map((name) => accessOf(teamId, name));
    const inputs = () => ({ orgId, teamId, usernames: [...usernames] });
    const name = `teamUsers${team}of${slot}`;
    return usernames.length === 0
      ? []
      : [{ name, type: "teamUsers" as const, inputs, identity: wholeOf(teamId), accesses }];
  });
}

/** What a resource is about that declares all users of a project or team. */
export function wholeOf(place: string): string {
  return `users of ${place}`;
}

function teamUser(scenario: Scenario, choice: TeamUserChoice, users: readonly Unplaced[]): Unplaced {
  const { people, teams, orgId } = scenario;
  const teamId = teams[choice.team] as string;
  const wanted = people[choice.person] as string;
  const ofProject = users.find((each) =>
    accessesOf(each).some((access) => access.endsWith(`/${wanted.toLowerCase()}`)),
  );
  // A stranger can join a team when a project has invited it.
  const username = choice.person < 2 || ofProject !== undefined ? wanted : (people[0] as string);
  const by = choice.by === "userId" && choice.person >= 2 ? "output" : choice.by;
  const inputs = (outputsOf: (name: string) => Properties | undefined): Properties => {
    if (by === "userId") {
      return { orgId, teamId, userId: scenario.userIdOf(username) };
    }
    const userId = by === "output" ? userIdIn(outputsOf(ofProject?.name ?? ""), username) : undefined;
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

/** The id of a user among the outputs of a ProjectUser or of ProjectUsers. */
function userIdIn(outputs: Properties | undefined, username: string): unknown {
  const { userId, userIds } = (outputs ?? {}) as { userId?: string; userIds?: Record<string, string> };
  return userId ?? userIds?.[username] ?? userIds?.[username.toUpperCase()];
}

function link({ orgId }: Scenario, { link }: Declaration): Unplaced[] {
  if (link === undefined) {
    return [];
  }
  const accessListIps = link.length === 0 ? {} : { accessListIps: [...link] };
  return [{ name: "link", type: "linkToken", inputs: () => ({ orgId, ...accessListIps }), identity: orgId }];
}

function cutover({ projects, migrations }: Scenario, { cutover }: Declaration): Unplaced[] {
  if (cutover === undefined) {
    return [];
  }
  const { id: liveMigrationId } = migrations[cutover] as LiveMigration;
  const inputs = () => ({ projectId: projects[cutover], liveMigrationId });
  return [{ name: "cutover", type: "migrationCutover", inputs, identity: liveMigrationId }];
}

function deferral({ projects }: Scenario, { deferral }: Declaration): Unplaced[] {
  if (deferral === undefined) {
    return [];
  }
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

function second(program: Program, { twice, twiceByParent }: Declaration): Declared[] {
  const [first] = program.filter(({ name }) => twice !== undefined && name.startsWith(twice));
  if (first === undefined) {
    return [];
  }
  return twiceByParent
    ? [{ ...first, name: `${first.name} in acme:Other`, declaredAs: `acme:Other$${first.declaredAs}` }]
    : [{ ...first, name: `${first.name}Again`, declaredAs: `${first.declaredAs}Again` }];
}

function withoutDoubles<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  return items.filter((item, index) => items.findIndex((other) => keyOf(other) === keyOf(item)) === index);
}
