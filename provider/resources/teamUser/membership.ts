import { AtlasError } from "../../atlas/errors/error";
import { addMember } from "../../atlas/members/changes";
import {
  type AtlasOrganizationUser,
  addOrgTeamUser,
  listOrgInvites,
  listOrgUsers,
  type RequestOptions,
  type TeamKey,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { isStale, lookAgain, reconcileRounds } from "../handler/membership";
import { isParentMissing } from "../handler/missing";

/** What a TeamUser declares: one of `username` and `userId`. */
interface Declared extends TeamKey {
  username?: string;
  userId?: string;
}

/** How a team is joined. */
export interface JoinOptions extends RequestOptions {
  /** Whether this run has added the user to a project, and thereby to the organization. */
  isInvited: boolean;
  /** Atlas's id of the user, where a listing has just shown it. @default the id is looked up by the name */
  listedId?: string | undefined;
}

/** Adds the user to the team, or takes over one who is in it already. */
export async function reconcileTeamUser(
  atlas: AtlasSession,
  declared: Declared,
  options: JoinOptions,
): Promise<AtlasOrganizationUser> {
  const { orgId, username = "" } = declared;
  const name = username.toLowerCase() || (declared.userId ?? "");
  const members = atlas.teamUsers(declared);
  for (let round = 1; ; round += 1) {
    try {
      return await addMember(
        members,
        {
          name,
          add: async () => {
            // The id that was listed is tried once: it may have changed since.
            const listedId = round === 1 ? options.listedId : undefined;
            const userId = declared.userId ?? listedId ?? (await resolve(atlas, orgId, username, options));
            return addOrgTeamUser(atlas.client, { ...declared, userId, name }, options);
          },
          isAlreadyMember,
        },
        options,
      );
    } catch (error) {
      if (!(error instanceof AtlasError)) {
        throw error;
      }
      if (round === reconcileRounds || !needsAnotherLook(error, declared)) {
        throw explainTeam(error, declared);
      }
      const member = isAlreadyMember(error)
        ? await lookAgain(() => members.refetch(name, options), atlas.clock, options)
        : await members.refetch(name, options);
      if (member !== undefined) {
        return member;
      }
      if (isAlreadyMember(error)) {
        throw error.withAdvice(
          "Atlas does not list the user in the team yet: run `pulumi up` again in a few minutes.",
        );
      }
    }
  }
}

/** An error about a missing team, with what to check. */
export function explainTeam(error: AtlasError, { teamId, orgId }: TeamKey): AtlasError {
  return isParentMissing(error) && operationsOfTeams.has(error.operation)
    ? error.withAdvice(`Check that team ${teamId} belongs to organization ${orgId}.`)
    : error;
}

const operationsOfTeams = new Set(["addOrgTeamUser", "removeOrgTeamUser", "listOrgTeamUsers"]);

function needsAnotherLook(error: AtlasError, { userId }: Declared): boolean {
  // An id that was looked up by name is out of date when the invitation has been accepted since.
  const mayBeStale = isStale(error) && (error.status !== 404 || userId === undefined);
  return error.operation === "addOrgTeamUser" && (error.mayHaveTakenEffect || mayBeStale);
}

function isAlreadyMember(error: unknown): boolean {
  return (
    error instanceof AtlasError &&
    error.operation === "addOrgTeamUser" &&
    error.status === 409 &&
    isStale(error)
  );
}

/** The id of an active or pending user of the organization. */
async function resolve(
  atlas: AtlasSession,
  orgId: string,
  username: string,
  options: JoinOptions,
): Promise<string> {
  const lower = username.toLowerCase();
  const look = async (): Promise<AtlasOrganizationUser | undefined> => {
    // Atlas keeps usernames in lower case; whether its filter ignores case is not documented.
    const { items } = await listOrgUsers(atlas.client, { orgId, username: lower }, options);
    return items.find((item) => item.username.toLowerCase() === lower);
  };
  const user =
    (await look()) ?? (options.isInvited ? await lookAgain(look, atlas.clock, options) : undefined);
  if (user !== undefined) {
    return user.userId;
  }
  const advice = await adviseOnStranger(atlas, orgId, lower, options);
  throw new Error(`${username} is not a user of organization ${orgId}, so it cannot join a team. ${advice}`);
}

async function adviseOnStranger(
  atlas: AtlasSession,
  orgId: string,
  username: string,
  options: RequestOptions,
): Promise<string> {
  try {
    const invitations = await listOrgInvites(atlas.client, { orgId, username }, options);
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
