import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
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

/** What became of Atlas after the run that was ended and the one that came next. */
export interface Aftermath {
  invitations: number;
  deferrals: number;
  cutovers: number;
  linkTokensAlive: number;
  teamMembers: string[];
  roles: readonly string[] | undefined;
  /** Whether a third update and a refresh had nothing to do. */
  settled: boolean;
  /** Requests that changed something, of both runs. */
  effects: string[];
  /** Whether the engine was killed while it wrote the attributes beside its state, which had to be deleted. */
  mended: boolean;
  /** Whether the run was ended at all: it may have needed fewer requests. */
  struck: boolean;
}

const username = "ada@example.com";

/**
 * Updates a stack of all five resources, ends the run at one of its requests, and does what the README says: wait for
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
      return {
        invitations: world.invitationsSent.length,
        deferrals: world.maintenance(projectId).deferralsGranted,
        cutovers: migration.cutovers,
        linkTokensAlive: world.link(orgId).current === undefined ? 0 : 1,
        teamMembers: world.teamMembers(teamId),
        roles: world.members(projectId)[username]?.roles,
        settled: third.ok && refresh.exitCode === 0,
        effects: simulator.log.effects().map(({ operationId }) => operationId ?? ""),
        mended,
        struck: struck(),
      };
    } finally {
      await stack.dispose();
    }
  } finally {
    await simulator.stop();
  }
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
