import * as v from "valibot";
import { AtlasError } from "../../atlas/errors/error";
import { type AtlasProjectUser, removeGroupUser } from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { atlasId, mustBe, username } from "../handler/arguments";
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
import { reconcileProjectUser, rolesOf } from "../projectUser/membership";
import { projectRoles, sameRoles } from "../projectUser/roles";
import { projectUsersId } from "./id";
import type { ProjectUsers } from "./resource";

type RolesByName = Record<string, string[]>;

const owner = "GROUP_OWNER";

const users = v.pipe(
  v.record(username(), projectRoles, mustBe("roles by username")),
  v.check((byName) => Object.keys(byName).length > 0, mustBe("roles of at least one user")),
  v.rawCheck(({ dataset, addIssue }) => {
    const twice = dataset.typed ? repeated(Object.keys(dataset.value)) : undefined;
    if (twice !== undefined) {
      addIssue({ message: `must name each user once, but got '${twice[0]}' and '${twice[1]}'` });
    }
  }),
);

/** The life of {@link ProjectUsers}: all users of a project. */
export const projectUsersHandler = defineHandler<typeof ProjectUsers>()({
  arguments: { projectId: atlasId("project"), users, ...limits },

  id: projectUsersId,

  stored: { users: v.record(username(), v.array(v.string())), ...storedLimits, __timeouts: timeouts },

  declaredOnce: {
    kind: "users of project",
    identity: ["projectId"],
    where: " for a project",
    whole: ({ projectId, users: declared, ignore = [] }) => ({
      property: "users",
      members: {
        place: thing("project user", [projectId]),
        names: Object.keys(declared),
        ignores: ignoring(ignore),
      },
    }),
  },

  guard({ projectId, users: declared, ignore = [], maxRemovals }, olds) {
    const before = olds as { projectId?: unknown; users?: unknown };
    const isSame = sameName(before.projectId, projectId);
    return guard({
      property: "users",
      place: `project ${projectId}`,
      names: namesIn(declared),
      ignore,
      maxRemovals,
      namesBefore: isSame ? namesIn(before.users) : [],
    });
  },

  differs: (before, news) =>
    differsFrom({ ...before, names: before.users && Object.keys(before.users) }, news, namesIn(news.users)) ||
    !Object.entries(news.users ?? {}).every(([name, roles]) => sameRoles(roles, rolesIn(before.users, name))),

  async reconcile({ connection, atlas, before, deadline }, inputs) {
    const { projectId, users: declared, ignore = [], maxRemovals } = inputs;
    const { run } = connection;
    const reached = await reconcileMembers(
      atlas,
      membershipOf(atlas, projectId, declared),
      {
        declared: Object.keys(declared),
        named: namedBefore({ ...before, names: Object.keys(before.users ?? {}) }),
        isIgnored: ignoring(ignore),
        isDeclaredElsewhere: (name) =>
          run.declarations.find([thing("project user", [projectId, name])]) !== undefined,
      },
      { deadline },
    );
    for (const name of reached.present.keys()) {
      // Listings of the organization may not show the user yet, and a TeamUser may be next.
      run.declarations.settle(thing("user", [name]));
    }
    const outputs = outputsFor(
      { projectId, ignore: inputs.ignore, maxRemovals },
      new Map([...reached.present, ...reached.remaining]),
      (before.unmanaged ?? []).filter((name) => reached.remaining.has(name)),
    );
    if (reached.error !== undefined) {
      throw new Unfinished({ ...outputs, unconfirmed: reached.unconfirmed }, reached.error);
    }
    return outputs;
  },

  async read({ connection, isGet }, { projectId }, before) {
    const { ignore, maxRemovals } = before;
    const { members, unmanaged } = await lookAt(
      membershipOf(connection.atlas(), projectId, {}),
      isGet ? undefined : { ...before, names: before.users && Object.keys(before.users) },
    );
    return outputsFor({ projectId, ignore, maxRemovals }, members, unmanaged);
  },

  declaredBy: (_key, { projectId, users: found, ignore, maxRemovals, unmanaged }) => ({
    projectId,
    users: found,
    ...(ignore === undefined ? {} : { ignore }),
    ...(maxRemovals === undefined ? {} : { maxRemovals }),
    // No program declares it, so that it stays a difference until an update has settled what becomes of them.
    ...(unmanaged.length === 0 ? {} : { unmanaged }),
  }),

  async delete(connection, { projectId }, before) {
    const atlas = connection.atlas();
    await removeDeclared(connection, membershipOf(atlas, projectId, {}), {
      ...before,
      names: before.users && Object.keys(before.users),
      thingOf: (name) => thing("project user", [projectId, name]),
      isLast: (name) => rolesIn(before.users, name).includes(owner),
      isKept: (error) => error instanceof AtlasError && error.errorCode === "CANNOT_DELETE_LAST_ADMIN",
      keptBecause: "Atlas keeps the last owner of a project",
    });
  },
});

function membershipOf(
  atlas: AtlasSession,
  projectId: string,
  declared: RolesByName,
): Membership<AtlasProjectUser> {
  const of = `project ${projectId}`;
  const rolesDeclared = (name: string): string[] => declared[name] ?? [];
  return {
    of,
    cache: atlas.projectUsers(projectId),
    isAsDeclared: (name, member) => sameRoles(rolesOf(member, projectId), rolesDeclared(name)),
    // Somebody else may lose this role next, and a project keeps an owner.
    isUrgent: (name) => rolesDeclared(name).includes(owner),
    waitsForUrgent: ({ roles = [] }) => roles.includes(owner),
    bring: (name, member, options) =>
      reconcileProjectUser(
        atlas,
        { projectId, username: name, roles: rolesDeclared(name) },
        options,
        member ?? "add",
      ),
    remove: (name, userId) =>
      removeMember(
        atlas.projectUsers(projectId),
        { name, userId },
        (liveId) => removeGroupUser(atlas.client, { projectId, userId: liveId, username: name }),
        atlas.clock,
      ),
  };
}

function outputsFor(
  limitsDeclared: { projectId: string; ignore?: string[] | undefined; maxRemovals?: number | undefined },
  members: ReadonlyMap<string, AtlasProjectUser>,
  unmanaged: string[],
): OutputsOf<typeof ProjectUsers> {
  const { projectId, ignore, maxRemovals } = limitsDeclared;
  const names = sorted(members.keys());
  return {
    projectId,
    users: Object.fromEntries(
      names.map((name) => [name, rolesOf(members.get(name) as AtlasProjectUser, projectId)]),
    ),
    ignore,
    maxRemovals,
    ...outputsOf(members),
    unmanaged,
  };
}

/** The roles of a user, whose name compares without case. */
function rolesIn(byName: RolesByName | undefined, username: string): string[] {
  const [, roles = []] = Object.entries(byName ?? {}).find(([name]) => sameName(name, username)) ?? [];
  return roles;
}

function namesIn(byName: unknown): string[] {
  return typeof byName === "object" && byName !== null ? Object.keys(byName) : [];
}
