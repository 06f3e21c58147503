/** How people look in answers. The keys differ between active and pending users, and so tell them apart. */

import { isoDate } from "./answers";
import { defaultOrganizationRole, neverSignedInShowsAsNull } from "./inferred";
import type { Account, Invitation, Membership, ProjectInvitation, ProjectMember } from "./people";

let turn = 0;

/** Roles are a set to Atlas: it was recorded with the same roles in another order seconds later. */
function inAnyOrder(roles: Iterable<string>): string[] {
  const list = [...roles];
  turn += 1;
  const cut = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(cut), ...list.slice(0, cut)];
}

/** A user in a project: roles are a plain list, and there are no team ids. */
export function groupUser({ membership, roles }: ProjectMember): object {
  return { ...person(membership), roles: inAnyOrder(roles) };
}

/** A user in an organization or a team: roles are an object. */
export function organizationUser(membership: Membership): object {
  return {
    ...person(membership),
    roles: {
      groupRoleAssignments: groupRolesOf(membership).map(([groupId, roles]) => ({
        groupId,
        groupRoles: inAnyOrder(roles),
      })),
      orgRoles: inAnyOrder(membership.organizationRoles),
    },
    teamIds: [...membership.teams].map((team) => team.id),
  };
}

function person(membership: Membership): object {
  const common = {
    id: membership.userId,
    orgMembershipStatus: membership.status,
    username: membership.username,
  };
  const { account, invitation } = membership;
  if (membership.status === "ACTIVE" && account) {
    return {
      ...common,
      country: account.country,
      createdAt: isoDate(account.createdAt),
      firstName: account.firstName,
      lastAuth: lastAuthOf(account),
      lastName: account.lastName,
      mobileNumber: account.mobileNumber,
    };
  }
  if (!invitation) {
    throw new Error(`${membership.username} is neither active nor invited`);
  }
  return { ...common, ...invitationTimes(invitation), inviterUsername: invitation.inviterUsername };
}

function lastAuthOf({ createdAt, lastAuth }: Account): string | null {
  return lastAuth === null && neverSignedInShowsAsNull ? null : isoDate(lastAuth ?? createdAt);
}

function invitationTimes({ createdAt, expiresAt }: Invitation): object {
  return {
    invitationCreatedAt: isoDate(createdAt),
    invitationExpiresAt: expiresAt === null ? null : isoDate(expiresAt),
  };
}

/** A pending user as the deprecated list of invitations shows it, under the id of the invitation. */
export function pendingInvitation(membership: Membership, invitation: Invitation): object {
  return {
    ...invitationRow(membership.organization, membership.username, invitation),
    groupRoleAssignments: groupRolesOf(membership).flatMap(([groupId, roles]) =>
      [...roles].map((groupRole) => ({ groupId, groupRole })),
    ),
    roles: [...membership.organizationRoles],
    teamIds: [...membership.teams].map((team) => team.id),
  };
}

export function projectInvitation(
  organization: { id: string; name: string },
  { projectId, username, invitation, roles }: ProjectInvitation,
): object {
  return {
    ...invitationRow(organization, username, invitation),
    groupRoleAssignments: roles.map((groupRole) => ({ groupId: projectId, groupRole })),
    roles: [defaultOrganizationRole],
    teamIds: [],
  };
}

function invitationRow(
  organization: { id: string; name: string },
  username: string,
  invitation: Invitation,
): object {
  return {
    createdAt: isoDate(invitation.createdAt),
    expiresAt: isoDate(invitation.expiresAt ?? invitation.createdAt),
    id: invitation.id,
    inviterUsername: invitation.inviterUsername,
    orgId: organization.id,
    orgName: organization.name,
    username,
  };
}

function groupRolesOf(membership: Membership): [groupId: string, roles: ReadonlySet<string>][] {
  return [...membership.projects].map((project) => [
    project.id,
    project.members.get(membership.username)?.roles ?? new Set<string>(),
  ]);
}
