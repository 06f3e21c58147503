import type { Facts, Messages } from "../messages/messages";
import { becomes, changedBy } from "../messages/sentences";
import { linkTokenId } from "./id";

const subject = ({ orgId }: Facts): string => `the link of organization ${orgId}`;

export const linkTokenMessages: Messages = {
  id: linkTokenId,
  needs: [["orgId"]],
  roles: [{ role: "ORG_OWNER", to: "make and to delete" }, { to: "refresh" }],
  wording: {
    subject,
    changed: (of, property, _values, { cause }) => changedBy(cause, subject(of), property),
    deleted: ({ orgId }, { cause }) => `The link of organization ${orgId} was dropped ${cause}.`,
    willCreate: ({ orgId }) => `A link token will be made for organization ${orgId}.`,
    willUpdate: (of, property, before, after) => becomes(subject(of), property, before, after),
    willDelete: ({ orgId }) =>
      `The link of organization ${orgId} will be dropped, and its token stops working.`,
  },
};
