import { readId } from "../../atlas/id";
import type { TeamKey } from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { CommandFailure } from "../failure";
import { replaceFile } from "../files";
import type { Output } from "../output";
import { harmless } from "../report/inert";
import { accessFile } from "./accessFile";
import { accessProgram } from "./accessProgram";
import { askSession } from "./asking";
import { importFile } from "./importFile";
import { listMembers, type Members, withMembers, withRoles } from "./members";
import { settingsFor } from "./settingsFor";

/** What `adopt` prints, and where. */
export interface AdoptOutput {
  /** The stack whose configuration has the credentials. @default the environment alone */
  stack: string | undefined;
  /** Where to write. @default the standard output */
  file: string | undefined;
  /** Where to write the file for `pulumi import`. @default nowhere */
  importFile: string | undefined;
  format: "typescript" | "yaml";
  /** Whether it declares that there are no other members. */
  exclusive: boolean;
}

export interface AdoptOptions extends AdoptOutput {
  /** Ids of projects. */
  projects: string[];
  /** Teams, each as `ORG/TEAM`. */
  teams: string[];
  /** The name of the explicit provider of the stack that has the credentials. @default the stack's configuration */
  provider: string | undefined;
}

/**
 * Prints a program, or the YAML file of the gitops example, that declares the members that projects and teams have now,
 * and writes the file that imports them. Changes nothing, and costs one request for each 500 members of a project or team.
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
  const settings = await settingsFor(options.stack, options.provider);
  if (options.provider !== undefined) {
    output.warn(
      `The resources belong to Provider ${options.provider}: give each the option \`provider\` when they are in the program of the stack.`,
    );
  }
  const what = "Asking Atlas who has access";
  const adopted = await askSession(settings, output, what, async (session) =>
    declarable(withRoles(await listMembers(session, projectIds, teams), output), options, session, output),
  );
  await write(adopted, options, output);
  return 0;
}

/** What is declared of members, and the import file if one is asked for. */
export interface Adopted {
  members: Members;
  rows: string | undefined;
}

/** The members that the program can declare, with their import file. */
export async function declarable(
  members: Members,
  { exclusive, importFile: file }: AdoptOutput,
  session: AtlasSession,
  output: Output,
): Promise<Adopted> {
  const declared = exclusive ? withMembers(members, output) : members;
  return { members: declared, rows: file && (await importFile(declared, exclusive, session)) };
}

/** Prints or writes the program, and writes the import file. */
export async function write({ members, rows }: Adopted, options: AdoptOutput, output: Output): Promise<void> {
  const print = options.format === "yaml" ? accessFile : accessProgram;
  const text = print(members, options.exclusive);
  if (options.file === undefined) {
    output.print(text);
  } else {
    replaceFile(options.file, `${harmless(text)}\n`);
    output.warn(`${options.file} has been written.`);
  }
  if (options.importFile !== undefined && rows !== undefined) {
    replaceFile(options.importFile, `${rows}\n`);
    output.warn(
      `${options.importFile} has been written. Put the program into the stack first, then run ` +
        `\`pulumi import --file ${options.importFile} --generate-code=false\`, then \`pulumi preview\`, and delete the file.`,
    );
    const { warnOfOldPulumi } = require("../engine/importing") as typeof import("../engine/importing");
    await warnOfOldPulumi(output);
  }
}

export function parseId(option: string, text: string): string {
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
