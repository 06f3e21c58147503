import { type Clock, Deadline } from "../../atlas/clock";
import { AtlasError } from "../../atlas/errors/error";
import { addMember, changeMember } from "../../atlas/members/changes";
import {
  type AtlasProjectUser,
  addGroupUserRole,
  addGroupUsers,
  type RequestOptions,
  removeGroupUserRole,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { isStale, lookAgain, reconcileRounds } from "../handler/membership";
import { planRoles, sameRoles } from "../members/roles";

/** What a ProjectUser declares of a user. */
interface Declared {
  projectId: string;
  username: string;
  roles: string[];
}

/** The longest that undoing a refused change may take, in milliseconds. */
const undoMs = 60_000;

/**
 * Gives the user the declared roles, whatever Atlas has now. A lost answer, a crash in between and a user who was
 * there already are all handled in the same way: it looks again after each surprise, and repeats nothing blindly.
 *
 * @param start whether to begin with adding or with looking, or what a look has just shown
 */
export async function reconcileProjectUser(
  atlas: AtlasSession,
  declared: Declared,
  options: RequestOptions,
  start: "add" | "look" | AtlasProjectUser,
): Promise<AtlasProjectUser> {
  const { projectId, username, roles } = declared;
  const members = atlas.projectUsers(projectId);
  let live =
    start === "look" ? await members.refetch(username, options) : start === "add" ? undefined : start;
  let mayBeOurs = false;
  for (let round = 1; ; round += 1) {
    try {
      live ??= await addMember(
        members,
        {
          name: username,
          add: async () => {
            const user = await addGroupUsers(atlas.client, { projectId, username, roles }, options);
            return { ...user, roles: user.roles ?? roles };
          },
          isAlreadyMember,
        },
        options,
      );
      return await changeRoles(atlas, declared, live, options);
    } catch (error) {
      if (!(error instanceof AtlasError) || round === reconcileRounds || !needsAnotherLook(error)) {
        throw error;
      }
      if (options.deadline?.isOver) {
        // There is no time for another look, and the error of the request says more than that.
        throw error;
      }
      mayBeOurs ||= error.operation === "addGroupUsers" && error.mayHaveTakenEffect;
      if (isStaleRole(error)) {
        const shown = live?.roles ?? [];
        const look = async (): Promise<AtlasProjectUser | undefined> => {
          const user = await members.refetch(username, options);
          return sameRoles(user?.roles ?? [], shown) ? undefined : user;
        };
        live = await lookAgain(look, atlas.clock, options);
        if (live === undefined) {
          throw error;
        }
        continue;
      }
      if (!isAlreadyMember(error)) {
        live = await members.refetch(username, options);
        continue;
      }
      live = await lookAgain(() => members.refetch(username, options), atlas.clock, options);
      if (live === undefined) {
        throw error.withAdvice(adviseOnHidden(mayBeOurs));
      }
    }
  }
}

/**
 * The roles that Atlas shows.
 *
 * @throws AtlasError when it shows none that can be read, which is not the same as no role
 */
export function rolesOf({ username, roles }: AtlasProjectUser, projectId: string): string[] {
  if (roles === undefined) {
    throw new AtlasError(
      `Atlas shows no roles of ${username} in project ${projectId}, so they cannot be compared with those that are declared. ` +
        "Run the command again; if it goes on, look at the user in Atlas.",
      { operation: "listGroupUsers", method: "GET", path: "" },
    );
  }
  return roles;
}

/**
 * Adds before it removes, because a user must have a role in Atlas at all times. When Atlas refuses a step, such as
 * to take the role of the last owner, the steps before it are undone.
 */
async function changeRoles(
  atlas: AtlasSession,
  { projectId, roles }: Declared,
  live: AtlasProjectUser,
  options: RequestOptions,
): Promise<AtlasProjectUser> {
  const { client } = atlas;
  const plan = planRoles(rolesOf(live, projectId), roles);
  const steps = [
    ...plan.add.map((role) => ({ role, run: addGroupUserRole, undo: removeGroupUserRole })),
    ...plan.remove.map((role) => ({ role, run: removeGroupUserRole, undo: addGroupUserRole })),
  ];
  if (steps.length === 0) {
    return live;
  }
  const done: typeof steps = [];
  let user = live;
  return changeMember(atlas.projectUsers(projectId), [live.username], async () => {
    try {
      for (const step of steps) {
        user = await step.run(client, { ...live, projectId, role: step.role }, options);
        done.push(step);
      }
    } catch (error) {
      throw await undone(error, done, atlas.clock, (step, undoOptions) =>
        step.undo(client, { ...live, projectId, role: step.role }, undoOptions),
      );
    }
    return { ...user, roles };
  });
}

/** Undoes the steps before one that Atlas refused. */
async function undone<Step extends { role: string }>(
  error: unknown,
  done: readonly Step[],
  clock: Clock,
  undo: (step: Step, options: RequestOptions) => Promise<unknown>,
): Promise<unknown> {
  if (!(error instanceof AtlasError) || needsAnotherLook(error)) {
    return error;
  }
  const told =
    error.errorCode === "CANNOT_DELETE_LAST_ADMIN"
      ? error.withAdvice(
          "If this update makes another user an owner, run `pulumi up` again: that user is one by then.",
        )
      : error;
  // The time for the change itself may be over.
  const options = { deadline: new Deadline(clock, undoMs) };
  for (const step of [...done].reverse()) {
    try {
      await undo(step, options);
    } catch (failure) {
      if (!(failure instanceof AtlasError)) {
        throw failure;
      }
      return told.withAdvice(
        `The change of ${step.role} that came before could not be undone, so the user has other roles than before.`,
      );
    }
  }
  return told;
}

const writes = new Set(["addGroupUsers", "addGroupUserRole", "removeGroupUserRole"]);

/** Whether Atlas's data may differ from what the request assumed. */
function needsAnotherLook(error: AtlasError): boolean {
  return writes.has(error.operation) && (error.mayHaveTakenEffect || isStale(error));
}

/** Whether a user already has the role that was to be added, or no longer has the role that was to be removed. */
function isStaleRole(error: AtlasError): boolean {
  const isRoleChange = error.operation === "addGroupUserRole" || error.operation === "removeGroupUserRole";
  return isRoleChange && error.status === 409 && isStale(error);
}

function isAlreadyMember(error: unknown): boolean {
  return (
    error instanceof AtlasError &&
    error.operation === "addGroupUsers" &&
    error.status === 409 &&
    isStale(error)
  );
}

function adviseOnHidden(mayBeOurs: boolean): string {
  return mayBeOurs
    ? "Atlas does not list the user in the project yet, although this update may have added it: run `pulumi up` again in a few minutes."
    : "Atlas does not list such a user in the project, though it was asked again for half a minute. " +
        "If nobody has added the user just now, it can be an invitation made with the deprecated API, which the current one cannot see: " +
        "look for it under the project's pending invitations in Atlas, withdraw it there, then run `pulumi up` again.";
}
