import assert from "node:assert/strict";
import { inspect } from "node:util";
import { VISIBLE_BY_DEFAULT } from "../atlas/people";
import type { Hand } from "./drift";
import type { Engine, Outcome, Program } from "./engine";
import { accessOf, type Scenario } from "./scenario";

/** What the world looked like before an operation, for what must hold after it. */
export interface Before {
  readonly deferrals: readonly number[];
  readonly names: readonly string[];
}

export function lookBefore({ world, projects }: Scenario, engine: Engine): Before {
  return {
    deferrals: projects.map((id) => world.maintenance(id).numberOfDeferrals),
    names: [...engine.state.keys()],
  };
}

/** What must hold after every operation, whatever has failed in it. */
export function checkAlways(
  scenario: Scenario,
  engine: Engine,
  hand: Hand,
  operation: { outcome: Outcome; before: Before; program: Program },
): void {
  const { world, simulator } = scenario;
  const { outcome, before, program } = operation;
  assert.deepEqual(simulator.violations, []);
  for (const error of outcome.errors) checkError(scenario, error);

  const sent = new Map<string, number>();
  for (const { username } of world.invitationsSent) sent.set(username, (sent.get(username) ?? 0) + 1);
  for (const [username, times] of sent) {
    const most = 1 + (hand.ended.get(username) ?? 0);
    assert.ok(times <= most, `${username} was invited ${times} times, which may be ${most} times`);
  }

  scenario.projects.forEach((projectId, index) => {
    const declared = Object.values(program).find(
      ({ type, inputs }) => type === "maintenanceDeferral" && inputs.projectId === projectId,
    );
    const most = Math.max(Number(declared?.inputs.deferrals ?? 0), before.deferrals[index] ?? 0);
    const { numberOfDeferrals } = world.maintenance(projectId);
    assert.ok(numberOfDeferrals <= most, `put off ${numberOfDeferrals} times, which may be ${most} times`);
  });

  for (const { id, cutovers } of scenario.migrations) {
    assert.ok(cutovers <= 1);
    const puts = simulator.log.matching(
      (entry) => entry.operationId === "cutoverGroupLiveMigration" && entry.path.includes(id),
    );
    const taken = puts.findIndex((entry) => entry.effect);
    const after = taken < 0 ? [] : puts.slice(taken + 1).filter((entry) => entry.authenticated);
    assert.equal(after.length, 0, "a cut-over was asked for again after Atlas had taken it");
  }

  for (const name of before.names) {
    if (outcome.changes.includes(`drop ${name}`)) checkDropped(scenario, name, program);
  }
  for (const { type, outputs } of engine.state.values()) {
    if (type === "migrationCutover" && outputs.status === "COMPLETE") {
      const migration = scenario.migrations.find((each) => each.id === outputs.liveMigrationId);
      assert.equal(migration?.cutovers, 1, "COMPLETE without a cut-over");
    }
  }
}

/** An error must be one that says something to the user, and must not show a credential. */
function checkError({ simulator, orgId, world }: Scenario, error: Error): void {
  assert.ok(
    ["AtlasError", "PartialFailure", "Error"].includes(error.name) && error.constructor.name !== "TypeError",
    inspect(error),
  );
  const printed = inspect(error, { depth: null, showHidden: true });
  const { privateKey, clientSecret } = simulator.keys;
  const linkToken = world.link(orgId).current?.linkToken ?? privateKey;
  for (const secret of [privateKey, clientSecret, linkToken]) {
    assert.ok(!printed.includes(secret), "an error shows a secret");
  }
}

function checkDropped(scenario: Scenario, name: string, program: Program): void {
  const { type, inputs } = program[name] as Program[string];
  const { world } = scenario;
  const username = String(inputs.username).toLowerCase();
  if (type === "projectUser") {
    const member = world.members(String(inputs.projectId))[username];
    assert.ok(!member || !VISIBLE_BY_DEFAULT.has(member.status), `${name} was dropped, but is in Atlas`);
  } else {
    assert.equal(type, "teamUser", `${name} was dropped`);
    const member = scenario.members.find((each) => each.userId === inputs.userId)?.username ?? username;
    assert.ok(
      !world.teamMembers(String(inputs.teamId)).includes(member),
      `${name} was dropped, but is in Atlas`,
    );
  }
}

/** Atlas has exactly what the program declares. Returns what nobody knows of any more, by why that is. */
export function checkConverged(
  scenario: Scenario,
  engine: Engine,
  hand: Hand,
  program: Program,
): { killed: number; failed: number } {
  const { world } = scenario;
  const declared = new Map(Object.entries(program).map(([name, each]) => [each.identity, { name, ...each }]));
  const orphans = { killed: 0, failed: 0 };
  const mayBeLeft = (identity: string): boolean => {
    const left = engine.unsettled.get(identity);
    if (left !== undefined) orphans[left] += 1;
    return left !== undefined || hand.given.has(identity);
  };
  assert.deepEqual([...engine.state.keys()].sort(), Object.keys(program).sort());

  for (const projectId of scenario.projects) {
    const members = world.members(projectId);
    for (const username of scenario.people()) {
      const identity = accessOf(projectId, username);
      const found = members[username.toLowerCase()];
      const member = found && VISIBLE_BY_DEFAULT.has(found.status) ? found : undefined;
      const wanted = declared.get(identity);
      if (wanted !== undefined) {
        assert.deepEqual(
          member?.roles,
          [...(wanted.inputs.roles as string[])].sort(),
          `roles of ${identity}`,
        );
        const { outputs } = engine.state.get(wanted.name) ?? {};
        assert.deepEqual(outputs?.roles, member?.roles);
      } else if (member !== undefined) {
        assert.ok(mayBeLeft(identity), `${identity} has access that nobody declares`);
      }
    }
  }
  for (const teamId of scenario.teams) {
    const members = world.teamMembers(teamId);
    for (const username of [...scenario.people(), ...scenario.members.map((each) => each.username)]) {
      const identity = accessOf(teamId, username);
      const isIn = members.includes(username.toLowerCase());
      if (declared.has(identity)) assert.ok(isIn, `${identity} is missing`);
      else if (isIn) assert.ok(mayBeLeft(identity), `${identity} is in a team that nobody declares`);
    }
  }
  const link = declared.get(scenario.orgId);
  const { current } = world.link(scenario.orgId);
  if (link === undefined) {
    if (current !== undefined) assert.ok(mayBeLeft(scenario.orgId), "a link token is alive");
  } else if (!engine.unsettled.has(scenario.orgId)) {
    assert.ok(current, "there is no link");
    assert.equal(engine.state.get(link.name)?.outputs.linkToken, current.linkToken);
    assert.deepEqual(current.accessListIps, link.inputs.accessListIps ?? []);
  }
  for (const { id, cutovers, current: step } of scenario.migrations) {
    const wanted = declared.get(id);
    if (wanted !== undefined) {
      assert.equal(cutovers, 1);
      assert.equal(step.status, "COMPLETE");
      assert.equal(engine.state.get(wanted.name)?.outputs.status, "COMPLETE");
    }
  }
  for (const projectId of scenario.projects) {
    const wanted = declared.get(`maintenance of ${projectId}`);
    if (wanted !== undefined) {
      const { numberOfDeferrals } = world.maintenance(projectId);
      const { outputs } = engine.state.get(wanted.name) ?? {};
      const isEnough = numberOfDeferrals >= Number(wanted.inputs.deferrals);
      const isSettled = outputs?.status === "NOT_SCHEDULED" && hand.unscheduled.has(projectId);
      assert.ok(isEnough || isSettled, `put off ${numberOfDeferrals} times, and ${outputs?.status}`);
      if (outputs?.status === "DEFERRED") assert.ok(isEnough, "DEFERRED, which Atlas does not have");
    }
  }
  return orphans;
}
