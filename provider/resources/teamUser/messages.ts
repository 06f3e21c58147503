import { type Facts, inTeam, type Messages } from "../messages/messages";
import { becomes, changedBy } from "../messages/sentences";
import { teamUserId } from "./id";

const nameOf = ({ username, userId }: Facts): unknown => username ?? userId;
const subject = (of: Facts): string => `${nameOf(of)} in team ${of.team}`;

export const teamUserMessages: Messages = {
  id: teamUserId,
  needs: [["teamId"], ["username", "userId"]],
  roles: [
    { role: "ORG_OWNER", to: "change" },
    { role: "ORG_MEMBER", to: "refresh" },
  ],
  readBy: "listOrgTeamUsers",
  membership: { isOneMember: true, place: inTeam, names: ({ username, userId }) => [username, userId] },
  wording: {
    subject,
    changed: (of, property, _values, { cause }) => changedBy(cause, subject(of), property),
    deleted: (of, { cause }) =>
      `${nameOf(of)} left team ${of.team} ${cause}: removed from the team, or from the organization.`,
    willCreate: (of) => `${nameOf(of)} will be in team ${of.team}.`,
    willUpdate: (of, property, before, after) => becomes(subject(of), property, before, after),
    willDelete: (of) => `${nameOf(of)} will be removed from team ${of.team}.`,
    willStay: (of) => `${nameOf(of)} stays in team ${of.team}`,
  },
};
