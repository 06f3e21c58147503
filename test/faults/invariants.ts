import assert from "node:assert/strict";
import { inspect } from "node:util";
import { visibleByDefault } from "../simulator/people";
import type { Reading, UnrulyClock } from "../unrulyClock";
import { deferralOf, wholeOf } from "./declaration";
import type { Engine, Stored } from "./engine";
import type { Outcome } from "./operation";
import type { OutOfBand, OutOfBandChange } from "./outOfBand";
import { accessesOf, declaredTwice, namesApart, type Program, type Properties } from "./program";
import { accessOf, type Scenario } from "./scenario";

/** `customTimeouts` as the programs set them, in milliseconds, and the times that hold without any. */
const timeoutsMs: Readonly<Record<string, number>> = { "1m": 60_000, "20m": 20 * 60_000 };
const cutoverMs = 6 * 3_600_000;
const deferralMs = 15 * 60_000;
/** The longest time between a look and the request that depends on it and must happen once. */
const freshMs = 10_000;

/** What goes on while one operation runs, request by request. */
export class Watch {
  /** What was wrong at the moment of a request. */
  readonly faults: string[] = [];
  /** Whose access somebody else has changed meanwhile. */
  readonly touched = new Set<string>();
  readonly before: ReadonlyMap<string, Stored>;
  private readonly grantedBefore: number;
  /** When each window was looked at last. */
  private readonly looks = new Map<string, number>();
  /** The same for everything that must happen once, by the clocks of the process. */
  private readonly looksAt = new Map<string, Reading>();
  /**
   * How far the clock has jumped while somebody else acted, until those who were about to send have sent: a request
   * whose last look at the clock was before the jump is not late by its own doing.
   */
  private justPassedMs = 0;
  /** The accesses that the state names. */
  private readonly named: ReadonlySet<string>;
  /** People who are declared before and after, and are there. */
  private readonly keep: readonly { identity: string; person: string }[];

  constructor(
    private readonly scenario: Scenario,
    private readonly engine: Engine,
    private readonly outOfBand: OutOfBand,
    private readonly clock: UnrulyClock,
    private readonly program: Program,
  ) {
    this.before = new Map(engine.state);
    this.grantedBefore = scenario.granted.length;
    const declared = new Set(program.flatMap(accessesOf));
    this.named = new Set([...engine.state.values(), ...engine.leftovers].flatMap(accessesOf));
    const stored = this.named;
    this.keep = [...scenario.projects, ...scenario.teams].flatMap((place) =>
      scenario.people
        .map((person) => ({ identity: accessOf(place, person), person: person.toLowerCase(), place }))
        .filter(
          ({ identity, person }) => declared.has(identity) && stored.has(identity) && this.has(place, person),
        ),
    );
  }

  act(change: OutOfBandChange): void {
    const before = this.clock.read();
    const person = this.outOfBand.happen(change);
    if (person !== undefined) {
      this.touched.add(person);
    }
    const passedMs = this.clock.since(before);
    this.justPassedMs += passedMs;
    setImmediate(() => {
      this.justPassedMs -= passedMs;
    });
  }

  hears(method: string, path: string): void {
    if (method === "GET") {
      this.looksAt.set(path, this.clock.read());
    }
  }

  sends(method: string, path: string): void {
    for (const { identity, person } of this.keep) {
      const [place = ""] = identity.split("/");
      if (!this.touched.has(person) && !this.has(place, person)) {
        this.faults.push(`${identity} is declared all the time, and had no access before ${method} ${path}`);
      }
    }
    const [, place = "", userId] = /groups\/(\w+)\/users\/(\w+)$/.exec(path) ?? [];
    if (method === "DELETE" && userId !== undefined) {
      this.checkNamed(place, userId);
    }
    if (/\/(defer|cutover)$/.test(path)) {
      this.checkFresh(method, path);
    }
    const projectId = /groups\/(\w+)\/maintenanceWindow/.exec(path)?.[1] ?? "";
    if (method === "GET" && projectId !== "") {
      this.looks.set(projectId, this.clock.server());
    }
    if (method === "POST" && projectId !== "") {
      this.inTime(deferralOf(projectId), deferralMs, "a deferral");
    }
    const migration = /liveMigrations\/(\w+)\/cutover/.exec(path)?.[1];
    if (migration !== undefined) {
      this.inTime(migration, cutoverMs, "a cut-over");
    }
  }

  /** Every deferral was asked for after a look that showed too few, or somebody has acted since. */
  checkDeferrals(): void {
    for (const { projectId, before } of this.scenario.granted.slice(this.grantedBefore)) {
      const declared = this.program.find(({ identity }) => identity === deferralOf(projectId));
      const wanted = Number(declared?.inputs(() => undefined)["deferrals"] ?? 0);
      const changedAt = this.outOfBand.windowsChangedAt.get(projectId) ?? Number.NEGATIVE_INFINITY;
      const actedSince = changedAt >= (this.looks.get(projectId) ?? Number.POSITIVE_INFINITY);
      assert.ok(before < wanted || actedSince, `deferred once more after ${before} of ${wanted} deferrals`);
    }
  }

  /** Only users that the state names are removed from a project. */
  private checkNamed(projectId: string, userId: string): void {
    const members = this.scenario.projects.includes(projectId) ? this.scenario.world.members(projectId) : {};
    const [name] = Object.entries(members).find(([, { id }]) => id === userId) ?? [];
    if (name !== undefined && !this.named.has(accessOf(projectId, name))) {
      this.faults.push(
        `${name} is to be removed from project ${projectId}, and the state does not name them`,
      );
    }
  }

  /** What must happen once depends on a look right before. */
  private checkFresh(method: string, path: string): void {
    const look = this.looksAt.get(path.replace(/\/(defer|cutover)$/, ""));
    const ageMs = look === undefined ? Number.POSITIVE_INFINITY : this.clock.since(look) - this.justPassedMs;
    if (ageMs > freshMs) {
      this.faults.push(`${method} ${path} depends on a look ${ageMs} ms before`);
    }
  }

  private inTime(identity: string, otherwiseMs: number, what: string): void {
    const running = [...this.engine.running].filter((each) => each.identity === identity);
    const inTime = running.some(({ since, inputs }) => {
      const { create = "" } = (inputs["__timeouts"] ?? {}) as { create?: string };
      return this.clock.since(since) - this.justPassedMs <= (timeoutsMs[create] ?? otherwiseMs);
    });
    if (!inTime) {
      this.faults.push(`${what} was asked for after its time, or without being wanted`);
    }
  }

  private has(place: string, person: string): boolean {
    const { world, projects } = this.scenario;
    if (!projects.includes(place)) {
      return world.teamMembers(place).includes(person);
    }
    const member = world.members(place)[person];
    return member !== undefined && visibleByDefault.has(member.status);
  }
}

/** What must hold after every operation, whatever has failed in it. */
export function checkAlways(
  scenario: Scenario,
  outOfBand: OutOfBand,
  watch: Watch,
  { outcome, program }: { outcome: Outcome; program: Program },
): void {
  const { world, simulator } = scenario;
  assert.deepEqual(simulator.violations, []);
  assert.deepEqual(watch.faults, []);
  watch.checkDeferrals();
  for (const error of outcome.errors) {
    checkError(scenario, error, program);
  }

  const sent = new Map<string, number>();
  for (const { username } of world.invitationsSent) {
    sent.set(username, (sent.get(username) ?? 0) + 1);
  }
  for (const [username, times] of sent) {
    const most = 1 + (outOfBand.ended.get(username) ?? 0);
    assert.ok(times <= most, `${username} was invited ${times} times, which may be ${most} times`);
  }

  for (const { id, cutovers } of scenario.migrations) {
    assert.ok(cutovers <= 1);
    const puts = simulator.log.matching(
      (entry) => entry.operationId === "cutoverGroupLiveMigration" && entry.path.includes(id),
    );
    const taken = puts.findIndex((entry) => entry.effect);
    const after = taken < 0 ? [] : puts.slice(taken + 1).filter((entry) => entry.authenticated);
    assert.equal(after.length, 0, "a cut-over was asked for again after Atlas had taken it");
  }

  for (const [name, stored] of watch.before) {
    if (outcome.changes.includes(`drop ${name}`)) {
      checkDropped(scenario, watch, stored);
    }
  }
}

/** An error must be one that says something to the user, and must not show a credential. */
function checkError({ simulator, orgId, world }: Scenario, error: Error, program: Program): void {
  if (error.constructor.name === "CheckFailed") {
    const twins = declaredTwice(program);
    const named = twins.some((pair) =>
      namesApart(...pair).every((name) => error.message.includes(`'${name}'`)),
    );
    assert.ok(named, `a check failed: ${error.message}`);
    return;
  }
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

/** A refresh says of nobody that they are gone who are there. */
function checkDropped(scenario: Scenario, watch: Watch, { name, type, identity }: Stored): void {
  assert.ok(type === "projectUser" || type === "teamUser", `${name} was dropped`);
  const { world } = scenario;
  const [place = "", ...rest] = identity.split("/");
  const person = rest.join("/");
  if (watch.touched.has(person)) {
    return;
  }
  const member = type === "projectUser" ? world.members(place)[person] : undefined;
  const isThere =
    type === "teamUser"
      ? world.teamMembers(place).includes(person)
      : member !== undefined && visibleByDefault.has(member.status);
  assert.ok(!isThere, `${name} was dropped, but ${identity} is in Atlas`);
}

/** Atlas has exactly what the program declares. Returns what nobody knows of any more, by why that is. */
export function checkConverged(
  scenario: Scenario,
  engine: Engine,
  outOfBand: OutOfBand,
  program: Program,
  everLinked: boolean,
): { killed: number; failed: number } {
  const { world } = scenario;
  const declared = new Map(
    program.flatMap((each) => [each.identity, ...accessesOf(each)].map((key) => [key, each] as const)),
  );
  const inputsOf = (name: string): Properties => engine.state.get(name)?.inputs ?? {};
  const orphans = { killed: 0, failed: 0 };
  const mayBeLeft = (identity: string): boolean => {
    const left = engine.unsettled.get(identity);
    if (left !== undefined) {
      orphans[left] += 1;
    }
    return left !== undefined || outOfBand.given.has(identity);
  };
  assert.deepEqual([...engine.state.keys()].sort(), program.map(({ name }) => name).sort());
  assert.deepEqual(engine.leftovers, []);

  for (const projectId of scenario.projects) {
    const members = world.members(projectId);
    for (const username of scenario.people) {
      const identity = accessOf(projectId, username);
      const found = members[username.toLowerCase()];
      const member = found && visibleByDefault.has(found.status) ? found : undefined;
      const wanted = declared.get(identity);
      if (wanted !== undefined) {
        const roles = [...(rolesIn(inputsOf(wanted.name), username) ?? [])].sort();
        assert.deepEqual(member?.roles, roles, `roles of ${identity}`);
        assert.deepEqual(rolesIn(engine.state.get(wanted.name)?.outputs, username), member?.roles);
      } else if (member !== undefined) {
        assert.ok(mayBeLeft(identity), `${identity} has access that nobody declares`);
      }
    }
  }
  for (const teamId of scenario.teams) {
    const members = world.teamMembers(teamId);
    for (const username of scenario.people) {
      const identity = accessOf(teamId, username);
      const isIn = members.includes(username.toLowerCase());
      if (declared.has(identity)) {
        assert.ok(isIn, `${identity} is missing`);
      } else if (isIn) {
        assert.ok(mayBeLeft(identity), `${identity} is in a team that nobody declares`);
      }
    }
  }
  checkLink(scenario, engine, declared.get(scenario.orgId)?.name, everLinked, mayBeLeft);
  for (const { id, cutovers, current: step } of scenario.migrations) {
    const wanted = declared.get(id);
    if (wanted !== undefined) {
      assert.equal(cutovers, 1);
      assert.equal(step.status, "COMPLETE");
      assert.equal(engine.state.get(wanted.name)?.outputs["status"], "COMPLETE");
    }
  }
  for (const projectId of scenario.projects) {
    const wanted = declared.get(deferralOf(projectId));
    if (wanted !== undefined) {
      const { numberOfDeferrals } = world.maintenance(projectId);
      const { outputs } = engine.state.get(wanted.name) ?? {};
      const isEnough = numberOfDeferrals >= Number(wanted.inputs(() => undefined)["deferrals"]);
      const isSettled = outputs?.["status"] === "NOT_SCHEDULED" && outOfBand.unscheduled.has(projectId);
      assert.ok(isEnough || isSettled, `deferred ${numberOfDeferrals} times, and ${outputs?.["status"]}`);
    }
  }
  return orphans;
}

/** Where a resource declares all users of a project or team, nobody else is in it. */
export function checkNobodyElse({ world, projects }: Scenario, program: Program): void {
  for (const { type, identity, accesses } of program) {
    const place = identity.replace(wholeOf(""), "");
    if (accesses !== undefined) {
      const found = type === "teamUsers" ? world.teamMembers(place) : visibleMembers(world.members(place));
      assert.ok(type === "teamUsers" || projects.includes(place));
      assert.deepEqual(found.map((name) => accessOf(place, name)).sort(), [...accesses].sort());
    }
  }
}

function visibleMembers(members: ReturnType<Scenario["world"]["members"]>): string[] {
  return Object.entries(members).flatMap(([name, { status }]) =>
    visibleByDefault.has(status) ? [name] : [],
  );
}

/** The roles of a user among the properties of a ProjectUser or of ProjectUsers. */
function rolesIn(properties: Properties | undefined, username: string): string[] | undefined {
  const { roles, users } = (properties ?? {}) as { roles?: string[]; users?: Record<string, string[]> };
  const same = Object.entries(users ?? {}).find(([name]) => name.toLowerCase() === username.toLowerCase());
  return roles ?? same?.[1];
}

function checkLink(
  scenario: Scenario,
  engine: Engine,
  name: string | undefined,
  everLinked: boolean,
  mayBeLeft: (identity: string) => boolean,
): void {
  const { orgId, linkOfColleague } = scenario;
  const { current } = scenario.world.link(orgId);
  if (!everLinked) {
    assert.equal(current?.linkToken, linkOfColleague, "a link was dropped or made that nobody declares");
  } else if (name === undefined) {
    if (current !== undefined && current.linkToken !== linkOfColleague) {
      assert.ok(mayBeLeft(orgId), "a link token is alive");
    }
  } else if (!engine.unsettled.has(orgId)) {
    const { inputs, outputs } = engine.state.get(name) ?? {};
    assert.ok(current, "there is no link");
    assert.equal(outputs?.["linkToken"], current.linkToken);
    assert.deepEqual(current.accessListIps, inputs?.["accessListIps"] ?? []);
  }
}
