import type { AtlasClient } from "../../atlas/client";
import { AtlasError } from "../../atlas/errors/error";
import {
  type AtlasOrganizationUser,
  type AtlasProjectUser,
  getGroup,
  listGroupTeams,
  listGroupUsers,
  listOrgTeams,
  listOrgUsers,
} from "../../atlas/operations/index";
import type { ProjectFacts } from "../report/review";

/** What a review asks Atlas for. */
export interface Questions {
  projectIds: readonly string[];
  /** @default the one of the first project */
  orgId: string | undefined;
  /** Also asks each project for its name and its teams. */
  details: boolean;
}

/** What Atlas has said. */
export interface Answers {
  projects: (Omit<ProjectFacts, "name"> & { name: string | undefined })[];
  /** Names of the teams of the organization, by their ids. */
  teamNames: ReadonlyMap<string, string>;
  /** What could not be found out: sentences. */
  gaps: string[];
}

const unknownWays = "By which way users have access is known in part only.";

/**
 * Asks who has access to projects: one listing a project, one of the organization, one of its teams, and one project for its
 * organization where none is named. Two more requests a project for the details, and one more where the organization
 * may not be read.
 *
 * @throws AtlasError when no project can be read
 */
export async function askWhoHasAccess(client: AtlasClient, questions: Questions): Promise<Answers> {
  const inquiry = new Inquiry(client);
  const listed = await inquiry.listProjects(questions.projectIds);
  const details = questions.details
    ? await Promise.all(listed.map(({ projectId }) => inquiry.detailsOf(projectId)))
    : [];
  const orgId =
    questions.orgId ??
    details.flatMap(({ project }) => project?.orgId ?? [])[0] ??
    (await inquiry.orgIdOf(listed));
  const [organization, teamNames] = await Promise.all([inquiry.usersOf(orgId), inquiry.teamsOf(orgId)]);
  const projects = await Promise.all(
    listed.map(async ({ projectId, users }, at) => {
      const known = inquiry.isIn(organization, users, projectId) ? organization : undefined;
      return {
        projectId,
        users: users.map((user) => completed(user, known?.get(user.username.toLowerCase()))),
        orgId,
        name: details[at]?.project?.name ?? undefined,
        organization: known,
        added: known === undefined ? await inquiry.addedTo(projectId) : undefined,
        teams: known && details[at]?.teams,
      };
    }),
  );
  return { projects, teamNames, gaps: inquiry.gaps };
}

type Organization = ReadonlyMap<string, AtlasOrganizationUser>;

interface Listed {
  projectId: string;
  users: AtlasProjectUser[];
}

/** Asks one thing after another, and keeps what could not be found out. */
class Inquiry {
  readonly gaps: string[] = [];

  constructor(private readonly client: AtlasClient) {}

  /** Reads the projects that can be read; the others are gaps. */
  async listProjects(projectIds: readonly string[]): Promise<Listed[]> {
    const refusals: AtlasError[] = [];
    const listed = await Promise.all(
      projectIds.map(async (projectId) => {
        try {
          const { items } = await listGroupUsers(this.client, { projectId, indirect: true });
          return [{ projectId, users: [...byName(items).values()] }];
        } catch (error) {
          refusals.push(refusalIn(error));
          return [];
        }
      }),
    );
    const [first] = refusals;
    if (first !== undefined && refusals.length === projectIds.length) {
      throw first;
    }
    this.gaps.push(...refusals.map(({ message }) => `A project is missing. ${message}`));
    return listed.flat();
  }

  async detailsOf(projectId: string) {
    const [project, teams] = await Promise.all([
      this.attempt(`The name of project ${projectId} is missing.`, () =>
        getGroup(this.client, { projectId }),
      ),
      this.attempt(`Which teams project ${projectId} has is not certain.`, () =>
        listGroupTeams(this.client, { projectId }),
      ),
    ]);
    return {
      project,
      teams: teams && new Map(teams.items.map(({ teamId, roles }) => [teamId, roles] as const)),
    };
  }

  async orgIdOf([first]: readonly Listed[]): Promise<string | undefined> {
    const project = first && (await this.attempt(unknownWays, () => getGroup(this.client, first)));
    return project?.orgId;
  }

  async usersOf(orgId: string | undefined): Promise<Organization | undefined> {
    const listing = orgId && (await this.attempt(unknownWays, () => listOrgUsers(this.client, { orgId })));
    return listing ? byName(listing.items) : undefined;
  }

  /** Names by ids. */
  async teamsOf(orgId: string | undefined): Promise<ReadonlyMap<string, string>> {
    const listing =
      orgId &&
      (await this.attempt("Teams are shown by their ids.", () => listOrgTeams(this.client, { orgId })));
    const teams = listing ? listing.items : [];
    return new Map(teams.flatMap(({ teamId, name }) => (name ? [[teamId, name] as const] : [])));
  }

  /** Whether an organization has the users of a project. */
  isIn(
    organization: Organization | undefined,
    users: readonly AtlasProjectUser[],
    projectId: string,
  ): boolean {
    if (organization === undefined) {
      return false;
    }
    const isThere =
      users.length === 0 || users.some(({ username }) => organization.has(username.toLowerCase()));
    if (!isThere) {
      this.gaps.push(
        `The organization has none of the users of project ${projectId}. ${unknownWays} Review that project by itself, or name its organization with --org.`,
      );
    }
    return isThere;
  }

  async addedTo(projectId: string): Promise<readonly AtlasProjectUser[] | undefined> {
    return (await this.attempt(unknownWays, () => listGroupUsers(this.client, { projectId })))?.items;
  }

  /** Asks for what the review can be made without. */
  private async attempt<T>(missing: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.gaps.push(`${missing} ${refusalIn(error).message}`);
      return undefined;
    }
  }
}

/** A listing of a project that shows access by other ways may show less of a user than the one of the organization. */
function completed(user: AtlasProjectUser, member: AtlasOrganizationUser | undefined): AtlasProjectUser {
  return {
    ...user,
    createdAt: user.createdAt ?? member?.createdAt,
    lastAuth: user.lastAuth ?? member?.lastAuth,
    invitationCreatedAt: user.invitationCreatedAt ?? member?.invitationCreatedAt,
    invitationExpiresAt: user.invitationExpiresAt ?? member?.invitationExpiresAt,
    inviterUsername: user.inviterUsername ?? member?.inviterUsername,
  };
}

/** Anything but an answer of Atlas is a mistake of ours, and is thrown on. */
function refusalIn(error: unknown): AtlasError {
  if (error instanceof AtlasError) {
    return error;
  }
  throw error;
}

/** Each user once, also where somebody moved from one page to another meanwhile. */
function byName<User extends { username: string }>(users: readonly User[]): ReadonlyMap<string, User> {
  return new Map(users.map((user) => [user.username.toLowerCase(), user]));
}
