import { inTeam, type Messages } from "../messages/messages";
import { texts } from "../messages/values";
import { teamUsersId } from "./id";

export const teamUsersMessages: Messages = {
  id: teamUsersId,
  needs: [["teamId"]],
  roles: [
    { role: "ORG_OWNER", to: "change" },
    { role: "ORG_MEMBER", to: "refresh" },
  ],
  readBy: "listOrgTeamUsers",
  membership: { isOneMember: false, place: inTeam, names: ({ usernames }) => texts(usernames) },
  members: {
    as: "TeamUser",
    about: ["usernames", "unmanaged"],
    of({ orgId, teamId, usernames }) {
      if (!Array.isArray(usernames)) {
        return undefined;
      }
      const found = texts(usernames).map((username) => {
        const inputs = { orgId, teamId, username };
        return [username.toLowerCase(), { inputs, outputs: inputs }] as const;
      });
      return new Map(found);
    },
  },
};
