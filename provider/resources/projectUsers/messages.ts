import { inProject, type Messages } from "../messages/messages";
import { projectUsersId } from "./id";

export const projectUsersMessages: Messages = {
  id: projectUsersId,
  needs: [["projectId"]],
  membership: { isOneMember: false, place: inProject, names: ({ users }) => Object.keys(users ?? {}) },
};
