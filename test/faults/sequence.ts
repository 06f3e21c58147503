import assert from "node:assert/strict";
import { AtlasSimulator } from "../simulator/simulator";
import { UnrulyClock } from "../unrulyClock";
import { type Declaration, programOf, type Renaming, renamed } from "./declaration";
import { Engine } from "./engine";
import { checkAlways, checkConverged, checkNobodyElse, Watch } from "./invariants";
import type { KindName } from "./kinds";
import type { Outcome } from "./operation";
import { OutOfBand, type OutOfBandChange } from "./outOfBand";
import { declaredOnce, declaredTwice, namesApart, type Program } from "./program";
import { calm, type FaultPlan, ProviderProcess } from "./providerProcess";
import { Scenario, type Setting } from "./scenario";

export type Step =
  /** Without `declaration`, the program stays as it is, but for the names of its resources. */
  | {
      readonly run: "up";
      readonly declaration?: Declaration | undefined;
      readonly renaming?: Renaming | undefined;
      /** Whether the user asks for a replacement of everything. */
      readonly replace?: true | undefined;
      readonly plan: FaultPlan;
    }
  | { readonly run: "refresh" | "destroy"; readonly plan: FaultPlan }
  | { readonly run: "out of band"; readonly change: OutOfBandChange };

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
  outOfBand = 0;
  requests = 0;
  invitations = 0;
  deferrals = 0;
  cutovers = 0;
  linkTokens = 0;
  /** Deletions that left a member, because another resource of the program declares it. */
  stayed = 0;
  /** Updates in the middle of a sequence that ended well, and whose result was looked at. */
  judged = 0;
  /** Updates that were refused because the program declares something twice. */
  twins = 0;
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
    const figures = { ...rest, longestMs: Math.round(this.longestMs), faults: total };
    return [
      Object.entries(figures)
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
    ];
  }
}

/** Runs sequences one after another, each in an organization of its own. */
export class Runner {
  readonly figures = new Figures();

  private constructor(
    private readonly simulator: AtlasSimulator,
    private readonly clock: UnrulyClock,
  ) {}

  static async start(): Promise<Runner> {
    const clock = new UnrulyClock();
    // Atlas has a clock of its own, which nobody sets.
    return new Runner(await AtlasSimulator.start({ now: clock.server }), clock);
  }

  stop(): Promise<void> {
    return this.simulator.stop();
  }

  /** Fails when anything is lost, done twice, left over or claimed that is not so. */
  async run({ setting, steps }: Sequence): Promise<void> {
    this.simulator.violations.length = 0;
    this.clock.reset();
    const scenario = new Scenario(this.simulator, setting, this.clock.server);
    const run = new SequenceRun(scenario, this.clock, this.figures);
    try {
      for (const step of steps) {
        await run.take(step);
      }
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
    for (const id of projects) {
      figures.deferrals += world.maintenance(id).deferralsGranted;
    }
    for (const { cutovers } of migrations) {
      figures.cutovers += cutovers;
    }
  }
}

class SequenceRun {
  private readonly engine = new Engine();
  private readonly outOfBand: OutOfBand;
  private declaration: Declaration = { users: [], teamUsers: [] };
  private program: Program = [];
  /** Whether any program of the sequence has declared a link. */
  private everLinked = false;

  constructor(
    private readonly scenario: Scenario,
    private readonly clock: UnrulyClock,
    private readonly figures: Figures,
  ) {
    this.outOfBand = new OutOfBand(scenario, clock);
  }

  async take(step: Step): Promise<void> {
    switch (step.run) {
      case "out of band":
        this.outOfBand.happen(step.change);
        this.figures.outOfBand += 1;
        return;
      case "destroy":
        await this.operate(step.plan, [], (process) => this.engine.destroy(process));
        this.declare({ users: [], teamUsers: [] });
        return;
      case "refresh":
        await this.refresh(step.plan);
        return;
      case "up": {
        const { declaration = this.declaration, renaming } = step;
        this.declare(renaming === undefined ? declaration : renamed(declaration, renaming));
        const all = step.replace ? this.program.map(({ name }) => name) : [];
        this.judge(await this.up(step.plan, new Set(all)));
      }
    }
  }

  /** What an update promises that ended well, in the middle of a sequence. */
  private judge({ errors, failed }: Outcome): void {
    const { engine, scenario, outOfBand, figures } = this;
    const [twins] = declaredTwice(this.program);
    if (twins !== undefined) {
      assert.ok(failed, "an update went well that declares something twice");
      const names = namesApart(...twins);
      const named = errors.some(({ message }) => names.every((name) => message.includes(`'${name}'`)));
      figures.twins += named ? 1 : 0;
      return;
    }
    // What only a refresh can see, an update does not promise.
    if (failed || outOfBand.moved || scenario.setting.lag > 0 || this.isReverted) {
      return;
    }
    figures.judged += 1;
    checkConverged(scenario, engine, outOfBand, this.program, this.everLinked);
  }

  /** Whether the state says of something that it is in place which a failed change may have moved since. */
  private get isReverted(): boolean {
    const { state, unsettled } = this.engine;
    return [...state.values()].some(({ identity }) => unsettled.has(identity));
  }

  /** The faults have stopped: one more update, after a refresh where only that can see what has moved. */
  async settle(): Promise<void> {
    const { engine, scenario, outOfBand } = this;
    // With all the time in the world: a migration may take longer to be ready than the program allows.
    this.program = declaredOnce(programOf(scenario, { ...this.declaration, timeouts: undefined }));
    scenario.calm();
    if (outOfBand.moved) {
      await this.good("refresh");
    }
    await this.good("up");
    // A program that goes back to what the state says, after a change that was killed or failed, has nothing to do;
    // Pulumi says itself that a refresh has to look then. And reads that lag behind leave their state to a refresh.
    const { isReverted } = this;
    if (isReverted || scenario.setting.lag > 0) {
      this.figures.revertedAfterFailure += isReverted ? 1 : 0;
      await this.good("refresh");
      await this.good("up");
      if (scenario.setting.lag > 0) {
        await this.good("refresh");
      }
    }
    if (this.program.some(({ accesses }) => accesses !== undefined)) {
      // Only a refresh shows people who were never in the state.
      await this.good("refresh");
      await this.good("up");
      checkNobodyElse(scenario, this.program);
    }
    const { killed, failed } = checkConverged(scenario, engine, outOfBand, this.program, this.everLinked);
    this.figures.orphansOfKills += killed;
    this.figures.orphansOfFailures += failed;
    const before = declaredState(engine);
    const mark = scenario.simulator.log.mark();
    assert.deepEqual(await this.good("up"), [], "a second update has something to do");
    const effects = scenario.simulator.log
      .since(mark)
      .filter(({ effect, operationId }) => effect && operationId !== "revokeAccessToken");
    assert.deepEqual(effects, []);
    assert.deepEqual(await this.good("refresh"), []);
    assert.deepEqual(declaredState(engine), before, "a refresh sees a difference that there is not");
  }

  private declare(declaration: Declaration): void {
    this.declaration = declaration;
    this.program = programOf(this.scenario, declaration);
    this.everLinked ||= declaration.link !== undefined;
  }

  private up(plan: FaultPlan, replace: ReadonlySet<string> = new Set()): Promise<Outcome> {
    return this.operate(plan, this.program, (process) => this.engine.up(process, this.program, replace));
  }

  private async refresh(plan: FaultPlan): Promise<Outcome> {
    const known = [...this.engine.state.values()].map((stored) => ({
      ...stored,
      declaredAs: "",
      inputs: () => stored.inputs,
    }));
    this.outOfBand.seen();
    let isWhole = false;
    const outcome = await this.operate(plan, known, async (process) => {
      const result = await this.engine.refresh(process);
      isWhole = result.errors.length === 0 && !process.wasKilled;
      return result;
    });
    this.outOfBand.moved ||= !isWhole;
    return outcome;
  }

  private async good(run: "up" | "refresh"): Promise<string[]> {
    const { errors, changes } = run === "up" ? await this.up(calm) : await this.refresh(calm);
    if (errors.length > 0) {
      throw errors[0];
    }
    return changes;
  }

  private async operate(
    plan: FaultPlan,
    program: Program,
    body: (process: ProviderProcess) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { scenario, engine, outOfBand, figures } = this;
    const watch = new Watch(scenario, engine, outOfBand, this.clock, program);
    const process = new ProviderProcess(scenario.simulator, this.clock, scenario.credentials, plan, {
      count: (kind) => {
        figures.faults[kind] = (figures.faults[kind] ?? 0) + 1;
      },
      act: (change) => {
        figures.outOfBand += 1;
        watch.act(change);
      },
      sends: (method, path) => watch.sends(method, path),
      hears: (method, path) => watch.hears(method, path),
    });
    const start = performance.now();
    const outcome = await body(process);
    figures.longestMs = Math.max(figures.longestMs, performance.now() - start);
    figures.operations += 1;
    figures.kills += process.wasKilled ? 1 : 0;
    figures.failedOperations += outcome.errors.length > 0 ? 1 : 0;
    // Which of two tokens is alive, nothing tells, and the user has been told so.
    if (process.reports.some((line) => line.includes("two link tokens"))) {
      engine.unsettled.set(scenario.orgId, "failed");
    }
    figures.stayed += process.reports.filter((line) => line.includes(" stays in ")).length;
    checkAlways(scenario, outOfBand, watch, { outcome, program });
    scenario.catchUp();
    return outcome;
  }
}

/**
 * The state without what the engine compares nothing by. Who accepts an invitation gets another id: the inputs of a
 * TeamUser may know either, `diff` takes them for the same, and the outputs have the one that is right.
 */
function declaredState({ state }: Engine): unknown {
  return [...state].map(([name, { inputs, outputs, ...rest }]) => {
    const { __timeouts: _asked, userId: _either, ...declared } = inputs;
    const { __timeouts: _kept, ...seen } = outputs;
    return structuredClone([name, { ...rest, inputs: declared, outputs: seen }]);
  });
}
