import * as pulumi from "@pulumi/pulumi";
import { ProjectUser, ProjectUsers, TeamUser, TeamUsers } from "mongodbatlas-dynamic";
import { type Person, readAccess, type Truth } from "./access";
import { exportedOf, placesOf, refuseLosses } from "./places";

/** Gives everybody in access.yaml the access that is written there, and takes away what has been taken out of it. */
export = async () => {
  // A mistake in the file ends the program here, before anything is declared.
  const accessFile = new pulumi.Config().require("accessFile");
  const access = readAccess(accessFile);
  const places = placesOf(access);
  await refuseLosses(places, accessFile);

  // The names of the resources are ids and not the labels of the file, so that a new label, or another case, renames
  // nothing: a preview shows what changes in Atlas, and not what is called otherwise.
  const people = Object.entries(access.people);
  const inProjects = new Map<string, pulumi.Resource[]>(people.map(([username]) => [username, []]));
  for (const [label, project] of Object.entries(places.projects)) {
    const { projectId } = project;
    const rolesOf = people.flatMap(([username, { projects }]): [string, string[]][] => {
      const roles = projects?.[label];
      return roles === undefined ? [] : [[username, roles]];
    });
    const declare = (username: string, resource: pulumi.Resource) => inProjects.get(username)?.push(resource);
    if (project.exclusive) {
      const users = Object.fromEntries(rolesOf);
      const all = new ProjectUsers(projectId, { projectId, users, ...limitsOf(project) });
      for (const [username] of rolesOf) {
        declare(username, all);
      }
    } else {
      for (const [username, roles] of rolesOf) {
        const name = `${projectId}/${username.toLowerCase()}`;
        declare(username, new ProjectUser(name, { projectId, username, roles }));
      }
    }
  }

  for (const [label, team] of Object.entries(places.teams)) {
    const { orgId, teamId } = team;
    const usernames = people.filter(([, person]) => isIn(person, label)).map(([username]) => username);
    // Somebody new joins the organization by the invitation to a project, so the teams come second.
    const dependsOn = (username: string): pulumi.Resource[] => inProjects.get(username) ?? [];
    if (team.exclusive) {
      new TeamUsers(
        `${orgId}/${teamId}`,
        { orgId, teamId, usernames, ...limitsOf(team) },
        { dependsOn: [...new Set(usernames.flatMap(dependsOn))] },
      );
    } else {
      for (const username of usernames) {
        const name = `${orgId}/${teamId}/${username.toLowerCase()}`;
        new TeamUser(name, { orgId, teamId, username }, { dependsOn: dependsOn(username) });
      }
    }
  }

  // The commands `preview` and `drift` speak of projects and teams by these labels, and `drift --unmanaged` looks into all
  // of them, also where nobody is declared. The next deployment is compared with them.
  return { atlas: exportedOf(places) };
};

function limitsOf({ ignore, maxRemovals }: Truth): Pick<Truth, "ignore" | "maxRemovals"> {
  return {
    ...(ignore === undefined ? {} : { ignore }),
    ...(maxRemovals === undefined ? {} : { maxRemovals }),
  };
}

function isIn({ teams = [] }: Person, label: string): boolean {
  return teams.includes(label);
}
