import * as v from "valibot";
import { AtlasError } from "../atlas/error";
import {
  type AtlasProjectUser,
  addProjectUser,
  addProjectUserRole,
  type RequestOptions,
  removeProjectUser,
  removeProjectUserRole,
} from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments, mustBe, username } from "./arguments";
import type { Connection } from "./connection";
import type { Handler } from "./handler";
import { convergenceRounds, removeMember } from "./membership";
import { isParentMissing } from "./missing";
import { planRoles, sameRoles } from "./roles";
import { deadlineOf, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs {
  projectId: string;
  username: string;
  roles: string[];
  __timeouts?: Timeouts;
}

interface Outputs extends Omit<Inputs, "__timeouts"> {
  userId: string;
  orgMembershipStatus: string;
  invitationCreatedAt?: string;
  invitationExpiresAt?: string;
  inviterUsername?: string;
}

const role = v.pipe(
  v.string(mustBe("a project role such as GROUP_READ_ONLY")),
  v.check(
    (text) => !text.startsWith("ORG_"),
    mustBe("a project role such as GROUP_READ_ONLY, not a role of the organization"),
  ),
  v.check(
    (text) => text.startsWith("ORG_") || /^GROUP_[A-Z0-9]+(_[A-Z0-9]+)*$/.test(text),
    mustBe("a project role such as GROUP_READ_ONLY"),
  ),
);

const shape = {
  projectId: atlasId("project"),
  username: username(),
  roles: v.pipe(
    v.array(role, mustBe("a list of project roles")),
    v.minLength(1, mustBe("a list of at least one project role")),
    v.transform((roles) => [...new Set(roles)].sort()),
  ),
};

/** The life of a {@link ProjectUser}: a user's membership of a project, pending or active. */
export function projectUserHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(_olds, news) {
      return checkArguments(connection, news, shape);
    },

    async diff(_id, olds, news) {
      const replaces: string[] = [];
      if (olds.projectId !== news.projectId) {
        replaces.push("projectId");
      }
      if (!sameName(olds.username, news.username)) {
        replaces.push("username");
      }
      return {
        changes: replaces.length > 0 || isUnknown(news.roles) || !sameRoles(olds.roles, news.roles),
        replaces,
        deleteBeforeReplace: true,
      };
    },

    async create(inputs) {
      const options = deadlineOf(connection.atlas().clock, inputs, "create");
      const user = await converge(connection.atlas(), inputs, options, "add");
      return { id: idOf(inputs), outs: outputs(inputs, user) };
    },

    async read(id, props) {
      const named = parseId(id);
      // The engine hands over no properties for `.get()`; the id names the user then.
      const declared = {
        ...named,
        ...(props?.username === undefined ? {} : { username: props.username }),
      };
      const user = await connection.atlas().projectUsers(named.projectId).find(named.username);
      if (user === undefined) {
        return {};
      }
      return {
        id: idOf(named),
        props: outputs(declared, user),
        inputs: { ...declared, roles: user.roles } as Outputs,
      };
    },

    async update(_id, _olds, news) {
      const options = deadlineOf(connection.atlas().clock, news, "update");
      return {
        outs: outputs(news, await converge(connection.atlas(), news, options, "look")),
      };
    },

    async delete(_id, props) {
      const atlas = connection.atlas();
      const { projectId, username } = props;
      await removeMember(atlas.projectUsers(projectId), props, (userId) =>
        removeProjectUser(atlas.client, projectId, { userId, username }),
      );
    },
  };
}

/**
 * Brings the user to the declared roles, whatever Atlas has now: an answer that was lost, a crash in between or a
 * user who was there already are all the same case. It looks again after each surprise and repeats nothing blindly.
 */
async function converge(
  atlas: AtlasSession,
  declared: Inputs,
  options: RequestOptions,
  firstStep: "add" | "look",
): Promise<AtlasProjectUser> {
  const { projectId, username, roles } = declared;
  const roster = atlas.projectUsers(projectId);
  let live = firstStep === "look" ? await roster.lookUp(username) : undefined;
  for (let round = 1; ; round += 1) {
    try {
      live ??= await roster.add(
        username,
        () => addProjectUser(atlas.client, projectId, { username, roles }, options),
        (error) => error instanceof AtlasError && isAlreadyMember(error),
      );
      return sameRoles(live.roles ?? [], roles)
        ? live
        : await roster.write([username], () =>
            changeRoles(atlas, declared, live as AtlasProjectUser, options),
          );
    } catch (error) {
      if (round === convergenceRounds || !needsAnotherLook(error)) {
        throw error;
      }
      live = await roster.lookUp(username);
      if (live === undefined && isAlreadyMember(error)) {
        throw error.withAdvice(
          "Atlas lists no such user in the project, so this is probably an invitation made with the deprecated API, " +
            "which the current one cannot see: withdraw it under the project's pending invitations in Atlas, then run `pulumi up` again.",
        );
      }
    }
  }
}

/** Adds before it removes, because Atlas wants a user to have a role at all times. */
async function changeRoles(
  atlas: AtlasSession,
  { projectId, roles }: Inputs,
  live: AtlasProjectUser,
  options: RequestOptions,
): Promise<AtlasProjectUser> {
  const plan = planRoles(live.roles ?? [], roles);
  let user = live;
  for (const role of plan.add) {
    user = await addProjectUserRole(atlas.client, projectId, live, role, options);
  }
  for (const role of plan.remove) {
    user = await removeProjectUserRole(atlas.client, projectId, live, role, options);
  }
  if (!sameRoles(user.roles ?? [], roles)) {
    user = { ...user, roles };
  }
  return user;
}

/** Whether Atlas may have another state than the request took for granted. */
function needsAnotherLook(error: unknown): error is AtlasError {
  return (
    error instanceof AtlasError &&
    (error.mayHaveTakenEffect || error.status === 409 || (error.status === 404 && !isParentMissing(error)))
  );
}

function isAlreadyMember(error: AtlasError): boolean {
  return error.status === 409 && error.operation === "addGroupUsers";
}

function outputs({ projectId, username }: Omit<Inputs, "roles">, user: AtlasProjectUser): Outputs {
  const { userId, roles, orgMembershipStatus, invitationCreatedAt, invitationExpiresAt, inviterUsername } =
    user;
  return {
    projectId,
    username,
    roles: roles ?? [],
    userId,
    orgMembershipStatus: orgMembershipStatus ?? "UNKNOWN",
    ...(invitationCreatedAt ? { invitationCreatedAt } : {}),
    ...(invitationExpiresAt ? { invitationExpiresAt } : {}),
    ...(inviterUsername ? { inviterUsername } : {}),
  };
}

function idOf({ projectId, username }: { projectId: string; username: string }): string {
  return `${projectId}/${username.toLowerCase()}`;
}

function parseId(id: string): { projectId: string; username: string } {
  const [, projectId, name] = /^([a-f0-9]{24})\/([^/]+@[^/]+)$/.exec(id.toLowerCase()) ?? [];
  if (projectId === undefined || name === undefined) {
    throw new Error(
      `The id of a ProjectUser must be <projectId>/<username>, such as 5f1b3c2a9d8e7f6a5b4c3d2e/ada@example.com, but got '${id}'.`,
    );
  }
  return { projectId, username: name };
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
