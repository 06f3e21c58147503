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
import { timeouts } from "../handler/timeouts";
import { eachOnce, guard, limits } from "../members/arguments";
import { differsFrom } from "../members/difference";
import { ignoring } from "../members/ignored";
import { lookAt } from "../members/look";
import { sorted } from "../members/names";
import { otherInputs, outputsOf, type Remembered, storedLimits } from "../members/outputs";
import { type Membership, reconcileMembers, settledAs } from "../members/reconcile";
import { removeDeclared } from "../members/removal";
import { explainTeam, reconcileTeamUser } from "../teamUser/membership";
import { teamUsersId } from "./id";
import type { TeamUsers } from "./resource";

type Outputs = OutputsOf<typeof TeamUsers>;

/** So many users are looked up one by one; a listing of the organization answers for more. */
const mostLookups = 3;

const usernames = v.pipe(
  v.array(username(), mustBe("a list of usernames")),
  v.minLength(1, mustBe("a list of at least one username")),
  eachOnce((names) => names),
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

  differs: (before, { usernames: declared = [], ...news }) => differsFrom(remembered(before), news, declared),

  async reconcile({ connection, before, deadline }, inputs) {
    const { orgId, teamId, usernames: declared, ignore, maxRemovals } = inputs;
    const reached = await reconcileMembers(
      connection,
      membershipOf(connection, { orgId, teamId }),
      { declared, ignore: ignore ?? [], before: remembered(before) },
      { deadline },
    );
    return settledAs(reached, remembered(before), outputsFor({ orgId, teamId, ignore, maxRemovals }));
  },

  async read({ connection, isGet }, { orgId, teamId }, before) {
    const { ignore, maxRemovals } = before;
    const { members, unmanaged } = await lookAt(
      membershipOf(connection, { orgId, teamId }),
      isGet ? undefined : { ...remembered(before), ignore },
    );
    return outputsFor({ orgId, teamId, ignore, maxRemovals })(members, unmanaged);
  },

  declaredBy: (_key, { orgId, teamId, usernames: found, ...outputs }) => ({
    orgId,
    teamId,
    usernames: found,
    ...otherInputs(outputs),
  }),

  async delete(connection, { orgId, teamId }, before) {
    await removeDeclared(connection, membershipOf(connection, { orgId, teamId }), remembered(before));
  },
});

/** What the state has of the members. */
function remembered(before: Omit<Remembered, "names"> & { usernames?: string[] }): Remembered {
  const { usernames: names, ...rest } = before;
  return { ...rest, names };
}

function membershipOf(connection: Connection, key: TeamKey): Membership<AtlasOrganizationUser> {
  const { run } = connection;
  const atlas = connection.atlas();
  const { client, clock } = atlas;
  const ids = new Map<string, string>();
  return {
    of: `team ${key.teamId}`,
    thingOf: (name) => thing("team user", [key.orgId, key.teamId, name]),
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

function outputsFor(limitsDeclared: Pick<Outputs, "orgId" | "teamId" | "ignore" | "maxRemovals">) {
  return (members: ReadonlyMap<string, AtlasOrganizationUser>, unmanaged: string[]): Outputs => {
    const { orgId, teamId, ignore, maxRemovals } = limitsDeclared;
    return {
      orgId,
      teamId,
      usernames: sorted(members.keys()),
      ignore,
      maxRemovals,
      ...outputsOf(members),
      unmanaged,
    };
  };
}

function namesIn(names: unknown): string[] {
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
