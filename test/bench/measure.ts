import type { automation } from "@pulumi/pulumi";
import type { PulumiCli } from "../engine/pulumiCli";
import { createStack, type EngineResult, type EngineStack, type OperationOptions } from "../engine/stack";
import { ProviderProbe, type ProviderUsage, type SelfTimes } from "./providerProbe";
import {
  type BenchSimulator,
  countRequests,
  mostInFlight,
  type Organization,
  type RequestCounts,
} from "./simulator";
import { type StateSize, stateSize } from "./stateSize";
import type { Subject, SubjectName } from "./subjects";

/** In the order in which they follow each other in the life of a stack. */
export const operations = [
  "up",
  "preview",
  "refresh",
  "preview --refresh",
  "up of one more",
  "destroy",
] as const;

export type Operation = (typeof operations)[number];

/** One line of the result. */
export interface Measurement {
  users: number;
  operation: Operation;
  subject: SubjectName;
  requests: RequestCounts;
  /** Requests about one project that were in flight at the same time, at least. */
  inFlight: number;
  wallMs: number;
  /** `undefined` when the operation needed no provider process. */
  provider: ProviderUsage | undefined;
  /** Afterwards, for each user; `undefined` when nothing is left. */
  state: StateSize | undefined;
}

export interface BenchOptions {
  simulator: BenchSimulator;
  cli: PulumiCli;
  /** How many projects the users are spread over. */
  projects: number;
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
    private readonly organization: Organization,
  ) {}

  static async create(subject: Subject, users: number, options: BenchOptions): Promise<Measured> {
    const { simulator, cli, projects } = options;
    // One is not declared at first.
    const organization = await simulator.createOrganization(users + 1, projects);
    const probe = new ProviderProbe(options.profile);
    const stack = await createStack({
      cli,
      program: subject.program(first(users, organization)),
      config: simulator.config(subject.credentials),
      env: {
        PULUMI_PARALLEL: String(options.parallel),
        ATLAS_ENGINE_AS_USERS_HAVE_IT: "yes",
        ...subject.env,
        ...probe.env(),
      },
    });
    return new Measured(subject, users, stack, probe, simulator, organization);
  }

  /** @param onStep called with the number of resources that the engine is through with */
  async run(
    operation: Operation,
    onStep: (done: number) => void,
  ): Promise<Measurement & { selfTimes: SelfTimes }> {
    await this.simulator.takeRequests();
    if (operation === "up of one more") {
      await this.stack.setProgram(this.subject.program(this.organization));
    }
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
    const expected = this.changesOf(operation);
    if (changes !== expected) {
      throw new Error(`${operation} of ${this.subject.name} made ${changes} changes, not ${expected}.`);
    }
    const { usage, selfTimes } = this.probe.take();
    const requests = await this.simulator.takeRequests();
    return {
      users: this.users,
      operation,
      subject: this.subject.name,
      requests: countRequests(requests),
      inFlight: mostInFlight(requests, this.simulator.latencyMs),
      wallMs,
      provider: usage,
      state: stateSize(this.stack, this.users + (operation === "up of one more" ? 1 : 0)),
      selfTimes,
    };
  }

  async close(): Promise<void> {
    await this.stack.dispose();
    this.probe.close();
  }

  private changesOf(operation: Operation): number {
    const { name, isWhole = false } = this.subject;
    const isChange = operation === "up" || operation === "destroy" || operation === "up of one more";
    if (name === "empty" || !isChange) {
      return 0;
    }
    const { projectIds } = this.organization;
    if (operation === "up of one more") {
      // What does nothing sees no difference either.
      return name === "whole, no-op" ? 0 : 1;
    }
    return isWhole ? Math.min(this.users, projectIds.length) : this.users;
  }

  private operate(operation: Operation, options: OperationOptions): Promise<EngineResult> {
    switch (operation) {
      case "up":
      case "up of one more":
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

/** The organization without the users after the first. */
function first(users: number, organization: Organization): Organization {
  return { ...organization, usernames: organization.usernames.slice(0, users) };
}
