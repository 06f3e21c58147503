import * as v from "valibot";
import { type AtlasProjectUser, removeGroupUser } from "../atlas/operations/index";
import { atlasId, checkArguments, isUsername, keepSpelling, mustBe, username } from "./arguments";
import type { Connection } from "./connection";
import { checkDeclaredOnce, stays, thing } from "./declarations";
import { argumentsThatReplace, difference, sameName } from "./differences";
import type { Handler } from "./handler";
import { removeMember } from "./membership";
import { reconcileProjectUser, rolesOf } from "./projectMembership";
import { sameRoles } from "./roles";
import { isGet, recall } from "./state";
import { startDeadline, type Timeouts, timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs {
  projectId: string;
  username: string;
  roles: string[];
  __timeouts?: Timeouts;
}

interface Outputs extends Inputs {
  userId: string;
  /** Absent when Atlas shows none. */
  orgMembershipStatus?: string;
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

/** What counts of a state, beside its id. */
const stored = {
  username: username(),
  userId: atlasId("user"),
  roles: v.array(v.string()),
  __timeouts: timeouts,
};

/** The life of a {@link ProjectUser}: a user's membership of a project, pending or active. */
export function projectUserHandler(connection: Connection): Handler<Inputs, Outputs> {
  return {
    async check(olds, news) {
      const result = checkArguments(connection, news, shape);
      keepSpelling(olds, result.inputs);
      return checkDeclaredOnce(connection.run.declarations, news, result, {
        kind: "project user",
        identity: ["projectId", "username"],
        where: " in a project",
      });
    },

    async diff(id, olds, news) {
      const replaces = argumentsThatReplace(parseId(id), news);
      const { roles = [] } = recall(olds, stored);
      const differs = isUnknown([news.projectId, news.username, news.roles]) || !sameRoles(roles, news.roles);
      // The other user is added first: a project must keep an owner, and whoever deletes first does so before the rest of
      // the program is known.
      return difference(differs, replaces);
    },

    async create(inputs) {
      return { id: idOf(inputs), outs: await reconcile(connection, inputs, "create") };
    },

    async read(id, props) {
      const named = parseId(id);
      const before = recall(props, stored);
      const user = await connection.atlas().projectUsers(named.projectId).get(named.username);
      if (user === undefined) {
        if (isGet(props)) {
          throw new Error(
            `${named.username} is not a user of project ${named.projectId}, and has no pending invitation to it, so there is nothing to read.`,
          );
        }
        return {};
      }
      const spelled = sameName(before.username, named.username) ? before.username : undefined;
      const declared = {
        projectId: named.projectId,
        username: spelled ?? named.username,
        roles: rolesOf(user, named.projectId),
        ...(before.__timeouts === undefined ? {} : { __timeouts: before.__timeouts }),
      };
      return { id: idOf(named), props: outputs(declared, user), inputs: declared as Outputs };
    },

    async update(_id, _olds, news) {
      return { outs: await reconcile(connection, news, "update") };
    },

    async delete(id, props) {
      const { projectId, username } = parseId(id);
      const declaration = connection.run.declarations.find([thing("project user", [projectId, username])]);
      if (declaration !== undefined) {
        connection.report(stays(username, `project ${projectId}`, declaration));
        return;
      }
      const atlas = connection.atlas();
      const { userId } = recall(props, stored);
      await removeMember(
        atlas.projectUsers(projectId),
        { name: username, userId },
        (liveId) => removeGroupUser(atlas.client, { projectId, userId: liveId, username }),
        atlas.clock,
      );
    },
  };
}

async function reconcile(
  connection: Connection,
  inputs: Inputs,
  operation: "create" | "update",
): Promise<Outputs> {
  const atlas = connection.atlas();
  const deadline = startDeadline(atlas.clock, inputs, operation);
  const user = await reconcileProjectUser(
    atlas,
    inputs,
    { deadline },
    operation === "create" ? "add" : "look",
  );
  // Listings of the organization may not show the user yet, and a TeamUser may be next.
  connection.run.declarations.settle(thing("user", [inputs.username]));
  return outputs(inputs, user);
}

function outputs(declared: Inputs, user: AtlasProjectUser): Outputs {
  const { userId, orgMembershipStatus, invitationCreatedAt, invitationExpiresAt, inviterUsername } = user;
  return {
    ...declared,
    userId,
    ...(orgMembershipStatus ? { orgMembershipStatus } : {}),
    ...(invitationCreatedAt ? { invitationCreatedAt } : {}),
    ...(invitationExpiresAt ? { invitationExpiresAt } : {}),
    ...(inviterUsername ? { inviterUsername } : {}),
  };
}

function idOf({ projectId, username }: { projectId: string; username: string }): string {
  return `${projectId}/${username.toLowerCase()}`;
}

function parseId(id: string): { projectId: string; username: string } {
  // The part of an address before its @ may have slashes.
  const [, projectId, name] = /^([a-f0-9]{24})\/([^@]+@[^@/]+)$/.exec(id.toLowerCase()) ?? [];
  if (projectId === undefined || name === undefined || !isUsername(name)) {
    throw new Error(
      `The id of a ProjectUser must be <projectId>/<username>, such as 5f1b3c2a9d8e7f6a5b4c3d2e/ada@example.com, but got '${id}'.`,
    );
  }
  return { projectId, username: name };
}
