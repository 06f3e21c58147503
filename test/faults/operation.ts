import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../provider/resources/handler/connection";
import type { UnrulyClock } from "../unrulyClock";
import type { Running } from "./engine";
import { Killed, type ProviderProcess } from "./providerProcess";

export interface Outcome {
  readonly errors: Error[];
  /** Whether anything went wrong, or the process was killed. */
  readonly failed: boolean;
  /** `create`, `update`, `replace`, `delete` and `drop` with the resource's name. */
  readonly changes: string[];
  /** How long each change took, by the clock that says more, in milliseconds. */
  readonly durations: { readonly running: Running; readonly ms: number }[];
}

/** One command of the user, carried out by one provider process. */
export class Operation implements Outcome {
  readonly errors: Error[] = [];
  readonly changes: string[] = [];
  readonly durations: Outcome["durations"] = [];

  constructor(private readonly process: ProviderProcess) {}

  get failed(): boolean {
    return this.errors.length > 0 || this.process.wasKilled;
  }

  get clock(): UnrulyClock {
    return this.process.clock;
  }

  handler(
    create: (connection: Connection) => pulumi.dynamic.ResourceProvider,
  ): pulumi.dynamic.ResourceProvider {
    return create(this.process);
  }

  over(running: Running): void {
    this.durations.push({ running, ms: this.clock.since(running.since) });
  }

  /** The answer of a handler, unless its process is killed before. */
  async ask<T>(answer: Promise<T> | undefined): Promise<T> {
    answer?.catch(() => {});
    return Promise.race([answer as Promise<T>, this.process.killed]);
  }

  /** Runs tasks side by side; none is stopped by the failure of another. */
  async all(tasks: (() => Promise<void>)[]): Promise<void> {
    await Promise.all(tasks.map((task) => this.settle(task())));
  }

  /** Writes a failure down, and says whether there was none. */
  async settle(task: Promise<unknown>): Promise<boolean> {
    try {
      return (await task) !== false;
    } catch (error) {
      if (!(error instanceof Killed)) {
        this.errors.push(error as Error);
      }
      return false;
    }
  }
}
