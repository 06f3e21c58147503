import type { Facts, Messages } from "../messages/messages";
import { capital, changedBy, noLongerManaged } from "../messages/sentences";
import { inWords, visible } from "../messages/values";
import { migrationCutoverId } from "./id";

const subject = ({ liveMigrationId, project }: Facts): string =>
  `live migration ${liveMigrationId} of project ${project}`;

export const migrationCutoverMessages: Messages = {
  id: migrationCutoverId,
  needs: [["projectId"], ["liveMigrationId"]],
  roles: [
    { role: "ORG_OWNER", to: "cut over" },
    { role: "ORG_MEMBER", to: "wait and to refresh" },
  ],
  readBy: "getGroupLiveMigration",
  // No argument says that it must be complete: the resource means it.
  difference: ({ status }) => ({ property: "status", declared: "COMPLETE", actual: visible(status) }),
  wording: {
    subject,
    changed: (of, property, { declared, actual }, { cause }) =>
      property === "status"
        ? `${capital(subject(of))} is ${inWords(actual)}, and not ${inWords(declared)}.`
        : changedBy(cause, subject(of), property),
    deleted: (of, { cause }) => `${capital(subject(of))} was deleted ${cause}.`,
    willCreate: (of) => `${capital(subject(of))} will be cut over once it is ready. This cannot be undone.`,
    willUpdate: (of) => `${capital(subject(of))} will be waited for until it is complete.`,
    willDelete: (of) => noLongerManaged(subject(of)),
  },
};
