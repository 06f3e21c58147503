import * as pulumi from "@pulumi/pulumi";
import { ProjectUser, TeamUser } from "mongodbatlas-dynamic";
import { readAccess } from "./access";

/** Gives everybody in access.yaml the access that is written there, and takes away what has been taken out of it. */
export = async () => {
  // A mistake in the file ends the program here, before anything is declared.
  const access = readAccess(new pulumi.Config().require("accessFile"));

  for (const [username, person] of Object.entries(access.people)) {
    // The names of the resources are ids and not the labels of the file, so that a new label, or another case, renames
    // nothing: a preview shows what changes in Atlas, and not what is called otherwise.
    const user = username.toLowerCase();

    const memberships = Object.entries(person.projects ?? {}).map(([label, roles]) => {
      const projectId = idUnder(access.projects, label).toLowerCase();
      return new ProjectUser(`${projectId}/${user}`, { projectId, username, roles });
    });

    for (const label of person.teams ?? []) {
      const team = idUnder(access.teams, label);
      const [orgId, teamId] = [team.orgId.toLowerCase(), team.teamId.toLowerCase()];
      // Somebody new joins the organization by the invitation to a project, so the teams come second.
      new TeamUser(`${orgId}/${teamId}/${user}`, { orgId, teamId, username }, { dependsOn: memberships });
    }
  }

  // The commands `preview` and `drift` speak of projects and teams by these labels, and `drift --unmanaged` looks into all
  // of them, also where nobody is declared.
  return { atlas: { projects: access.projects, teams: access.teams } };
};

/** What a label stands for; `readAccess` has seen that each is declared. */
function idUnder<Declared>(declared: Record<string, Declared>, label: string): Declared {
  const found = declared[label];
  if (found === undefined) {
    throw new Error(`${label} is not declared`);
  }
  return found;
}
