import assert from "node:assert/strict";
import { AtlasSimulator } from "../atlas/simulator";
import { FakeClock } from "../fakeClock";
import { type Drift, drift, type Hand, newHand } from "./drift";
import { Engine, type Outcome, type Program } from "./engine";
import { type Before, checkAlways, checkConverged, lookBefore } from "./judge";
import type { KindName } from "./kinds";
import { clear, ProviderProcess, type Weather } from "./providerProcess";
import { type Declaration, Scenario, type Setting } from "./scenario";

export type Step =
  /** Without `declaration`, the program stays as it is. */
  | { readonly run: "up"; readonly declaration?: Declaration | undefined; readonly weather: Weather }
  | { readonly run: "refresh" | "destroy"; readonly weather: Weather }
  | { readonly run: "drift"; readonly event: Drift };

export interface Sequence {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** What a run of sequences came to. */
export class Figures {
  sequences = 0;
  operations = 0;
  kills = 0;
  failedOperations = 0;
  drifts = 0;
  requests = 0;
  invitations = 0;
  deferrals = 0;
  cutovers = 0;
  linkTokens = 0;
  /** Things left in Atlas by an operation that was killed, for a resource that is declared no longer. */
  orphansOfKills = 0;
  /** The same, left by an operation that failed. */
  orphansOfFailures = 0;
  /** Sequences whose program went back to what it was, after an operation that was killed or failed. */
  revertedAfterFailure = 0;
  /** The longest that one operation took, in milliseconds of real time. */
  longestMs = 0;
  readonly faults: Partial<Record<KindName, number>> = {};

  lines(): string[] {
    const { faults, ...rest } = this;
    const total = Object.values(faults).reduce((sum, each) => sum + each, 0);
    return [
      Object.entries({ ...rest, longestMs: Math.round(this.longestMs), faults: total })
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
      ...Object.entries(faults)
        .sort()
        .map(([name, times]) => `  ${name}: ${times}`),
    ];
  }
}

/** Runs sequences one after another, each in an organization of its own. */
export class Runner {
  readonly figures = new Figures();

  private constructor(
    private readonly simulator: AtlasSimulator,
    private readonly clock: FakeClock,
  ) {}

  static async start(): Promise<Runner> {
    const clock = new FakeClock();
    return new Runner(await AtlasSimulator.start({ now: clock.now }), clock);
  }

  stop(): Promise<void> {
    return this.simulator.stop();
  }

  /** Fails when anything is lost, done twice, left over or claimed that is not so. */
  async run({ setting, steps }: Sequence): Promise<void> {
    this.simulator.violations.length = 0;
    const scenario = new Scenario(this.simulator, setting);
    const run = new Run(scenario, this.clock, this.figures);
    try {
      for (const step of steps) await run.take(step);
      await run.settle();
    } finally {
      this.figures.sequences += 1;
      this.count(scenario);
      scenario.clear();
    }
  }

  private count({ world, projects, orgId, migrations }: Scenario): void {
    const { figures } = this;
    figures.requests += this.simulator.log.count();
    figures.invitations += world.invitationsSent.length;
    figures.linkTokens += world.link(orgId).made;
    for (const id of projects) figures.deferrals += world.maintenance(id).deferralsGranted;
    for (const { cutovers } of migrations) figures.cutovers += cutovers;
  }
}

class Run {
  private readonly engine = new Engine();
  private readonly hand: Hand;
  private program: Program = {};

  constructor(
    private readonly scenario: Scenario,
    private readonly clock: FakeClock,
    private readonly figures: Figures,
  ) {
    this.hand = newHand(scenario);
  }

  async take(step: Step): Promise<void> {
    if (step.run === "drift") {
      drift(this.scenario, this.clock, this.hand, step.event);
      this.figures.drifts += 1;
      return;
    }
    if (step.run === "up" && step.declaration !== undefined) {
      this.program = this.scenario.program(step.declaration);
    }
    if (step.run === "destroy") {
      await this.operate(step.weather, {}, (process) => this.engine.destroy(process));
      this.program = {};
    } else if (step.run === "refresh") {
      const known = Object.fromEntries(this.engine.state);
      await this.operate(step.weather, known, (process) => this.engine.refresh(process));
    } else {
      await this.operate(step.weather, this.program, (process) => this.engine.up(process, this.program));
    }
  }

  /** The faults have stopped: one more update, after a refresh where only that can see what has moved. */
  async settle(): Promise<void> {
    const { engine, scenario, hand, program } = this;
    if (hand.moved) await this.good("refresh");
    await this.good("up");
    // A program that goes back to what the state says, after a change that was killed or failed, has nothing to do;
    // Pulumi says itself that a refresh has to look then.
    if ([...engine.state.values()].some(({ identity }) => engine.unsettled.has(identity))) {
      this.figures.revertedAfterFailure += 1;
      await this.good("refresh");
      await this.good("up");
    }
    const { killed, failed } = checkConverged(scenario, engine, hand, program);
    this.figures.orphansOfKills += killed;
    this.figures.orphansOfFailures += failed;
    const before = structuredClone([...engine.state]);
    const mark = scenario.simulator.log.mark();
    assert.deepEqual(await this.good("up"), [], "a second update has something to do");
    assert.deepEqual(
      scenario.simulator.log.since(mark).filter((entry) => entry.effect),
      [],
    );
    assert.deepEqual(await this.good("refresh"), []);
    assert.deepEqual([...engine.state], before, "a refresh sees a difference that there is not");
  }

  private async good(run: "up" | "refresh"): Promise<string[]> {
    const known = Object.fromEntries(this.engine.state);
    const { errors, changes } =
      run === "up"
        ? await this.operate(clear, this.program, (process) => this.engine.up(process, this.program))
        : await this.operate(clear, known, (process) => this.engine.refresh(process));
    if (errors.length > 0) throw errors[0];
    return changes;
  }

  private async operate(
    weather: Weather,
    program: Program,
    body: (process: ProviderProcess) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { scenario, engine, hand, figures } = this;
    const before: Before = lookBefore(scenario, engine);
    const count = (kind: KindName): void => {
      figures.faults[kind] = (figures.faults[kind] ?? 0) + 1;
    };
    const process = new ProviderProcess(scenario.simulator, this.clock, scenario.credentials, weather, count);
    const start = performance.now();
    const outcome = await body(process);
    figures.longestMs = Math.max(figures.longestMs, performance.now() - start);
    figures.operations += 1;
    figures.kills += process.wasKilled ? 1 : 0;
    figures.failedOperations += outcome.errors.length > 0 ? 1 : 0;
    checkAlways(scenario, engine, hand, { outcome, before, program });
    return outcome;
  }
}
