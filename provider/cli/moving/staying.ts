import { known, texts } from "../../resources/messages/values";
import { type OldResource, quoted, removalOf, type Staying } from "./oldResource";

type Reason = Omit<Staying, "resource">;

/** What a resource declares that nothing of this package can. */
const reasons: Readonly<Record<string, (resource: OldResource, stack: string) => Reason | undefined>> = {
  Team: teamReason,
  Teams: teamReason,

  OrgInvitation: (resource, stack) => {
    const { orgId, username, roles } = resource.properties;
    const member = quoted(`${known(orgId) ?? "ORG"}/${known(username) ?? "USERNAME"}`);
    const type = "mongodbatlas:index/cloudUserOrgAssignment:CloudUserOrgAssignment";
    return {
      reason:
        `Roles in an organization (${texts(roles).join(", ") || "none is in the state"}) are kept by CloudUserOrgAssignment of @pulumi/mongodbatlas: ` +
        "when the invitation has been accepted, import one, declare it, and take the invitation out of the state, and then out of the program.",
      commands: [
        `pulumi import ${type} ${quoted(resource.name)} ${member} --stack ${quoted(stack)}`,
        removalOf(resource, stack),
      ],
    };
  },

  CloudUserOrgAssignment: () => ({
    reason: "Roles in an organization are kept by this resource: leave it in its stack.",
  }),

  TeamProjectAssignment: () => ({
    reason: "The roles of a team in a project are kept by this resource: leave it in its stack.",
  }),

  Project: ({ inputs }) =>
    Array.isArray(inputs["teams"]) && inputs["teams"].length > 0
      ? { reason: "The roles of teams in the project are kept by its argument `teams`: leave it as it is." }
      : undefined,
};

/** What of a resource stays in its stack, and what keeps it there. */
export function stayingOf(resource: OldResource, stack: string): Staying[] {
  const reason = reasons[resource.kind]?.(resource, stack);
  return reason === undefined ? [] : [{ resource, ...reason }];
}

function teamReason({ inputs }: OldResource): Reason | undefined {
  const reason =
    'The team itself is kept by this resource: give it the option `ignoreChanges: ["usernames"]`, so that its stack leaves the members alone.';
  return inputs["usernames"] === undefined ? undefined : { reason };
}
