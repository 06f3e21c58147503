import { headerDate, isoDate } from "./answers";
import { type Call, type Handlers, organizationOf, projectOf, statusesOf, text } from "./call";
import { organizationListsInvitationsOfProjects } from "./inferred";
import { pageOf } from "./pages";
import { organizationUser, pendingInvitation, projectInvitation } from "./views";
import type { World } from "./world";

/** When Atlas replaced the invitations by pending users. */
const invitesDeprecatedOn = Date.UTC(2025, 1, 19);

export const organizationHandlers: Handlers = {
  getOrg: (call) => {
    const { id, name } = organizationOf(call);
    return {
      status: 200,
      body: { id, name, isDeleted: false, links: linkTo(call), skipDefaultAlertsSettings: false },
    };
  },

  getGroup: (call) => {
    const { id, name, organization } = projectOf(call);
    return {
      status: 200,
      body: {
        id,
        name,
        orgId: organization.id,
        clusterCount: 0,
        // An id begins with the second in which it was made.
        created: isoDate(Number.parseInt(id.slice(0, 8), 16) * 1_000),
        links: linkTo(call),
        withDefaultAlertsSettings: true,
      },
    };
  },

  listOrgUsers: (call) => {
    const members = call.world.reads.show(organizationOf(call).members);
    const statuses = statusesOf(call);
    const username = text(call, "username");
    const member = username === undefined ? undefined : members.get(username);
    const named = member && statuses.has(member.status) ? [member] : [];
    return pageOf(call, {
      items: username === undefined ? members.list(statuses) : named,
      view: organizationUser,
      flags: { includeCount: true },
    });
  },

  /** A bare list in the order of creation. */
  listOrgInvites: (call) => {
    const organization = organizationOf(call);
    const username = text(call, "username")?.toLowerCase();
    const members = call.world.reads.show(organization.members);
    const pending = members.list(new Set(["PENDING"])).flatMap((member) => {
      const { invitation } = member;
      return invitation
        ? [{ invitation, username: member.username, row: pendingInvitation(member, invitation) }]
        : [];
    });
    const ofProjects = organization.projectInvitations
      .filter(() => organizationListsInvitationsOfProjects)
      .filter(({ invitation }) => (invitation.expiresAt ?? 0) > call.now)
      .map((each) => ({
        invitation: each.invitation,
        username: each.username,
        row: projectInvitation(organization, each),
      }));
    const rows = [...pending, ...ofProjects]
      .filter((each) => username === undefined || each.username === username)
      .sort((left, right) => (left.invitation.id < right.invitation.id ? -1 : 1))
      .map((each) => each.row);
    return { status: 200, body: rows };
  },
};

function linkTo({ href }: Call): object[] {
  return [{ href, rel: "self" }];
}

export function deprecationOfInvites(world: World): Record<string, string> {
  const { invites } = world.sunset;
  return {
    Deprecation: headerDate(invitesDeprecatedOn),
    ...(invites ? { Sunset: headerDate(invites.getTime()) } : {}),
  };
}
