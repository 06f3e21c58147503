import * as v from "valibot";
import { AtlasError } from "../../atlas/errors/error";
import { type AtlasOrganizationUser, removeOrgTeamUser, type TeamKey } from "../../atlas/operations/index";
import { atlasId, username } from "../handler/arguments";
import type { Connection } from "../handler/connection";
import { stays, thing } from "../handler/declarations";
import { defineHandler } from "../handler/defineHandler";
import type { OutputsOf } from "../handler/definition";
import { sameName } from "../handler/differences";
import { removeMember } from "../handler/membership";
import { isUnknown } from "../handler/unknown";
import { type Declared, nameOf, teamUserId, type Who, whoOf } from "./id";
import { explainTeam, reconcileTeamUser } from "./membership";
import type { TeamUser } from "./resource";

const shape = {
  orgId: atlasId("organization"),
  teamId: atlasId("team"),
  username: v.optional(username()),
  userId: v.optional(atlasId("user")),
};

/** The life cycle of a {@link TeamUser}: one user's membership of a team. It changes no other user's membership. */
export const teamUserHandler = defineHandler<typeof TeamUser, "orgMembershipStatus">()({
  arguments: shape,

  id: teamUserId,

  stored: { username: username(), userId: atlasId("user") },

  declaredOnce: {
    kind: "team user",
    identity: ({ username }) => ["orgId", "teamId", username === undefined ? "userId" : "username"],
    where: " in a team",
  },

  mistakes(news) {
    const given = [news.username, news.userId].filter((value) => value !== undefined && value !== null);
    const got = given.length === 0 ? "neither of them" : "both";
    const reason = `must be given or userId, exactly one, but got ${got}`;
    return given.length === 1 ? [] : [{ property: "username", reason }];
  },

  replaces({ user }, before, news) {
    if (isUnknown([news.username, news.userId]) || isSameUser(whoOf(user), before, news)) {
      return [];
    }
    return [news.username === undefined ? "userId" : "username"];
  },

  // The program may declare the user by the id, and what is about to be deleted by the name.
  onUnchanged({ run }, { orgId, teamId, user }, { username, userId }) {
    run.declarations.learn(thingsOf({ orgId, teamId }, [user, username, userId]));
  },

  // Every argument identifies the user or the team, so a change replaces; only a retry of the engine updates.
  async reconcile({ connection, atlas, deadline }, inputs) {
    const isInvited = connection.run.declarations.isSettled(thing("user", [nameOf(inputs)]));
    const user = await reconcileTeamUser(atlas, inputs, { deadline, isInvited });
    learn(connection, inputs, user);
    // That an id and a name mean the same user is known only now.
    const twins = connection.run.declarations.twins(thingsOf(inputs, [nameOf(inputs)]));
    if (twins !== undefined) {
      const [first, second] = twins;
      throw new Error(
        `${user.username} is declared twice in team ${inputs.teamId}, as '${first}' and '${second}': keep one of them.`,
      );
    }
    return outputs(inputs, user);
  },

  async read({ connection }, { orgId, teamId, user: name }, before) {
    const key = { orgId, teamId, ...whoOf(name) };
    const members = connection.atlas().teamUsers(key);
    // A user who was declared by the id of a pending invitation is known by name when it has been accepted.
    const user =
      (await members.get(name)) ??
      (key.userId !== undefined && before.username ? await members.get(before.username) : undefined);
    if (user === undefined) {
      return {
        absent: `${name} is not in team ${teamId} of organization ${orgId}, so there is nothing to read.`,
      };
    }
    learn(connection, key, user);
    const spelled = sameName(before.username, key.username) ? before.username : key.username;
    return outputs({ ...key, ...(spelled === undefined ? {} : { username: spelled }) }, user);
  },

  declaredBy: ({ orgId, teamId, user }, { username }) => ({
    orgId,
    teamId,
    ...(user.includes("@") ? { username } : { userId: user }),
  }),

  async delete(connection, { orgId, teamId, user }, before) {
    const key = { orgId, teamId, ...whoOf(user) };
    const name = key.username ?? before.username ?? user;
    const declaration = connection.run.declarations.find(thingsOf(key, [name, user, before.userId]));
    if (declaration !== undefined) {
      connection.report(stays(name, `team ${teamId}`, declaration));
      return;
    }
    const { client, clock } = connection.atlas();
    try {
      const userId = before.userId ?? key.userId;
      await removeMember(
        connection.atlas().teamUsers(key),
        { name, userId },
        (liveId) => removeOrgTeamUser(client, { ...key, userId: liveId, name }),
        clock,
      );
    } catch (error) {
      throw error instanceof AtlasError ? explainTeam(error, key) : error;
    }
  },
});

/** Whether a user is declared as the id says; Atlas may have changed the user's id since, which the state knows. */
function isSameUser(who: Who, before: Who, news: Who): boolean {
  return who.username === undefined
    ? sameName(news.userId, who.userId) || sameName(news.userId, before.userId)
    : sameName(news.username, who.username);
}

/** Tells the run all names of a user, because the program may declare the user by any of them. */
function learn({ run }: Connection, declared: Declared, user: AtlasOrganizationUser): void {
  run.declarations.learn(thingsOf(declared, [nameOf(declared), user.username, user.userId]));
}

function thingsOf({ orgId, teamId }: TeamKey, names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => (name === undefined ? [] : [thing("team user", [orgId, teamId, name])]));
}

function outputs(
  declared: Declared,
  { username, userId, orgMembershipStatus }: AtlasOrganizationUser,
): OutputsOf<typeof TeamUser, "orgMembershipStatus"> {
  return {
    orgId: declared.orgId,
    teamId: declared.teamId,
    username: declared.username ?? username,
    userId,
    // Atlas shows some of them as an empty text.
    orgMembershipStatus: orgMembershipStatus || undefined,
  };
}
