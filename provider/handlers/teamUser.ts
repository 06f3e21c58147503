import * as v from "valibot";
import { AtlasError } from "../atlas/errors/error";
import { readId } from "../atlas/id";
import { type AtlasOrganizationUser, removeOrgTeamUser, type TeamKey } from "../atlas/operations/index";
import { atlasId, checkArguments, isUsername, keepSpelling, username } from "./arguments";
import type { Connection } from "./connection";
import { checkDeclaredOnce, stays, thing } from "./declarations";
import { argumentsThatReplace, difference, sameName } from "./differences";
import type { Handler } from "./handler";
import { removeMember } from "./membership";
import { isGet, recall } from "./state";
import { explainTeam, reconcileTeamUser } from "./teamMembership";
import { startDeadline, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs extends TeamKey {
  username?: string;
  userId?: string;
  __timeouts?: Timeouts;
}

interface Outputs extends TeamKey {
  username: string;
  userId: string;
  /** Absent when Atlas shows none. */
  orgMembershipStatus?: string;
}

/** A team and one user of it, by name or by id. */
type Key = TeamKey & ({ username: string; userId?: never } | { userId: string; username?: never });

const shape = {
  orgId: atlasId("organization"),
  teamId: atlasId("team"),
  username: v.optional(username()),
  userId: v.optional(atlasId("user")),
};

/** What counts of a state, beside its id. */
const stored = { username: username(), userId: atlasId("user") };

/** The life of a {@link TeamUser}: one user's membership of a team. It touches nobody else's. */
export function teamUserHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(olds, news) {
      const { inputs, failures = [] } = checkArguments(connection, news, shape);
      keepSpelling(olds, inputs);
      const given = [news.username, news.userId].filter((value) => value !== undefined && value !== null);
      if (given.length !== 1) {
        const got = given.length === 0 ? "neither of them" : "both";
        failures.push({
          property: "username",
          reason: `must be given or userId, exactly one, but got ${got}`,
        });
        return { inputs, failures };
      }
      return checkDeclaredOnce(
        connection.run.declarations,
        news,
        { inputs, failures },
        {
          kind: "team user",
          identity: ["orgId", "teamId", inputs.username === undefined ? "userId" : "username"],
          where: " in a team",
        },
      );
    },

    async diff(id, olds, news) {
      const { orgId, teamId, ...who } = parseId(id);
      const replaces = argumentsThatReplace({ orgId, teamId }, news);
      if (!isUnknown([news.username, news.userId]) && !isSameUser(who, recall(olds, stored), news)) {
        replaces.push(news.username === undefined ? "userId" : "username");
      }
      return difference(isUnknown([news.orgId, news.teamId, news.username, news.userId]), replaces);
    },

    async create(inputs) {
      return { id: idOf(inputs), outs: await join(connection, inputs, "create") };
    },

    async read(id, props) {
      const key = parseId(id);
      const before = recall(props, stored);
      const members = connection.atlas().teamUsers(key);
      // A user who was declared by the id of a pending invitation is known by name when it has been accepted.
      const user =
        (await members.get(nameOf(key))) ??
        (key.userId !== undefined && before.username ? await members.get(before.username) : undefined);
      if (user === undefined) {
        if (isGet(props)) {
          throw new Error(
            `${nameOf(key)} is not in team ${key.teamId} of organization ${key.orgId}, so there is nothing to read.`,
          );
        }
        return {};
      }
      learn(connection, key, user);
      const spelled = sameName(before.username, key.username) ? before.username : key.username;
      const inputs = { ...key, ...(spelled === undefined ? {} : { username: spelled }) };
      return { id: idOf(key), props: outputs(inputs, user), inputs: inputs as Outputs };
    },

    // Every argument identifies the user or the team, so a change replaces; only a retry of the engine leads here.
    async update(_id, _olds, news) {
      return { outs: await join(connection, news, "update") };
    },

    async delete(id, props) {
      const key = parseId(id);
      const before = recall(props, stored);
      const name = key.username ?? before.username ?? key.userId;
      const { declarations } = connection.run;
      const declaration = declarations.find(thingsOf(key, [name, nameOf(key), before.userId]));
      if (declaration !== undefined) {
        connection.report(stays(name, `team ${key.teamId}`, declaration));
        return;
      }
      const { client } = connection.atlas();
      try {
        const userId = before.userId ?? key.userId;
        await removeMember(
          connection.atlas().teamUsers(key),
          { name, userId },
          (liveId) => removeOrgTeamUser(client, { ...key, userId: liveId, name }),
          connection.atlas().clock,
        );
      } catch (error) {
        throw error instanceof AtlasError ? explainTeam(error, key) : error;
      }
    },
  };
}

async function join(
  connection: Connection,
  inputs: Inputs,
  operation: "create" | "update",
): Promise<Outputs> {
  const atlas = connection.atlas();
  const { declarations } = connection.run;
  const user = await reconcileTeamUser(atlas, inputs, {
    deadline: startDeadline(atlas.clock, inputs, operation),
    isInvited: declarations.isSettled(thing("user", [nameOf(inputs)])),
  });
  learn(connection, inputs, user);
  return outputs(inputs, user);
}

/** Whether a user is declared as the id says; Atlas may have changed the user's id since, which the state knows. */
function isSameUser(
  who: { username?: string; userId?: string },
  before: { username?: string; userId?: string },
  news: Inputs,
): boolean {
  return who.username === undefined
    ? sameName(news.userId, who.userId) || sameName(news.userId, before.userId)
    : sameName(news.username, who.username);
}

/** What the run learns of a user's names, by any of which the program may declare the user. */
function learn({ run }: Connection, declared: Inputs, user: AtlasOrganizationUser): void {
  run.declarations.learn(thingsOf(declared, [nameOf(declared), user.username, user.userId]));
}

function thingsOf({ orgId, teamId }: TeamKey, names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => (name === undefined ? [] : [thing("team user", [orgId, teamId, name])]));
}

function outputs(
  declared: TeamKey & { username?: string | undefined },
  { username, userId, orgMembershipStatus }: AtlasOrganizationUser,
): Outputs {
  return {
    orgId: declared.orgId,
    teamId: declared.teamId,
    username: declared.username ?? username,
    userId,
    ...(orgMembershipStatus ? { orgMembershipStatus } : {}),
  };
}

function nameOf({ username, userId }: Pick<Inputs, "username" | "userId">): string {
  return username?.toLowerCase() ?? userId ?? "";
}

function idOf(declared: Inputs): string {
  return `${declared.orgId}/${declared.teamId}/${nameOf(declared)}`;
}

function parseId(id: string): Key {
  // The part of an address before its @ may have slashes.
  const [, orgId, teamId, name] =
    /^([a-f0-9]{24})\/([a-f0-9]{24})\/([a-f0-9]{24}|[^@]+@[^@/]+)$/.exec(id.toLowerCase()) ?? [];
  if (
    orgId === undefined ||
    teamId === undefined ||
    name === undefined ||
    !(readId(name) ?? isUsername(name))
  ) {
    throw new Error(
      `The id of a TeamUser must be <orgId>/<teamId>/<username or userId>, such as ` +
        `5f1b3c2a9d8e7f6a5b4c3d2e/5f1b3c2a9d8e7f6a5b4c3d2f/ada@example.com, but got '${id}'.`,
    );
  }
  return { orgId, teamId, ...(name.includes("@") ? { username: name } : { userId: name }) };
}
