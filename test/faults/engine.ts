import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../provider/handlers/connection";
import { linkTokenHandler } from "../../provider/handlers/linkToken";
import { maintenanceDeferralHandler } from "../../provider/handlers/maintenanceDeferral";
import { migrationCutoverHandler } from "../../provider/handlers/migrationCutover";
import { projectUserHandler } from "../../provider/handlers/projectUser";
import { teamUserHandler } from "../../provider/handlers/teamUser";
import { Killed, type ProviderProcess } from "./providerProcess";

type Properties = Record<string, unknown>;

const handlers = {
  projectUser: projectUserHandler,
  teamUser: teamUserHandler,
  linkToken: linkTokenHandler,
  migrationCutover: migrationCutoverHandler,
  maintenanceDeferral: maintenanceDeferralHandler,
} as unknown as Record<ResourceType, (connection: Connection) => pulumi.dynamic.ResourceProvider>;

export type ResourceType =
  | "projectUser"
  | "teamUser"
  | "linkToken"
  | "migrationCutover"
  | "maintenanceDeferral";

/** A resource of a program. */
export interface Declared {
  readonly type: ResourceType;
  readonly inputs: Properties;
  /** What in Atlas it stands for; no two resources of a program share one. */
  readonly identity: string;
  readonly dependsOn?: string | undefined;
}

/** The resources of a program by their names. */
export type Program = Readonly<Record<string, Declared>>;

/** A resource in the state of the stack. */
export interface Stored {
  readonly type: ResourceType;
  readonly id: string;
  readonly identity: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** The engine's mark after a partial failure: the next `up` updates it, whatever the diff says. */
  readonly unfinished: boolean;
}

export interface Outcome {
  readonly errors: Error[];
  /** `create`, `update`, `replace`, `delete` and `drop` with the resource's name. */
  readonly changes: string[];
}

const reference = { __provider: "a reference" };

/** As much of Pulumi's engine as decides what the handlers are asked to do. */
export class Engine {
  readonly state = new Map<string, Stored>();
  /**
   * What Atlas may have other than the state says, because an operation failed or was killed, and none on the same
   * thing has succeeded since. Not what is left by a partial failure, which the state knows of.
   */
  readonly unsettled = new Map<string, "killed" | "failed">();

  /** `pulumi up`: creates, updates and replaces in parallel, then deletes what is declared no longer. */
  up(process: ProviderProcess, program: Program): Promise<Outcome> {
    return this.run(process, async (operation) => {
      const waves = [false, true].map((depends) =>
        Object.entries(program).filter(([, declared]) => (declared.dependsOn !== undefined) === depends),
      );
      for (const wave of waves) {
        if (!operation.failed) {
          await operation.all(
            wave.map(
              ([name, declared]) =>
                () =>
                  this.step(operation, name, declared),
            ),
          );
        }
      }
      if (!operation.failed) {
        await this.removeAll(operation, (name) => !(name in program));
      }
    });
  }

  /** `pulumi destroy`. */
  destroy(process: ProviderProcess): Promise<Outcome> {
    return this.run(process, (operation) => this.removeAll(operation, () => true));
  }

  /** `pulumi refresh`. */
  refresh(process: ProviderProcess): Promise<Outcome> {
    return this.run(process, (operation) =>
      operation.all([...this.state.keys()].map((name) => () => this.read(operation, name))),
    );
  }

  private async run(
    process: ProviderProcess,
    body: (operation: Operation) => Promise<void>,
  ): Promise<Outcome> {
    const operation = new Operation(process);
    await body(operation);
    await process.end();
    return { errors: operation.errors, changes: operation.changes };
  }

  private async step(operation: Operation, name: string, declared: Declared): Promise<void> {
    const handler = operation.handler(declared.type);
    const old = this.state.get(name);
    const news = { ...declared.inputs, ...reference };
    const { inputs, failures = [] } = await operation.ask(handler.check?.(old?.inputs ?? {}, news));
    assert.deepEqual(failures, []);
    const target = { type: declared.type, identity: declared.identity, inputs: inputs as Properties };
    if (old === undefined) {
      return this.create(operation, name, target);
    }
    const diff = await operation.ask(handler.diff?.(old.id, old.outputs, inputs));
    if ((diff.replaces ?? []).length > 0) {
      assert.ok(diff.deleteBeforeReplace);
      await this.remove(operation, name, old);
      return this.create(operation, name, target);
    }
    if (diff.changes || old.unfinished) {
      return this.update(operation, name, old, target);
    }
    this.state.set(name, { ...old, inputs: target.inputs });
  }

  private async create(operation: Operation, name: string, target: Target): Promise<void> {
    operation.changes.push(`create ${name}`);
    await this.saving(name, target, async () => {
      const handler = operation.handler(target.type);
      const { id, outs } = await operation.ask(handler.create(target.inputs));
      return { id, outputs: { ...outs, ...reference } };
    });
  }

  private async update(operation: Operation, name: string, old: Stored, target: Target): Promise<void> {
    operation.changes.push(`update ${name}`);
    await this.saving(name, target, async () => {
      const handler = operation.handler(target.type);
      assert.ok(handler.update, `${target.type} has no update`);
      const { outs } = await operation.ask(handler.update(old.id, old.outputs, target.inputs));
      return { id: old.id, outputs: { ...outs, ...reference } };
    });
  }

  private async removeAll(operation: Operation, isDue: (name: string) => boolean): Promise<void> {
    const due = [...this.state].filter(([name]) => isDue(name));
    await operation.all(
      due.map(([name, old]) => async () => {
        operation.changes.push(`delete ${name}`);
        await this.remove(operation, name, old);
      }),
    );
  }

  private async remove(operation: Operation, name: string, old: Stored): Promise<void> {
    try {
      await operation.ask(operation.handler(old.type).delete?.(old.id, old.outputs));
    } catch (error) {
      this.leave(old.identity, error);
      throw error;
    }
    this.unsettled.delete(old.identity);
    this.state.delete(name);
  }

  private async read(operation: Operation, name: string): Promise<void> {
    const old = this.state.get(name) as Stored;
    const { id, props, inputs } = await operation.ask(
      operation.handler(old.type).read?.(old.id, old.outputs),
    );
    if (id === undefined) {
      operation.changes.push(`drop ${name}`);
      this.state.delete(name);
      return;
    }
    this.state.set(name, {
      ...old,
      id,
      outputs: { ...props, ...reference },
      inputs: inputs === undefined ? old.inputs : { ...inputs, ...reference },
      unfinished: false,
    });
  }

  private async saving(
    name: string,
    target: Target,
    change: () => Promise<{ id: string; outputs: Properties }>,
  ): Promise<void> {
    try {
      this.state.set(name, { ...target, ...(await change()), unfinished: false });
      this.unsettled.delete(target.identity);
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Properties };
      if (id !== undefined) {
        assert.equal(properties?.__provider, reference.__provider);
        this.state.set(name, { ...target, id, outputs: properties ?? {}, unfinished: true });
        this.unsettled.delete(target.identity);
      } else {
        this.leave(target.identity, error);
      }
      throw error;
    }
  }

  private leave(identity: string, error: unknown): void {
    this.unsettled.set(identity, error instanceof Killed ? "killed" : "failed");
  }
}

type Target = Pick<Stored, "type" | "identity" | "inputs">;

/** One command of the user, carried out by one provider process. */
class Operation implements Outcome {
  readonly errors: Error[] = [];
  readonly changes: string[] = [];

  constructor(private readonly process: ProviderProcess) {}

  get failed(): boolean {
    return this.errors.length > 0 || this.process.wasKilled;
  }

  handler(type: ResourceType): pulumi.dynamic.ResourceProvider {
    return handlers[type](this.process);
  }

  /** The answer of a handler, unless its process is killed before. */
  async ask<T>(answer: Promise<T> | undefined): Promise<T> {
    answer?.catch(() => {});
    return Promise.race([answer as Promise<T>, this.process.killed]);
  }

  /** Runs tasks side by side; none is stopped by the failure of another. */
  async all(tasks: (() => Promise<void>)[]): Promise<void> {
    await Promise.all(
      tasks.map((task) =>
        task().catch((error: Error) => {
          if (!(error instanceof Killed)) {
            this.errors.push(error);
          }
        }),
      ),
    );
  }
}
