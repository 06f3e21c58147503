import * as v from "valibot";
import { AtlasError } from "../../atlas/errors/error";
import {
  type AtlasOrganizationUser,
  listOrgUsers,
  type RequestOptions,
  removeOrgTeamUser,
  type TeamKey,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { atlasId, mustBe, username } from "../handler/arguments";
import type { Connection } from "../handler/connection";
import { thing } from "../handler/declarations";
import { defineHandler } from "../handler/defineHandler";
import type { OutputsOf } from "../handler/definition";
import { sameName } from "../handler/differences";
import { removeMember } from "../handler/membership";
import { Unfinished } from "../handler/partialFailure";
import { timeouts } from "../handler/timeouts";
import { guard, limits, repeated } from "../members/arguments";
import { differsFrom } from "../members/difference";
import { ignoring } from "../members/ignored";
import { lookAt } from "../members/look";
import { namedBefore, outputsOf, sorted, storedLimits } from "../members/outputs";
import { type Membership, reconcileMembers } from "../members/reconcile";
import { removeDeclared } from "../members/removal";
import { explainTeam, reconcileTeamUser } from "../teamUser/membership";
import { teamUsersId } from "./id";
import type { TeamUsers } from "./resource";

/** So many users are looked up one by one; a listing of the organization answers for more. */
const mostLookups = 3;

const usernames = v.pipe(
  v.array(username(), mustBe("a list of usernames")),
  v.minLength(1, mustBe("a list of at least one username")),
  v.rawCheck(({ dataset, addIssue }) => {
    const twice = dataset.typed ? repeated(dataset.value) : undefined;
    if (twice !== undefined) {
      addIssue({ message: `must name each user once, but got '${twice[0]}' and '${twice[1]}'` });
    }
  }),
  v.transform((names) => sorted(names)),
);

/** The life of {@link TeamUsers}: all users of a team. */
export const teamUsersHandler = defineHandler<typeof TeamUsers>()({
  arguments: { orgId: atlasId("organization"), teamId: atlasId("team"), usernames, ...limits },

  id: teamUsersId,

  stored: { usernames: v.array(username()), ...storedLimits, __timeouts: timeouts },

  declaredOnce: {
    kind: "users of team",
    identity: ["orgId", "teamId"],
    where: " for a team",
    whole: ({ orgId, teamId, usernames: names, ignore = [] }) => ({
      property: "usernames",
      members: { place: thing("team user", [orgId, teamId]), names, ignores: ignoring(ignore) },
    }),
  },

  guard({ orgId, teamId, usernames: names, ignore = [], maxRemovals }, olds) {
    const before = olds as { orgId?: unknown; teamId?: unknown; usernames?: unknown };
    const isSame = sameName(before.orgId, orgId) && sameName(before.teamId, teamId);
    return guard({
      property: "usernames",
      place: `team ${teamId}`,
      names: namesIn(names),
      ignore,
      maxRemovals,
      namesBefore: isSame ? namesIn(before.usernames) : [],
    });
  },

  differs: (before, news) => differsFrom({ ...before, names: before.usernames }, news, news.usernames ?? []),

  async reconcile({ connection, atlas, before, deadline }, inputs) {
    const { orgId, teamId, usernames: declared, ignore, maxRemovals } = inputs;
    const reached = await reconcileMembers(
      atlas,
      membershipOf(connection, { orgId, teamId }),
      {
        declared,
        named: namedBefore({ ...before, names: before.usernames }),
        isIgnored: ignoring(ignore ?? []),
        isDeclaredElsewhere: (name) =>
          connection.run.declarations.find([thing("team user", [orgId, teamId, name])]) !== undefined,
      },
      { deadline },
    );
    const outputs = outputsFor(
      { orgId, teamId, ignore, maxRemovals },
      new Map([...reached.present, ...reached.remaining]),
      (before.unmanaged ?? []).filter((name) => reached.remaining.has(name)),
    );
    if (reached.error !== undefined) {
      throw new Unfinished({ ...outputs, unconfirmed: reached.unconfirmed }, reached.error);
    }
    return outputs;
  },

  async read({ connection, isGet }, { orgId, teamId }, before) {
    const { ignore, maxRemovals } = before;
    const { members, unmanaged } = await lookAt(
      membershipOf(connection, { orgId, teamId }),
      isGet ? undefined : { ...before, names: before.usernames },
    );
    return outputsFor({ orgId, teamId, ignore, maxRemovals }, members, unmanaged);
  },

  declaredBy: (_key, { orgId, teamId, usernames: found, ignore, maxRemovals, unmanaged }) => ({
    orgId,
    teamId,
    usernames: found,
    ...(ignore === undefined ? {} : { ignore }),
    ...(maxRemovals === undefined ? {} : { maxRemovals }),
    // No program declares it, so that it stays a difference until an update has settled what becomes of them.
    ...(unmanaged.length === 0 ? {} : { unmanaged }),
  }),

  async delete(connection, { orgId, teamId }, before) {
    await removeDeclared(connection, membershipOf(connection, { orgId, teamId }), {
      ...before,
      names: before.usernames,
      thingOf: (name) => thing("team user", [orgId, teamId, name]),
    });
  },
});

function membershipOf(connection: Connection, key: TeamKey): Membership<AtlasOrganizationUser> {
  const { run } = connection;
  const atlas = connection.atlas();
  const { client, clock } = atlas;
  const ids = new Map<string, string>();
  return {
    of: `team ${key.teamId}`,
    cache: atlas.teamUsers(key),
    // A team knows no roles.
    isAsDeclared: () => true,
    async prepare(missing, options) {
      if (missing.length > mostLookups) {
        await resolveAll(atlas, key.orgId, ids, options);
      }
    },
    bring: (name, _member, options) =>
      reconcileTeamUser(
        atlas,
        { ...key, username: name },
        {
          ...options,
          isInvited: run.declarations.isSettled(thing("user", [name])),
          listedId: ids.get(name.toLowerCase()),
        },
      ),
    async remove(name, userId) {
      try {
        await removeMember(
          atlas.teamUsers(key),
          { name, userId },
          (liveId) => removeOrgTeamUser(client, { ...key, userId: liveId, name }),
          clock,
        );
      } catch (error) {
        throw error instanceof AtlasError ? explainTeam(error, key) : error;
      }
    },
  };
}

/** Learns Atlas's ids of all users of the organization. Who is not listed is looked up alone later. */
async function resolveAll(
  { client }: AtlasSession,
  orgId: string,
  ids: Map<string, string>,
  options: RequestOptions,
): Promise<void> {
  const { items } = await listOrgUsers(client, { orgId }, options);
  for (const { username: name, userId } of items) {
    ids.set(name.toLowerCase(), userId);
  }
}

function outputsFor(
  {
    orgId,
    teamId,
    ignore,
    maxRemovals,
  }: TeamKey & { ignore?: string[] | undefined; maxRemovals?: number | undefined },
  members: ReadonlyMap<string, AtlasOrganizationUser>,
  unmanaged: string[],
): OutputsOf<typeof TeamUsers> {
  return {
    orgId,
    teamId,
    usernames: sorted(members.keys()),
    ignore,
    maxRemovals,
    ...outputsOf(members),
    unmanaged,
  };
}

function namesIn(names: unknown): string[] {
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
