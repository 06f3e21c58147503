import * as v from "valibot";
import { type AtlasProjectUser, removeGroupUser } from "../../atlas/operations/index";
import { atlasId, username } from "../handler/arguments";
import { stays, thing } from "../handler/declarations";
import { defineHandler } from "../handler/defineHandler";
import type { OutputsOf } from "../handler/definition";
import { sameName } from "../handler/differences";
import { removeMember } from "../handler/membership";
import { timeouts } from "../handler/timeouts";
import { projectRoles, sameRoles } from "../members/roles";
import { projectUserId } from "./id";
import { reconcileProjectUser, rolesOf } from "./membership";
import type { ProjectUser } from "./resource";

const shape = { projectId: atlasId("project"), username: username(), roles: projectRoles };

/** The life cycle of a {@link ProjectUser}: a user's membership of a project, pending or active. */
export const projectUserHandler = defineHandler<typeof ProjectUser, "orgMembershipStatus">()({
  arguments: shape,

  id: projectUserId,

  stored: {
    username: username(),
    userId: atlasId("user"),
    roles: v.array(v.string()),
    __timeouts: timeouts,
  },

  declaredOnce: { kind: "project user", identity: ["projectId", "username"], where: " in a project" },

  // When another user replaces this one, that user is added first, because a project must keep an owner. To delete
  // first would mean to delete before the rest of the program is known.
  differs: ({ roles = [] }, news) => !sameRoles(roles, news.roles ?? []),

  async reconcile({ connection, atlas, operation, deadline }, inputs) {
    const firstStep = operation === "create" ? "add" : "look";
    const user = await reconcileProjectUser(atlas, inputs, { deadline }, firstStep);
    // Listings of the organization may not show the user yet, and a TeamUser may be next.
    connection.run.declarations.settle(thing("user", [inputs.username]));
    return outputs(inputs, user);
  },

  async read({ connection }, { projectId, username }, before) {
    const user = await connection.atlas().projectUsers(projectId).get(username);
    if (user === undefined) {
      return {
        absent: `${username} is not a user of project ${projectId}, and has no pending invitation to it, so there is nothing to read.`,
      };
    }
    const spelled = sameName(before.username, username) ? before.username : undefined;
    return outputs({ projectId, username: spelled ?? username, roles: rolesOf(user, projectId) }, user);
  },

  async delete(connection, { projectId, username }, { userId }) {
    const declaration = connection.run.declarations.find([thing("project user", [projectId, username])]);
    if (declaration !== undefined) {
      connection.report(stays(username, `project ${projectId}`, declaration));
      return;
    }
    const atlas = connection.atlas();
    await removeMember(
      atlas.projectUsers(projectId),
      { name: username, userId },
      (liveId) => removeGroupUser(atlas.client, { projectId, userId: liveId, username }),
      atlas.clock,
    );
  },
});

function outputs(
  { projectId, username, roles }: { projectId: string; username: string; roles: string[] },
  {
    userId,
    orgMembershipStatus,
    invitationCreatedAt,
    invitationExpiresAt,
    inviterUsername,
  }: AtlasProjectUser,
): OutputsOf<typeof ProjectUser, "orgMembershipStatus"> {
  return {
    projectId,
    username,
    roles,
    userId,
    // Atlas shows some of them as an empty text.
    orgMembershipStatus: orgMembershipStatus || undefined,
    invitationCreatedAt: invitationCreatedAt || undefined,
    invitationExpiresAt: invitationExpiresAt || undefined,
    inviterUsername: inviterUsername || undefined,
  };
}
