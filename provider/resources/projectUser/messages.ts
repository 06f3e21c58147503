import { type Facts, inProject, type Messages } from "../messages/messages";
import { becomes, changedBy, describeRoles } from "../messages/sentences";
import { inWords } from "../messages/values";
import { projectUserId } from "./id";

const subject = ({ username, project }: Facts): string => `${username} in project ${project}`;

export const projectUserMessages: Messages = {
  id: projectUserId,
  needs: [["projectId"], ["username"]],
  roles: [
    { role: "GROUP_OWNER", to: "change" },
    { role: "GROUP_READ_ONLY", to: "refresh" },
  ],
  readBy: "listGroupUsers",
  membership: { isOneMember: true, place: inProject, names: ({ username }) => [username] },
  wording: {
    subject,
    changed: (of, property, { declared, actual }, { cause }) =>
      property === "roles" && Array.isArray(actual)
        ? `${of["username"]} ${describeRoles(declared, actual, "was given", "lost")} ${cause}.`
        : changedBy(cause, subject(of), property),
    deleted: ({ username, project, orgMembershipStatus, invitationExpiresAt }, { now, cause }) => {
      if (orgMembershipStatus !== "PENDING") {
        return `${username} was removed from project ${project} ${cause}.`;
      }
      // What the state knows may be as old as the last update, so that the invitation may have been accepted since.
      const invitation =
        typeof invitationExpiresAt === "string" && Date.parse(invitationExpiresAt) <= now.getTime()
          ? `expired on ${invitationExpiresAt}`
          : "has expired, or was withdrawn or rejected";
      return (
        `${username} is not in project ${project} any more: the invitation ${invitation}, ` +
        "or was accepted and the user has been removed since."
      );
    },
    willCreate: ({ username, project, roles }) =>
      `${username} will be invited to project ${project} with ${inWords(roles)}, or brought to these roles if there already.`,
    willUpdate: (of, property, before, after) =>
      property === "roles" && Array.isArray(after)
        ? `${of["username"]} ${describeRoles(before, after, "will be given", "will lose")} in project ${of.project}.`
        : becomes(subject(of), property, before, after),
    willDelete: ({ username, project }) => `${username} will be removed from project ${project}.`,
    willStay: ({ username, project }) => `${username} stays in project ${project}`,
  },
};
