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
import { timeouts } from "../handler/timeouts";
import { eachOnce, guard, limits } from "../members/arguments";
import { differsFrom } from "../members/difference";
import { ignoring } from "../members/ignored";
import { lookAt } from "../members/look";
import { namedIn, sorted } from "../members/names";
import { otherInputs, outputsOf, type Remembered, storedLimits } from "../members/outputs";
import { type Membership, reconcileMembers, settledAs } from "../members/reconcile";
import { removeDeclared } from "../members/removal";
import { projectRoles, sameRoles } from "../members/roles";
import { reconcileProjectUser, rolesOf } from "../projectUser/membership";
import { projectUsersId } from "./id";
import type { ProjectUsers } from "./resource";

type RolesByName = Record<string, string[]>;

type Outputs = OutputsOf<typeof ProjectUsers>;

const owner = "GROUP_OWNER";

const users = v.pipe(
  v.record(username(), projectRoles, mustBe("roles by username")),
  v.check((byName) => Object.keys(byName).length > 0, mustBe("roles of at least one user")),
  eachOnce((byName) => Object.keys(byName)),
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

  differs(before, { users: declared = {}, ...news }) {
    const were = new Map(
      Object.entries(before.users ?? {}).map(([name, roles]) => [name.toLowerCase(), roles]),
    );
    return (
      differsFrom(remembered(before), news, Object.keys(declared)) ||
      !Object.entries(declared).every(([name, roles]) => sameRoles(roles, were.get(name.toLowerCase()) ?? []))
    );
  },

  async reconcile({ connection, atlas, before, deadline }, inputs) {
    const { projectId, users: declared, ignore, maxRemovals } = inputs;
    const reached = await reconcileMembers(
      connection,
      membershipOf(atlas, projectId, declared),
      { declared: Object.keys(declared), ignore: ignore ?? [], before: remembered(before) },
      { deadline },
    );
    for (const name of reached.present.keys()) {
      // Listings of the organization may not show the user yet, and a TeamUser may be next.
      connection.run.declarations.settle(thing("user", [name]));
    }
    return settledAs(reached, remembered(before), outputsFor({ projectId, ignore, maxRemovals }));
  },

  async read({ connection, isGet }, { projectId }, before) {
    const { ignore, maxRemovals } = before;
    const { members, unmanaged } = await lookAt(
      membershipOf(connection.atlas(), projectId, {}),
      isGet ? undefined : { ...remembered(before), ignore },
    );
    return outputsFor({ projectId, ignore, maxRemovals })(members, unmanaged);
  },

  declaredBy: (_key, { projectId, users: found, ...outputs }) => ({
    projectId,
    users: found,
    ...otherInputs(outputs),
  }),

  async delete(connection, { projectId }, before) {
    const owners = Object.entries(before.users ?? {}).filter(([, roles]) => roles.includes(owner));
    await removeDeclared(connection, membershipOf(connection.atlas(), projectId, {}), {
      ...remembered(before),
      isLast: namedIn(owners.map(([name]) => name)),
      isKept: (error) => error instanceof AtlasError && error.errorCode === "CANNOT_DELETE_LAST_ADMIN",
      keptBecause: "Atlas keeps the last owner of a project",
    });
  },
});

/** What the state has of the members. */
function remembered(before: Omit<Remembered, "names"> & { users?: RolesByName }): Remembered {
  const { users: known, ...rest } = before;
  return { ...rest, names: known && Object.keys(known) };
}

function membershipOf(
  atlas: AtlasSession,
  projectId: string,
  declared: RolesByName,
): Membership<AtlasProjectUser> {
  const of = `project ${projectId}`;
  const rolesDeclared = (name: string): string[] => declared[name] ?? [];
  return {
    of,
    thingOf: (name) => thing("project user", [projectId, name]),
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

function outputsFor(limitsDeclared: Pick<Outputs, "projectId" | "ignore" | "maxRemovals">) {
  return (members: ReadonlyMap<string, AtlasProjectUser>, unmanaged: string[]): Outputs => {
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
  };
}

function namesIn(byName: unknown): string[] {
  return typeof byName === "object" && byName !== null ? Object.keys(byName) : [];
}
