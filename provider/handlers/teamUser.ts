import * as v from "valibot";
import { AtlasError } from "../atlas/error";
import {
  type AtlasOrganizationUser,
  addTeamUser,
  findOrganizationUsers,
  listInvitations,
  type RequestOptions,
  removeTeamUser,
  type TeamKey,
} from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments, username } from "./arguments";
import type { Connection } from "./connection";
import type { Handler } from "./handler";
import { convergenceRounds, removeMember } from "./membership";
import { isParentMissing } from "./missing";
import { deadlineOf, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs extends TeamKey {
  username?: string;
  userId?: string;
  __timeouts?: Timeouts;
}

interface Outputs extends TeamKey {
  username: string;
  userId: string;
  orgMembershipStatus: string;
}

const shape = {
  orgId: atlasId("organization"),
  teamId: atlasId("team"),
  username: v.optional(username()),
  userId: v.optional(atlasId("user")),
};

/** The life of a {@link TeamUser}: one user's membership of a team. It touches nobody else's. */
export function teamUserHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      const { inputs, failures = [] } = checkArguments(connection, news, shape);
      const given = [news.username, news.userId].filter((value) => value !== undefined && value !== null);
      if (given.length !== 1) {
        const got = given.length === 0 ? "neither of them" : "both";
        failures.push({
          property: "username",
          reason: `must be given or userId, exactly one, but got ${got}`,
        });
      }
      return { inputs, failures };
    },

    async diff(id, _olds, news) {
      // The id says what the user was declared by: Atlas fills in the other name, and may change the user's id.
      const [orgId, teamId, name] = id.split("/");
      const replaces: string[] = [];
      if (orgId !== news.orgId) {
        replaces.push("orgId");
      }
      if (teamId !== news.teamId) {
        replaces.push("teamId");
      }
      if (isUnknown([news.username, news.userId]) || name !== nameOf(news)) {
        replaces.push(news.username === undefined ? "userId" : "username");
      }
      return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
      const options = deadlineOf(connection.atlas().clock, inputs, "create");
      return {
        id: idOf(inputs),
        outs: outputs(inputs, await join(connection.atlas(), inputs, options)),
      };
    },

    async read(id, props) {
      const declared = parseId(id);
      const roster = connection.atlas().teamUsers(declared);
      // A user who was declared by the id of a pending invitation is known by name when it has been accepted.
      const user =
        (await roster.find(nameOf(declared))) ??
        (declared.userId !== undefined && props?.username ? await roster.find(props.username) : undefined);
      if (user === undefined) {
        return {};
      }
      const spelled =
        declared.username === undefined ? {} : { username: props?.username ?? declared.username };
      const inputs = { ...declared, ...spelled };
      return { id: idOf(declared), props: outputs(inputs, user), inputs: inputs as Outputs };
    },

    // Every argument identifies the user or the team, so a change replaces; only a retry of the engine leads here.
    async update(_id, _olds, news) {
      const options = deadlineOf(connection.atlas().clock, news, "update");
      return { outs: outputs(news, await join(connection.atlas(), news, options)) };
    },

    async delete(_id, props) {
      const atlas = connection.atlas();
      try {
        await removeMember(atlas.teamUsers(props), props, (userId) =>
          removeTeamUser(atlas.client, props, { userId, name: props.username }),
        );
      } catch (error) {
        throw explain(error, props);
      }
    },
  };
}

/** Adds the user, or takes over one who is in the team already. */
async function join(
  atlas: AtlasSession,
  declared: Inputs,
  options: RequestOptions,
): Promise<AtlasOrganizationUser> {
  const roster = atlas.teamUsers(declared);
  for (let round = 1; ; round += 1) {
    try {
      return await roster.add(
        nameOf(declared),
        async () => {
          const userId = declared.userId ?? (await resolve(atlas, declared.orgId, declared.username ?? ""));
          return addTeamUser(atlas.client, declared, { userId, name: nameOf(declared) }, options);
        },
        (error) => error instanceof AtlasError && error.status === 409,
      );
    } catch (error) {
      if (
        round === convergenceRounds ||
        !(error instanceof AtlasError) ||
        !needsAnotherLook(error, declared)
      ) {
        throw explain(error, declared);
      }
      const member = await roster.lookUp(nameOf(declared));
      if (member !== undefined) {
        return member;
      }
      if (error.status === 409) {
        throw error;
      }
    }
  }
}

function needsAnotherLook(error: AtlasError, { userId }: Inputs): boolean {
  // The id that was looked up by name is missing when the invitation has been accepted since.
  const idMayHaveChanged = userId === undefined && error.status === 404 && !isParentMissing(error);
  return error.method === "POST" && (error.mayHaveTakenEffect || error.status === 409 || idMayHaveChanged);
}

/** The id of an active or pending user of the organization. */
async function resolve(atlas: AtlasSession, orgId: string, username: string): Promise<string> {
  const lower = username.toLowerCase();
  // Atlas keeps usernames in lower case; whether its filter minds the case of ours is not documented.
  const { items } = await findOrganizationUsers(atlas.client, orgId, lower);
  const user = items.find((item) => item.username.toLowerCase() === lower);
  if (user !== undefined) {
    return user.userId;
  }
  throw new Error(
    `${username} is not a user of organization ${orgId}, so it cannot join a team. ${await adviseOnStranger(atlas, orgId, lower)}`,
  );
}

async function adviseOnStranger(atlas: AtlasSession, orgId: string, username: string): Promise<string> {
  try {
    const { invitations } = await listInvitations(atlas.client, orgId, username);
    if (invitations.some((invitation) => invitation.username.toLowerCase() === username)) {
      return (
        "There is an invitation made with the deprecated API, which teams do not accept: " +
        "wait until it is accepted, or withdraw it and invite with a ProjectUser."
      );
    }
  } catch (error) {
    if (!(error instanceof AtlasError)) {
      throw error;
    }
    // The deprecated operation may be gone, or need a role that these credentials lack.
    return "Invite the user first, for example with a ProjectUser; whether a legacy invitation is open could not be seen.";
  }
  return "Invite the user first, for example with a ProjectUser, and make the TeamUser depend on it.";
}

function explain(error: unknown, { teamId, orgId }: Inputs): unknown {
  if (error instanceof AtlasError && isParentMissing(error) && error.path.includes("/teams/")) {
    return error.withAdvice(`Check that team ${teamId} belongs to organization ${orgId}.`);
  }
  return error;
}

function outputs(
  declared: TeamKey & { username?: string | undefined },
  user: AtlasOrganizationUser,
): Outputs {
  return {
    orgId: declared.orgId,
    teamId: declared.teamId,
    username: declared.username ?? user.username,
    userId: user.userId,
    orgMembershipStatus: user.orgMembershipStatus ?? "UNKNOWN",
  };
}

function nameOf({ username, userId }: Pick<Inputs, "username" | "userId">): string {
  return username?.toLowerCase() ?? userId ?? "";
}

function idOf(declared: Inputs): string {
  return `${declared.orgId}/${declared.teamId}/${nameOf(declared)}`;
}

function parseId(id: string): Inputs {
  const [, orgId, teamId, name] =
    /^([a-f0-9]{24})\/([a-f0-9]{24})\/([a-f0-9]{24}|[^/]+@[^/]+)$/.exec(id.toLowerCase()) ?? [];
  if (orgId === undefined || teamId === undefined || name === undefined) {
    throw new Error(
      `The id of a TeamUser must be <orgId>/<teamId>/<username or userId>, such as ` +
        `5f1b3c2a9d8e7f6a5b4c3d2e/5f1b3c2a9d8e7f6a5b4c3d2f/ada@example.com, but got '${id}'.`,
    );
  }
  return { orgId, teamId, ...(name.includes("@") ? { username: name } : { userId: name }) };
}
