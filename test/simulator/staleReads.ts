import { copyOf, type Membership, type ProjectMember, type Roster } from "./people";
import type { World } from "./world";

/** Before an operation changes something: keeps what the next answers go on showing, where reads lag behind writes. */
export function keepForReads(world: World, params: Readonly<Record<string, string>>, path: string): void {
  const { directory, lags, reads } = world;
  const project = directory.projects.get(params.groupId ?? "");
  const team = directory.teams.get(params.teamId ?? "");
  if (project && path.includes("/maintenanceWindow")) {
    reads.keep(project.maintenance, lags.windows, (window) => window.copy());
  }
  if (project && path.includes("/users")) {
    reads.keep(project.members, lags.projects, copyMembers);
  }
  if (team) {
    reads.keep(team.members, lags.teams, copyPeople);
  }
  const organization = path.includes("/users") ? project?.organization : team?.organization;
  if (organization) {
    reads.keep(organization.members, lags.organizations, copyPeople);
  }
}

function copyMembers(members: Roster<ProjectMember>): Roster<ProjectMember> {
  return members.copy(({ membership, roles }) => ({ membership: copyOf(membership), roles: new Set(roles) }));
}

function copyPeople(people: Roster<Membership>): Roster<Membership> {
  return people.copy(copyOf);
}
