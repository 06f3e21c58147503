import type { automation } from "@pulumi/pulumi";
import type { PulumiCli } from "../engine/pulumiCli";
import { createStack, type EngineResult, type EngineStack, type OperationOptions } from "../engine/stack";
import { ProviderProbe, type ProviderUsage, type SelfTimes } from "./providerProbe";
import { type BenchSimulator, countRequests, type RequestCounts } from "./simulator";
import { type StateSize, stateSize } from "./stateSize";
import type { Subject, SubjectName } from "./subjects";

/** In the order in which they follow each other in the life of a stack. */
export const operations = ["up", "preview", "refresh", "preview --refresh", "destroy"] as const;

export type Operation = (typeof operations)[number];

/** One line of the result. */
export interface Measurement {
  users: number;
  operation: Operation;
  subject: SubjectName;
  requests: RequestCounts;
  wallMs: number;
  /** `undefined` when the operation needed no provider process. */
  provider: ProviderUsage | undefined;
  /** Afterwards; `undefined` when nothing is left. */
  state: StateSize | undefined;
}

export interface BenchOptions {
  simulator: BenchSimulator;
  cli: PulumiCli;
  /** How many resources the engine works on at a time. */
  parallel: number;
  profile: boolean;
}

/** A subject with its stack, ready to be measured. */
export class Measured {
  private constructor(
    readonly subject: Subject,
    readonly users: number,
    private readonly stack: EngineStack,
    private readonly probe: ProviderProbe,
    private readonly simulator: BenchSimulator,
  ) {}

  static async create(subject: Subject, users: number, options: BenchOptions): Promise<Measured> {
    const { simulator, cli } = options;
    const organization = await simulator.createOrganization(users, 4);
    const probe = new ProviderProbe(options.profile);
    const stack = await createStack({
      cli,
      program: subject.program(organization),
      config: simulator.config(subject.credentials),
      env: { PULUMI_PARALLEL: String(options.parallel), ...subject.env, ...probe.env() },
    });
    return new Measured(subject, users, stack, probe, simulator);
  }

  /** @param onStep called with the number of resources that the engine is through with */
  async run(
    operation: Operation,
    onStep: (done: number) => void,
  ): Promise<Measurement & { selfTimes: SelfTimes }> {
    await this.simulator.takeRequests();
    let done = 0;
    const onEvent = ({ resOutputsEvent }: automation.EngineEvent): void => {
      if (resOutputsEvent === undefined) {
        return;
      }
      done += 1;
      onStep(done);
    };
    const started = performance.now();
    const result = await this.operate(operation, { onEvent });
    const wallMs = performance.now() - started;
    if (!result.ok) {
      throw new Error(`${operation} of ${this.subject.name} failed: ${result.diagnostics.join("\n")}`);
    }
    const changes = result.steps.filter(({ op }) => !["same", "refresh"].includes(op)).length;
    const expected = operation === "up" || operation === "destroy" ? this.resources : 0;
    if (changes !== expected) {
      throw new Error(`${operation} of ${this.subject.name} made ${changes} changes, not ${expected}.`);
    }
    const { usage, selfTimes } = this.probe.take();
    return {
      users: this.users,
      operation,
      subject: this.subject.name,
      requests: countRequests(await this.simulator.takeRequests()),
      wallMs,
      provider: usage,
      state: stateSize(this.stack),
      selfTimes,
    };
  }

  async close(): Promise<void> {
    await this.stack.dispose();
    this.probe.close();
  }

  private get resources(): number {
    return this.subject.name === "empty" ? 0 : this.users;
  }

  private operate(operation: Operation, options: OperationOptions): Promise<EngineResult> {
    switch (operation) {
      case "up":
        return this.stack.up(options);
      case "preview":
        return this.stack.preview(options);
      case "refresh":
        return this.stack.refresh(options);
      case "preview --refresh":
        return this.stack.preview({ ...options, refresh: true });
      case "destroy":
        return this.stack.destroy(options);
    }
  }
}
