import type { AtlasClient } from "../../atlas/client";
import { readId } from "../../atlas/id";
import {
  type AtlasProjectUser,
  listGroupUsers,
  listOrgTeamUsers,
  type TeamKey,
} from "../../atlas/operations/index";
import type { Settings } from "../../atlas/settings";
import { readSettings } from "../../configuration";
import { CommandFailure } from "../failure";
import { replaceFile } from "../files";
import type { Output } from "../output";
import { harmless } from "../report/inert";
import { accessFile } from "./accessFile";
import { accessProgram } from "./accessProgram";
import { askAtlas } from "./asking";
import type { Members } from "./members";

export interface AdoptOptions {
  /** Ids of projects. */
  projects: string[];
  /** Teams, each as `ORG/TEAM`. */
  teams: string[];
  /** The stack whose configuration has the credentials. @default the environment alone */
  stack: string | undefined;
  /** Where to write. @default the standard output */
  file: string | undefined;
  format: "typescript" | "yaml";
  /** Whether it declares that there are no other members. */
  exclusive: boolean;
}

/**
 * Prints a program, or the YAML file of the gitops example, that declares the members that projects and teams have now.
 * Changes nothing, and costs one request for each 500 members of a project or team.
 *
 * @returns the exit code
 * @throws CommandFailure, ConfigurationError or AtlasError
 */
export async function adopt(options: AdoptOptions, output: Output): Promise<0> {
  const projectIds = unique(options.projects.map((text) => parseId("--project", text)));
  const teams = unique(options.teams.map(parseTeam), ({ orgId, teamId }) => `${orgId}/${teamId}`);
  if (projectIds.length + teams.length === 0) {
    throw new CommandFailure(
      "Neither --project nor --team is given: name what is to be adopted, as in `npx --no mongodbatlas-dynamic adopt --project 5f1b3c2a9d8e7f6a5b4c3d2e`.",
    );
  }
  const settings = await settingsFor(options.stack);
  const members = await askAtlas(settings, output, "Asking Atlas who has access", (client) =>
    membersOf(client, projectIds, teams, output),
  );
  const declared = options.exclusive ? withMembers(members, output) : members;
  const print = options.format === "yaml" ? accessFile : accessProgram;
  const text = print(declared, options.exclusive);
  if (options.file === undefined) {
    output.print(text);
  } else {
    replaceFile(options.file, `${harmless(text)}\n`);
    output.warn(`${options.file} has been written.`);
  }
  return 0;
}

async function membersOf(
  client: AtlasClient,
  projectIds: string[],
  teams: TeamKey[],
  output: Output,
): Promise<Members> {
  return {
    projects: await Promise.all(
      projectIds.map(async (projectId) => ({
        projectId,
        members: adoptable((await listGroupUsers(client, { projectId })).items, projectId, output),
      })),
    ),
    teams: await Promise.all(
      teams.map(async (team) => ({
        ...team,
        members: (await listOrgTeamUsers(client, team)).items
          .map(({ username }) => username.toLowerCase())
          .sort(),
      })),
    ),
  };
}

/** Nothing can declare that a project or team has no members at all. */
function withMembers({ projects, teams }: Members, output: Output): Members {
  const hasMembers = (what: string, members: readonly unknown[]): boolean => {
    if (members.length === 0) {
      output.warn(`${what} has no members, and is left out.`);
    }
    return members.length > 0;
  };
  return {
    projects: projects.filter(({ projectId, members }) => hasMembers(`Project ${projectId}`, members)),
    teams: teams.filter(({ teamId, members }) => hasMembers(`Team ${teamId}`, members)),
  };
}

/** Atlas may show a member without a role of its own, which a ProjectUser cannot declare. */
function adoptable(
  users: AtlasProjectUser[],
  projectId: string,
  output: Output,
): Members["projects"][number]["members"] {
  for (const { username, roles } of users) {
    if (!roles?.length) {
      output.warn(`${username} has no role of its own in project ${projectId}, and is left out.`);
    }
  }
  return users
    .filter(({ roles }) => roles?.length)
    .map(({ username, roles = [] }) => ({ username: username.toLowerCase(), roles }))
    .sort((one, other) => (one.username < other.username ? -1 : 1));
}

const credentialVariable = /^MONGODB_ATLAS_(PUBLIC|PRIVATE|CLIENT)_/;

async function settingsFor(stack: string | undefined): Promise<Settings> {
  if (stack === undefined) {
    if (!Object.keys(process.env).some((name) => credentialVariable.test(name))) {
      throw await noCredentials();
    }
    return readSettings(() => undefined, process.env);
  }
  // The Automation API takes a second to load.
  const { configurationOf, openStack } = require("../engine/stack") as typeof import("../engine/stack");
  return readSettings(await configurationOf(await openStack(stack)), process.env);
}

/** Who has credentials in the configuration of a stack has to name it: who has access is no stack's business. */
async function noCredentials(): Promise<CommandFailure> {
  const { selectedStack } = require("../engine/stack") as typeof import("../engine/stack");
  const selected = await selectedStack().catch(() => undefined);
  const which =
    selected === undefined ? "name it with `--stack`" : `add \`--stack ${selected}\` (it is selected here)`;
  return new CommandFailure(
    `There are no Atlas credentials in the environment. If those of a stack are in its configuration, ${which}. Otherwise set ` +
      "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET (a service account), " +
      "or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (an API key).",
  );
}

function parseId(option: string, text: string): string {
  const id = readId(text);
  if (id === undefined) {
    throw new CommandFailure(`${option} must be an id, 24 hexadecimal digits, but got '${text}'.`);
  }
  return id;
}

function parseTeam(text: string): TeamKey {
  const [orgId, teamId, ...rest] = text.split("/").map(readId);
  if (orgId === undefined || teamId === undefined || rest.length > 0) {
    throw new CommandFailure(
      `--team must be the ids of an organization and of its team, 24 hexadecimal digits each, as ORG/TEAM, but got '${text}'.`,
    );
  }
  return { orgId, teamId };
}

function unique<T>(items: T[], keyOf: (item: T) => unknown = (item) => item): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
