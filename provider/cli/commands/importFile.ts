import type * as pulumi from "@pulumi/pulumi";
import type { AtlasSession } from "../../atlas/session";
import type { Connection } from "../../resources/handler/connection";
import { Run } from "../../resources/handler/run";
import { projectUserHandler } from "../../resources/projectUser/handler";
import { projectUsersHandler } from "../../resources/projectUsers/handler";
import { providerReference, typeToken } from "../../resources/registration";
import { teamUserHandler } from "../../resources/teamUser/handler";
import { teamUsersHandler } from "../../resources/teamUsers/handler";
import { CommandFailure } from "../failure";
import { resourcesFor } from "./accessProgram";
import type { Members } from "./members";

/** One resource in the file that `pulumi import --file` reads. */
export interface ImportRow {
  type: string;
  name: string;
  id: string;
  /** What the state would have as inputs after an update. Without it, the engine asks a provider that it cannot load. */
  inputs: object;
  outputs: object;
}

type AnyHandler = pulumi.dynamic.ResourceProvider;

/** How a row is made: by the handler of its resource, so that it says what an update would have left in the state. */
interface Kind {
  readonly resource: string;
  readonly handler: AnyHandler;
}

/**
 * The file for `pulumi import --file` that puts the resources of the printed program into a state. Names in the program
 * are ids, so a row has its id as its name.
 *
 * @param session has listed the members, which are not asked for again
 * @throws CommandFailure for a member that no program can declare
 */
export async function importFile(
  members: Members,
  isExclusive: boolean,
  session: AtlasSession,
): Promise<string> {
  const rows = await (isExclusive ? rowsOfAll : rowsOfEach)(members, connectionOf(session), session);
  return JSON.stringify({ resources: rows }, undefined, 2);
}

async function rowsOfEach({ projects, teams }: Members, connection: Connection): Promise<ImportRow[]> {
  const { ofProject, ofTeam } = resourcesFor(false);
  const ofProjects = { resource: ofProject, handler: projectUserHandler(connection) };
  const ofTeams = { resource: ofTeam, handler: teamUserHandler(connection) };
  return Promise.all([
    ...projects.flatMap(({ projectId, members }) =>
      members.map(({ username, roles }) =>
        rowOf(ofProjects, `${projectId}/${username}`, { projectId, username, roles }),
      ),
    ),
    ...teams.flatMap(({ orgId, teamId, members }) =>
      members.map((username) =>
        rowOf(ofTeams, `${orgId}/${teamId}/${username}`, { orgId, teamId, username }),
      ),
    ),
  ]);
}

async function rowsOfAll(
  { projects, teams }: Members,
  connection: Connection,
  session: AtlasSession,
): Promise<ImportRow[]> {
  const { ofProject, ofTeam } = resourcesFor(true);
  const ofProjects = { resource: ofProject, handler: projectUsersHandler(connection) };
  const ofTeams = { resource: ofTeam, handler: teamUsersHandler(connection) };
  return Promise.all([
    ...projects.map(async ({ projectId, members }) => {
      const users = Object.fromEntries(members.map(({ username, roles }) => [username, roles]));
      const { byName } = await session.projectUsers(projectId).all();
      // An update does not take over those that the program leaves out, and neither may an import: the next one would remove them.
      const leftOut = [...byName.keys()].filter((name) => !(name in users));
      return rowOf(ofProjects, projectId, { projectId, users }, { users, unmanaged: [], ignore: leftOut });
    }),
    ...teams.map(({ orgId, teamId, members: usernames }) =>
      rowOf(ofTeams, `${orgId}/${teamId}`, { orgId, teamId, usernames }),
    ),
  ]);
}

/** @param known what is told to the handler as the state of before; nothing for all that Atlas has */
async function rowOf(
  { resource, handler }: Kind,
  id: string,
  declared: object,
  known: object = {},
): Promise<ImportRow> {
  const reference = { __provider: providerReference(resource) };
  const checked = await handler.check?.({}, { ...declared, ...reference });
  const [mistake] = checked?.failures ?? [];
  if (mistake !== undefined) {
    throw new CommandFailure(`${id} cannot be declared: ${mistake.property} ${mistake.reason}.`);
  }
  const { props: { ignore: _, ...outputs } = {} } = (await handler.read?.(id, known)) ?? {};
  return {
    type: typeToken(resource),
    name: id,
    id,
    inputs: checked?.inputs ?? {},
    outputs: { ...outputs, ...reference },
  };
}

/** What handlers ask: no more than Atlas. */
function connectionOf(session: AtlasSession): Connection {
  return { run: new Run(), problem: () => undefined, atlas: () => session, report: session.report };
}
