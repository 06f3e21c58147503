import { inProject, type Messages } from "../messages/messages";
import { entries, texts } from "../messages/values";
import { projectUsersId } from "./id";

export const projectUsersMessages: Messages = {
  id: projectUsersId,
  needs: [["projectId"]],
  roles: [
    { role: "GROUP_OWNER", to: "change" },
    { role: "GROUP_READ_ONLY", to: "refresh" },
  ],
  readBy: "listGroupUsers",
  membership: {
    isOneMember: false,
    place: inProject,
    names: ({ users }) => (entries(users) ?? []).map(([name]) => name),
  },
  members: {
    as: "ProjectUser",
    about: ["users", "unmanaged"],
    of({ projectId, users }, { pending }) {
      const isPending = new Set(texts(pending));
      const found = entries(users)?.map(([username, roles]) => {
        const inputs = { projectId, username, roles };
        const outputs = isPending.has(username) ? { ...inputs, orgMembershipStatus: "PENDING" } : inputs;
        return [username.toLowerCase(), { inputs, outputs }] as const;
      });
      return found && new Map(found);
    },
  },
};
