import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  ProjectUsers,
  TeamUser,
} from "mongodbatlas-dynamic";
import type { LiveMigration } from "../simulator/migration";
import { AtlasSimulator } from "../simulator/simulator";
import { connectionTo } from "./connection";
import { createStack, type EngineStack } from "./stack";

/** Where a run is ended, and how. */
export interface Kill {
  /** Which request to Atlas, counted from 0 over all that are not challenges. */
  request: number;
  /** Before Atlas acts on the request, or after it has, with the answer still on its way. */
  when: "before" | "after";
  victim: "engine" | "provider" | "engine, by SIGINT";
}

/** How the runs after the one that was ended went. */
interface Healing {
  /** Whether a third update and a refresh had nothing to do. */
  settled: boolean;
  /** Whether the engine was killed while it wrote the attributes beside its state, which had to be deleted. */
  mended: boolean;
  /** Whether the run was ended at all: it may have needed fewer requests. */
  struck: boolean;
}

/** What became of Atlas after the run that was ended and the one that came next. */
export interface Aftermath extends Healing {
  invitations: number;
  deferrals: number;
  cutovers: number;
  linkTokensAlive: number;
  teamMembers: string[];
  roles: readonly string[] | undefined;
  /** Requests that changed something, of both runs. */
  effects: string[];
}

const username = "ada@example.com";

/**
 * Updates a stack of five resources, ends the run at one of its requests, and does what the README says: wait for
 * nothing, `pulumi cancel` for the lock of the file backend, and `pulumi up` again.
 */
export async function upKilledAndUpAgain(kill: Kill): Promise<Aftermath> {
  const simulator = await AtlasSimulator.start();
  try {
    const { world } = simulator;
    const orgId = world.createOrganization();
    const projectId = world.createProject(orgId);
    const teamId = world.createTeam(orgId);
    world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
    const migration: LiveMigration = world.addMigration(projectId, {
      steps: [
        { status: "WORKING", readyForCutover: false, lagTimeSeconds: 9 },
        { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 },
      ],
    });
    const stack = await createStack({
      config: connectionTo(simulator),
      program: async () => {
        const access = new ProjectUser("access", { projectId, username, roles: ["GROUP_OWNER"] });
        new TeamUser("team", { orgId, teamId, username }, { dependsOn: access });
        new LinkToken("link", { orgId });
        new MigrationCutover("cutover", { projectId, liveMigrationId: migration.id });
        new MaintenanceDeferral("freeze", { projectId, deferrals: 2 });
      },
    });
    try {
      const healing = await killAndHeal(simulator, stack, kill);
      return {
        ...healing,
        invitations: world.invitationsSent.length,
        deferrals: world.maintenance(projectId).deferralsGranted,
        cutovers: migration.cutovers,
        linkTokensAlive: world.link(orgId).current === undefined ? 0 : 1,
        teamMembers: world.teamMembers(teamId),
        roles: world.members(projectId)[username]?.roles,
        effects: simulator.log.effects().map(({ operationId }) => operationId ?? ""),
      };
    } finally {
      await stack.dispose();
    }
  } finally {
    await simulator.stop();
  }
}

/** What became of the users of a project after the run that was ended and the one that came next. */
export interface UsersAftermath extends Healing {
  members: number;
  invitations: number;
  /** The most invitations that one user got. */
  mostForOne: number;
}

/** The same as {@link upKilledAndUpAgain}, for a project whose users are invited by one resource. */
export async function usersKilledAndUpAgain(kill: Kill, users: number): Promise<UsersAftermath> {
  const simulator = await AtlasSimulator.start({ invitationsPerMinute: Number.POSITIVE_INFINITY });
  try {
    const { world } = simulator;
    const projectId = world.createProject(world.createOrganization());
    const names = Array.from({ length: users }, (_, index) => `user${index}@example.com`);
    const stack = await createStack({
      config: connectionTo(simulator),
      program: async () => {
        const roles = Object.fromEntries(names.map((name) => [name, ["GROUP_READ_ONLY"]]));
        new ProjectUsers("all", { projectId, users: roles });
      },
    });
    try {
      const healing = await killAndHeal(simulator, stack, kill);
      const sent = new Map<string, number>();
      for (const { username: name } of world.invitationsSent) {
        sent.set(name, (sent.get(name) ?? 0) + 1);
      }
      return {
        ...healing,
        members: Object.keys(world.members(projectId)).length,
        invitations: world.invitationsSent.length,
        mostForOne: Math.max(...sent.values()),
      };
    } finally {
      await stack.dispose();
    }
  } finally {
    await simulator.stop();
  }
}

/** Ends an update at one of its requests, and does what the docs say: release the lock, and update again. */
async function killAndHeal(simulator: AtlasSimulator, stack: EngineStack, kill: Kill): Promise<Healing> {
  const struck = strikeAt(simulator, kill, async () => {
    if (kill.victim === "provider") {
      await stack.killProviders();
    } else {
      stack.kill(kill.victim === "engine" ? "SIGKILL" : "SIGINT");
    }
  });
  await stack.up();
  await stack.providersGone();
  simulator.clearFailures();
  const mended = await releaseLock(stack);
  const second = await stack.up();
  if (!second.ok) {
    throw new Error(`The second update failed: ${second.diagnostics.join("; ")} ${second.stderr}`);
  }
  const third = await stack.up({ expectNoChanges: true });
  const refresh = await stack.refreshPreviewOnly();
  return { settled: third.ok && refresh.exitCode === 0, mended, struck: struck() };
}

/** Does what the docs say after a kill. @returns whether the attributes beside the state had to be deleted first */
export async function releaseLock(stack: EngineStack): Promise<boolean> {
  const first = await stack.cli(["cancel", "--yes"]);
  if (first.code === 0) {
    return false;
  }
  if (!/failed to load checkpoint: EOF/.test(first.stderr)) {
    throw new Error(`The lock was not released: ${first.stderr}`);
  }
  await deleteBrokenAttributes(stack);
  const second = await stack.cli(["cancel", "--yes"]);
  if (second.code !== 0) {
    throw new Error(`The lock was not released: ${second.stderr}`);
  }
  return true;
}

/**
 * The file backend replaces the state in one step, but not the attributes beside it: an engine that is killed while it
 * writes them leaves an empty file. It does without one.
 */
async function deleteBrokenAttributes(stack: EngineStack): Promise<void> {
  const backend = fileURLToPath(stack.env["PULUMI_BACKEND_URL"] ?? "");
  for (const name of await readdir(backend, { recursive: true })) {
    const file = path.join(backend, name);
    if (name.endsWith(".json.attrs") && (await stat(file)).size === 0) {
      await rm(file);
    }
  }
}

/** Holds the request back, so that it is certainly on its way when the process ends. */
function strikeAt(
  simulator: AtlasSimulator,
  { request, when }: Kill,
  strike: () => Promise<void>,
): () => boolean {
  let seen = -1;
  let struck = false;
  let release: () => void = () => {};
  simulator.fail({
    matching: (entry) => {
      if (struck || entry.operationId === "createAccessToken") {
        return false;
      }
      seen += 1;
      if (seen < request) {
        return false;
      }
      struck = true;
      void strike().finally(release);
      return true;
    },
    when,
    delayUntil: new Promise<void>((resolve) => {
      release = resolve;
    }),
  });
  return () => struck;
}
