import assert from "node:assert/strict";
import { listOrgInvites, listOrgUsers, listPipelineSchedules } from "../../provider/atlas/operations/index";
import type { Connection } from "../../provider/resources/handler/connection";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import type { World } from "../simulator/world";

/** What one operation of a handler, or one function, does in a world of its own. */
export interface Flow {
  readonly name: string;
  /** The requests whose answers are changed. */
  readonly answers: RegExp;
  /** Prepares the world; `act` is what meets bad answers; its result must agree with the world. */
  readonly prepare: (world: World, names: Names) => Act;
}

type Act = (connection: Connection) => Promise<() => void>;

interface Names {
  readonly orgId: string;
  readonly projectId: string;
  readonly teamId: string;
}

const username = "ada@example.com";
const roles = ["GROUP_OWNER", "GROUP_READ_ONLY"];
const timeouts = { __timeouts: { create: "2m", update: "2m" } };

const withUser = (act: (names: Names, userId: string, world: World) => Act): Flow["prepare"] => {
  return (world, names) => {
    world.grant(names.projectId, username, roles);
    world.addToTeam(names.teamId, username);
    return act(names, world.member(names.orgId, username).userId, world);
  };
};

const withWindow = (before: number, scheduled: boolean, act: "create" | "read"): Flow["prepare"] => {
  return (world, { projectId }) => {
    world.setMaintenance(projectId, { dayOfWeek: 2, hourOfDay: 3, scheduled, numberOfDeferrals: before });
    return async (connection) => {
      const handler = maintenanceDeferralHandler(connection);
      const declared = { projectId, deferrals: 1, requireScheduled: false, ...timeouts };
      const olds = {
        projectId,
        deferrals: 1,
        requireScheduled: false,
        status: "DEFERRED",
        numberOfDeferrals: 1,
      };
      const outs =
        act === "create"
          ? (await handler.create(declared)).outs
          : (await handler.read(projectId, olds as never)).props;
      return () => {
        const { numberOfDeferrals } = world.maintenance(projectId);
        assert.equal(outs?.numberOfDeferrals, numberOfDeferrals);
        assert.equal(outs?.status, numberOfDeferrals > 0 ? "DEFERRED" : "NOT_SCHEDULED");
        assert.ok(numberOfDeferrals <= Math.max(1, before), "deferred too often");
      };
    };
  };
};

const withMigration = (act: "create" | "read"): Flow["prepare"] => {
  return (world, { projectId }) => {
    const migration = world.addMigration(projectId);
    const key = { projectId, liveMigrationId: migration.id };
    return async (connection) => {
      const handler = migrationCutoverHandler(connection);
      const id = `${projectId}/${migration.id}`;
      const outs =
        act === "create"
          ? (await handler.create({ ...key, ...timeouts } as never)).outs
          : (await handler.read(id, { ...key, status: "WORKING" } as never)).props;
      return () => {
        assert.ok(migration.cutovers <= 1);
        if (outs?.status === "COMPLETE") {
          assert.equal(migration.cutovers, 1);
        }
        if (act === "create") {
          assert.equal(outs?.status, "COMPLETE");
        }
      };
    };
  };
};

const readUser: Flow["prepare"] = withUser(({ projectId }, userId) => async (connection) => {
  const handler = projectUserHandler(connection);
  const first = await handler.read(`${projectId}/${username}`, {} as never);
  const again = await handler.read(`${projectId}/${username}`, {} as never);
  return () => {
    for (const { id, props } of [first, again]) {
      assert.equal(id, `${projectId}/${username}`, "gone, which is not so");
      assert.equal(props?.userId.length === userId.length ? props.userId : userId, userId);
      assert.deepEqual(props?.roles, roles);
    }
  };
});

export const flows: readonly Flow[] = [
  {
    name: "creating a ProjectUser",
    answers: /^POST .*\/users$/,
    prepare:
      (world, { projectId }) =>
      async (connection) => {
        const { outs } = await projectUserHandler(connection).create({ projectId, username, roles });
        return () => {
          assert.deepEqual(world.members(projectId)[username]?.roles, roles);
          assert.deepEqual(outs?.roles, roles);
        };
      },
  },
  {
    name: "adopting a ProjectUser with other roles",
    answers: /^(GET|POST) .*\/users/,
    prepare: withUser(({ projectId }, _userId, world) => async (connection) => {
      const declared = { projectId, username, roles: ["GROUP_CLUSTER_MANAGER"] };
      const { outs } = await projectUserHandler(connection).create(declared);
      return () => {
        assert.deepEqual(world.members(projectId)[username]?.roles, declared.roles);
        assert.deepEqual(outs?.roles, declared.roles);
      };
    }),
  },
  { name: "reading a ProjectUser", answers: /^GET .*\/users/, prepare: readUser },
  {
    name: "deleting a ProjectUser",
    answers: /^DELETE .*\/users/,
    prepare: withUser(({ projectId }, userId, world) => async (connection) => {
      const props = { projectId, username, roles, userId, orgMembershipStatus: "ACTIVE" };
      await projectUserHandler(connection).delete(`${projectId}/${username}`, props);
      return () => assert.deepEqual(world.members(projectId), {});
    }),
  },
  {
    name: "creating a TeamUser",
    answers: /^(GET .*\/orgs\/\w+\/users|POST .*:addUser)/,
    prepare:
      (world, { orgId, teamId }) =>
      async (connection) => {
        world.addActiveUser(orgId, username);
        const { outs } = await teamUserHandler(connection).create({ orgId, teamId, username });
        return () => {
          assert.deepEqual(world.teamMembers(teamId), [username]);
          assert.equal(outs?.username, username);
        };
      },
  },
  {
    name: "reading a TeamUser",
    answers: /^GET .*\/teams\/\w+\/users/,
    prepare: withUser(({ orgId, teamId }) => async (connection) => {
      const { id } = await teamUserHandler(connection).read(`${orgId}/${teamId}/${username}`, {} as never);
      return () => assert.equal(id, `${orgId}/${teamId}/${username}`, "gone, which is not so");
    }),
  },
  {
    name: "deleting a TeamUser",
    answers: /^POST .*:removeUser/,
    prepare: withUser(({ orgId, teamId }, userId, world) => async (connection) => {
      const props = { orgId, teamId, username, userId, orgMembershipStatus: "ACTIVE" };
      await teamUserHandler(connection).delete(`${orgId}/${teamId}/${username}`, props);
      return () => assert.deepEqual(world.teamMembers(teamId), []);
    }),
  },
  {
    name: "creating a LinkToken",
    answers: /^(POST|DELETE) .*\/linkTokens/,
    prepare:
      (world, { orgId }) =>
      async (connection) => {
        const { outs } = await linkTokenHandler(connection).create({ orgId });
        return () => assert.equal(outs?.linkToken, world.link(orgId).current?.linkToken);
      },
  },
  {
    name: "deleting a LinkToken",
    answers: /^DELETE .*\/linkTokens/,
    prepare: (world, { orgId }) => {
      world.organization(orgId).link = { linkToken: "x", accessListIps: [] };
      return async (connection) => {
        await linkTokenHandler(connection).delete(orgId, { orgId });
        return () => assert.equal(world.link(orgId).current, undefined);
      };
    },
  },
  { name: "cutting over", answers: /\/liveMigrations\//, prepare: withMigration("create") },
  { name: "reading a MigrationCutover", answers: /\/liveMigrations\//, prepare: withMigration("read") },
  { name: "deferring", answers: /\/maintenanceWindow/, prepare: withWindow(0, true, "create") },
  { name: "having deferred", answers: /\/maintenanceWindow/, prepare: withWindow(1, true, "create") },
  { name: "deferring nothing", answers: /\/maintenanceWindow/, prepare: withWindow(0, false, "create") },
  {
    name: "reading a MaintenanceDeferral",
    answers: /\/maintenanceWindow/,
    prepare: withWindow(1, true, "read"),
  },
  {
    name: "listing invitations",
    answers: /\/invites/,
    prepare: (world, { orgId, projectId }) => {
      world.inviteLegacy(orgId, username, { projectId });
      return async (connection) => {
        const invitations = await listOrgInvites(connection.atlas().client, { orgId });
        return () => assert.equal(invitations.length, 1);
      };
    },
  },
  {
    name: "listing pending users",
    answers: /^GET .*\/orgs\/\w+\/users/,
    prepare: (world, { orgId, projectId }) => {
      world.directory.invite(world.project(projectId), username, "olivia@example.com");
      return async (connection) => {
        const { items } = await listOrgUsers(connection.atlas().client, { orgId, status: "PENDING" });
        return () => assert.equal(items.length, 1);
      };
    },
  },
  {
    name: "listing the schedules of a pipeline",
    answers: /\/availableSchedules/,
    prepare: (world, { projectId }) => {
      const schedule = { frequencyInterval: 6, retentionUnit: "days", retentionValue: 7 } as const;
      world.addPipeline(projectId, "orders", [{ frequencyType: "hourly", ...schedule }]);
      return async (connection) => {
        const { client } = connection.atlas();
        const schedules = await listPipelineSchedules(client, {
          projectId,
          pipelineName: "orders",
        });
        return () => assert.equal(schedules.length, 1);
      };
    },
  },
  { name: "getting an access token", answers: /\/api\/oauth\/token/, prepare: readUser },
];
