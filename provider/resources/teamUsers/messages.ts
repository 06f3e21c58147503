import { inTeam, type Messages } from "../messages/messages";
import { texts } from "../messages/values";
import { teamUsersId } from "./id";

export const teamUsersMessages: Messages = {
  id: teamUsersId,
  needs: [["teamId"]],
  membership: { isOneMember: false, place: inTeam, names: ({ usernames }) => texts(usernames) },
};
