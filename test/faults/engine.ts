import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../provider/resources/handler/connection";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { projectUsersHandler } from "../../provider/resources/projectUsers/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import { teamUsersHandler } from "../../provider/resources/teamUsers/handler";
import type { Reading } from "../unrulyClock";
import { Operation, type Outcome } from "./operation";
import { accessesOf, type Declared, type Program, type Properties, type ResourceType } from "./program";
import { Killed, type ProviderProcess } from "./providerProcess";
import { accessOf } from "./scenario";

const handlers = {
  projectUser: projectUserHandler,
  teamUser: teamUserHandler,
  projectUsers: projectUsersHandler,
  teamUsers: teamUsersHandler,
  linkToken: linkTokenHandler,
  migrationCutover: migrationCutoverHandler,
  maintenanceDeferral: maintenanceDeferralHandler,
} as unknown as Record<ResourceType, (connection: Connection) => pulumi.dynamic.ResourceProvider>;

/** A resource in the state of the stack. */
export interface Stored {
  readonly name: string;
  readonly type: ResourceType;
  readonly id: string;
  readonly identity: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly dependsOn: string | undefined;
  /** The accesses that the state names, where it has all of a project or team. */
  readonly accesses?: readonly string[] | undefined;
  /** The engine's mark after a partial failure: the next `up` updates it, whatever the diff says. */
  readonly unfinished: boolean;
}

/** A change that has been asked for and is not through. */
export interface Running {
  readonly identity: string;
  readonly since: Reading;
  readonly inputs: Properties;
}

const reference = { __provider: "a reference" };

/** Resources whose constructor sets the option `deleteBeforeReplace`, which also holds where the user asks. */
const deletedFirst: ReadonlySet<ResourceType> = new Set(["linkToken"]);

/**
 * As much of Pulumi's engine as decides what the handlers are asked to do, and when: every resource of the program is
 * checked in the order of its registration, one after the other; what is to be made is made side by side; what was
 * replaced, or is declared no longer, is deleted at the end.
 */
export class Engine {
  /** In the order in which they were made. */
  readonly state = new Map<string, Stored>();
  /** Replaced by another of the same name, and not deleted yet. */
  leftovers: Stored[] = [];
  /**
   * What Atlas may have other than the state says, because an operation failed or was killed, and none on the same
   * thing has succeeded since. Not what is left by a partial failure, which the state knows of.
   */
  readonly unsettled = new Map<string, "killed" | "failed">();
  readonly running = new Set<Running>();

  /** `pulumi up`, with `--replace` for some. */
  up(process: ProviderProcess, program: Program, replace: ReadonlySet<string> = new Set()): Promise<Outcome> {
    return this.run(process, async (operation) => {
      await this.register(operation, program, (declared) =>
        this.plan(operation, declared, replace.has(declared.name)),
      );
      if (!operation.failed) {
        const names = new Set(program.map(({ name }) => name));
        await this.removeAll(operation, ({ name }) => !names.has(name));
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
    await process.untilStill(body(operation));
    await process.end();
    this.running.clear();
    return operation;
  }

  /** Registers all resources; each when what it depends on is through, and never two at a time. */
  private async register(
    operation: Operation,
    program: Program,
    plan: (declared: Declared) => Promise<() => Promise<void>>,
  ): Promise<void> {
    const through = new Map<string, Promise<boolean>>();
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
      const mine = turn.then(body);
      turn = mine.catch(() => {});
      return mine;
    };
    for (const declared of program) {
      const before = through.get(declared.dependsOn ?? "") ?? Promise.resolve(true);
      const registered = before.then(async (isThere) => {
        if (!isThere || operation.failed) {
          return false;
        }
        // A failure in between keeps it from being registered.
        const step = await inTurn(async () => (operation.failed ? undefined : plan(declared)));
        await step?.();
        return step !== undefined;
      });
      through.set(declared.name, operation.settle(registered));
    }
    await Promise.all(through.values());
  }

  /** Asks the handler what is to be done, as the engine does before it does any of it. */
  private async plan(
    operation: Operation,
    declared: Declared,
    isAsked: boolean,
  ): Promise<() => Promise<void>> {
    const { name, type, identity, accesses, dependsOn } = declared;
    const old = this.state.get(name);
    const news = declared.inputs((other) => this.state.get(other)?.outputs);
    const inputs = await this.check(operation, declared, old?.inputs ?? {}, news);
    const target = { name, type, identity, accesses, dependsOn, inputs };
    if (old === undefined) {
      return () => this.create(operation, target);
    }
    const diff = await operation.ask(operation.handler(handlers[type]).diff?.(old.id, old.outputs, inputs));
    const replaces = (diff.replaces ?? []).length > 0;
    if (isAsked || replaces) {
      const again = { ...target, inputs: await this.check(operation, declared, {}, news) };
      const deleteFirst = deletedFirst.has(type) || (replaces && diff.deleteBeforeReplace === true);
      return () => this.replace(operation, old, again, deleteFirst);
    }
    if ((diff.changes ?? !isDeepStrictEqual(old.inputs, inputs)) || old.unfinished) {
      return () => this.update(operation, old, target);
    }
    return async () => {
      this.state.set(name, { ...old, inputs, dependsOn });
    };
  }

  private async check(
    operation: Operation,
    { name, type, declaredAs }: Declared,
    olds: Properties,
    news: Properties,
  ): Promise<Properties> {
    const handler = operation.handler(handlers[type]);
    const asked = { ...news, ...reference, __declaredAs: declaredAs };
    const { inputs, failures = [] } = await operation.ask(handler.check?.(olds, asked));
    if (failures.length > 0) {
      throw new CheckFailed(name, failures);
    }
    assert.ok(!JSON.stringify(inputs).includes(declaredAs), "where it is declared gets into the state");
    return inputs as Properties;
  }

  private async replace(
    operation: Operation,
    old: Stored,
    target: Target,
    deleteFirst: boolean,
  ): Promise<void> {
    operation.changes.push(`replace ${old.name}`);
    if (deleteFirst) {
      await this.remove(operation, old);
      return this.create(operation, target);
    }
    await this.create(operation, target, () => this.leftovers.push(old));
  }

  private async create(operation: Operation, target: Target, made: () => void = () => {}): Promise<void> {
    operation.changes.push(`create ${target.name}`);
    await this.saving(operation, target, made, async () => {
      const handler = operation.handler(handlers[target.type]);
      const { id, outs } = await operation.ask(handler.create(target.inputs));
      return { id, outputs: { ...outs, ...reference } };
    });
  }

  private async update(operation: Operation, old: Stored, target: Target): Promise<void> {
    operation.changes.push(`update ${target.name}`);
    await this.saving(
      operation,
      target,
      () => {},
      async () => {
        const handler = operation.handler(handlers[target.type]);
        assert.ok(handler.update, `${target.type} has no update`);
        const { outs } = await operation.ask(handler.update(old.id, old.outputs, target.inputs));
        return { id: old.id, outputs: { ...outs, ...reference } };
      },
    );
  }

  /** Deletes what was replaced and what is due, the last that was made first, and who depends before what it needs. */
  private async removeAll(operation: Operation, isDue: (stored: Stored) => boolean): Promise<void> {
    const due = [...this.leftovers, ...[...this.state.values()].filter(isDue)].reverse();
    for (const depends of [true, false]) {
      if (operation.failed) {
        return;
      }
      await operation.all(
        due
          .filter((old) => (old.dependsOn !== undefined) === depends)
          .map((old) => async () => {
            operation.changes.push(`delete ${old.name}`);
            await this.remove(operation, old);
          }),
      );
    }
  }

  private async remove(operation: Operation, old: Stored): Promise<void> {
    try {
      await operation.ask(operation.handler(handlers[old.type]).delete?.(old.id, old.outputs));
    } catch (error) {
      this.leave(old, error);
      throw error;
    }
    // Who was not declared stays, and nothing is known of them from now on.
    const { unmanaged = [] } = old.outputs as { unmanaged?: string[] };
    const isDeclared = (access: string): boolean =>
      !unmanaged.some((name) => access.endsWith(`/${name.toLowerCase()}`));
    this.settle({ ...old, accesses: old.accesses?.filter(isDeclared) });
    if (this.leftovers.includes(old)) {
      this.leftovers = this.leftovers.filter((each) => each !== old);
    } else {
      this.state.delete(old.name);
    }
  }

  private async read(operation: Operation, name: string): Promise<void> {
    const old = this.state.get(name) as Stored;
    const { id, props, inputs } = await operation.ask(
      operation.handler(handlers[old.type]).read?.(old.id, old.outputs),
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
      accesses: accessesIn(old.type, id, (props ?? {}) as Properties),
      inputs: inputs === undefined ? old.inputs : { ...inputs, ...reference },
      unfinished: false,
    });
  }

  private async saving(
    operation: Operation,
    target: Target,
    made: () => void,
    change: () => Promise<{ id: string; outputs: Properties }>,
  ): Promise<void> {
    const running = { identity: target.identity, since: operation.clock.read(), inputs: target.inputs };
    this.running.add(running);
    try {
      const result = await change();
      made();
      const accesses = accessesIn(target.type, result.id, result.outputs);
      this.state.set(target.name, { ...target, ...result, accesses, unfinished: false });
      this.settle(target);
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Properties };
      if (id !== undefined) {
        assert.equal(properties?.__provider, reference.__provider);
        made();
        const accesses = accessesIn(target.type, id, properties ?? {});
        this.state.set(target.name, { ...target, id, outputs: properties ?? {}, accesses, unfinished: true });
        this.settle(target);
      } else {
        this.leave(target, error);
      }
      throw error;
    } finally {
      this.running.delete(running);
      operation.over(running);
    }
  }

  private leave(about: Pick<Target, "identity" | "accesses">, error: unknown): void {
    for (const each of [about.identity, ...accessesOf(about)]) {
      this.unsettled.set(each, error instanceof Killed ? "killed" : "failed");
    }
  }

  private settle(about: Pick<Target, "identity" | "accesses">): void {
    for (const each of [about.identity, ...accessesOf(about)]) {
      this.unsettled.delete(each);
    }
  }
}

/** The accesses that the outputs of a resource name. */
function accessesIn(type: ResourceType, id: string, outputs: Properties): readonly string[] | undefined {
  const {
    users = {},
    usernames = [],
    unconfirmed = [],
  } = outputs as { users?: object; usernames?: string[]; unconfirmed?: string[] };
  switch (type) {
    case "projectUsers":
      return [...Object.keys(users), ...unconfirmed].map((name) => accessOf(id, name));
    case "teamUsers":
      return [...usernames, ...unconfirmed].map((name) => accessOf(id.split("/").at(-1) ?? "", name));
    default:
      return undefined;
  }
}

type Target = Pick<Stored, "name" | "type" | "identity" | "accesses" | "inputs" | "dependsOn">;

/** What is wrong with the arguments of a resource. */
export class CheckFailed extends Error {
  constructor(
    readonly resource: string,
    readonly failures: readonly pulumi.dynamic.CheckFailure[],
  ) {
    super(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  }
}
