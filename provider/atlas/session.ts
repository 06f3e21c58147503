import { AtlasClient, type ClientOptions } from "./client";
import { type Clock, systemClock } from "./clock";
import { MemberCache } from "./members/memberCache";
import {
  type AtlasOrganizationUser,
  type AtlasProjectUser,
  isGone,
  type Listing,
  listGroupUsers,
  listOrgTeamUsers,
  type TeamKey,
} from "./operations/index";
import type { Settings } from "./settings";

/** What one process shares about Atlas: its client, and what it has read in bulk. */
export class AtlasSession {
  readonly client: AtlasClient;
  readonly clock: Clock;
  /** Shows the user a line, for example why nothing seems to happen. */
  readonly report: (line: string) => void;
  /** Each tells, as a sentence or not at all, how far something is that many requests wait for. */
  readonly progress = new Set<() => string>();
  private readonly projects = new Map<string, MemberCache<AtlasProjectUser>>();
  private readonly teams = new Map<string, MemberCache<AtlasOrganizationUser>>();

  constructor(settings: Settings, options: ClientOptions = {}) {
    this.clock = options.clock ?? systemClock;
    const report = options.report ?? (() => {});
    this.report = report;
    const withProgress = (line: string): void =>
      report([line, ...[...this.progress].map((tell) => tell())].filter((text) => text !== "").join(" "));
    this.client = new AtlasClient(settings, { warn: report, ...options, report: withProgress });
  }

  /** The users of a project. */
  projectUsers(projectId: string): MemberCache<AtlasProjectUser> {
    return getOrCreate(
      this.projects,
      projectId,
      () =>
        new MemberCache(
          {
            of: `project ${projectId}`,
            operation: listGroupUsers.operationId,
            wording: this.client.wording,
            list: async () => present(await listGroupUsers(this.client, { projectId })),
            find: async (username, options) =>
              present(await listGroupUsers(this.client, { projectId, username }, options)),
            namesOf: (user) => [user.username],
          },
          this.clock,
        ),
    );
  }

  /** The users of a team, by username and by id. */
  teamUsers({ orgId, teamId }: TeamKey): MemberCache<AtlasOrganizationUser> {
    return getOrCreate(
      this.teams,
      `${orgId}/${teamId}`,
      () =>
        new MemberCache(
          {
            of: `team ${teamId}`,
            operation: listOrgTeamUsers.operationId,
            wording: this.client.wording,
            list: async () => present(await listOrgTeamUsers(this.client, { orgId, teamId })),
            find: async (name, options) => {
              const by = name.includes("@") ? { username: name } : { userId: name };
              return present(await listOrgTeamUsers(this.client, { orgId, teamId, ...by }, options));
            },
            namesOf: (user) => [user.username, user.userId],
          },
          this.clock,
        ),
    );
  }
}

/**
 * Leaves out users whose invitation has expired or was rejected. Today Atlas lists them only on request, which may
 * change.
 */
function present<Member extends { orgMembershipStatus?: string | undefined }>({
  items,
  atomic,
}: Listing<Member>): Listing<Member> {
  return { items: items.filter((member) => !isGone(member)), atomic };
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
