import { writeFileSync } from "node:fs";
import { AtlasClient } from "../atlas/client";
import { readId } from "../atlas/id";
import {
  type AtlasProjectUser,
  listProjectUsers,
  listTeamUsers,
  type TeamKey,
} from "../atlas/operations/index";
import { readSettings } from "../atlas/settings";
import { accessFile } from "./accessFile";
import { accessProgram } from "./accessProgram";
import { CommandFailure } from "./failure";
import type { Members } from "./members";
import type { Output } from "./output";

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
}

/**
 * Prints a program, or the YAML file of the gitops example, that declares the members whom projects and teams have now.
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
      "Neither --project nor --team is given: name what is to be adopted, as in `npx mongodbatlas-dynamic adopt --project 5f1b3c2a9d8e7f6a5b4c3d2e`.",
    );
  }
  const client = new AtlasClient(readSettings(await configurationFor(options.stack), process.env), {
    report: output.note,
  });
  const members: Members = {
    projects: await Promise.all(
      projectIds.map(async (projectId) => ({
        projectId,
        members: adoptable((await listProjectUsers(client, projectId)).items, projectId, output),
      })),
    ),
    teams: await Promise.all(
      teams.map(async (team) => ({
        ...team,
        members: (await listTeamUsers(client, team)).items
          .map(({ username }) => username.toLowerCase())
          .sort(),
      })),
    ),
  };
  const text = options.format === "yaml" ? accessFile(members) : accessProgram(members);
  if (options.file === undefined) {
    output.print(text);
  } else {
    write(options.file, text);
    output.note(`${options.file} has been written.`);
  }
  return 0;
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

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new CommandFailure(`${file} cannot be written: ${(error as Error).message}.`);
  }
}

async function configurationFor(stack: string | undefined): Promise<(key: string) => string | undefined> {
  if (stack === undefined) {
    return () => undefined;
  }
  // The Automation API takes a second to load.
  const { configurationOf, openStack } = require("./engine") as typeof import("./engine");
  return configurationOf(await openStack(stack));
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
