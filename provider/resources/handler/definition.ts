import type * as pulumi from "@pulumi/pulumi";
import type * as v from "valibot";
import type { Deadline } from "../../atlas/clock";
import type { AtlasSession } from "../../atlas/session";
import type { OutputName } from "../registration";
import type { Connection } from "./connection";
import type { Whole } from "./declarations";
import type { IdCodec } from "./id";
import type { Recalled } from "./state";
import type { Timeouts } from "./timeouts";

/** The class of a resource. */
export type ResourceClass = abstract new (...args: never) => pulumi.CustomResource;

/**
 * All outputs that a class declares, with plain values. Each must be named, even if its value is `undefined`, so that
 * none is forgotten. The state leaves out what is `undefined`.
 *
 * @template MayLack outputs that the class declares as certain, but that may be unknown
 */
export type OutputsOf<Class extends ResourceClass, MayLack extends string = never> = {
  [Name in OutputName<InstanceType<Class>>]:
    | (InstanceType<Class>[Name] extends pulumi.OutputInstance<infer Value> ? Value : never)
    | (Name extends MayLack ? undefined : never);
};

type ArgumentsOf<Class extends ResourceClass> = Class extends abstract new (
  name: string,
  args: infer Arguments,
  ...rest: never
) => unknown
  ? Arguments
  : never;

/** An argument without outputs and promises. */
type Plain<Value> = Value extends Promise<unknown> | pulumi.OutputInstance<unknown>
  ? never
  : Value extends readonly (infer Element)[]
    ? (unknown extends Element ? unknown : Plain<Element>)[]
    : Value extends Readonly<Record<string, infer Element>>
      ? Record<string, Plain<Element>>
      : Value;

/** A check of each argument that a class declares, and of no other. */
export type ShapeOf<Class extends ResourceClass> = {
  readonly [Name in keyof Required<ArgumentsOf<Class>>]: v.GenericSchema<
    unknown,
    Plain<ArgumentsOf<Class>[Name]>
  >;
};

/** Lets the compiler refuse an argument that the class does not declare. */
export type NoOther<Shape, Class extends ResourceClass> = {
  readonly [Name in Exclude<keyof Shape, keyof ShapeOf<Class>>]: never;
};

/** Properties without those that are `undefined`. */
export type Known<Properties> = {
  [Name in keyof Properties as undefined extends Properties[Name] ? never : Name]: Properties[Name];
} & {
  [Name in keyof Properties as undefined extends Properties[Name] ? Name : never]?: Exclude<
    Properties[Name],
    undefined
  >;
};

/** The arguments after `check`, and the inputs that are passed along with them. */
export type InputsOf<Shape extends v.ObjectEntries> = Known<{
  [Name in keyof Shape]: v.InferOutput<Shape[Name]>;
}> & { __timeouts?: Timeouts; __provider?: string };

/** What a program may declare only once. */
export interface DeclaredOnce<Inputs> {
  /** What the declaration is about, such as `project user`; each resource has one of its own. */
  readonly kind: string;
  /** The arguments that say what is declared; a second declaration is a mistake in the last. */
  readonly identity:
    | readonly (keyof Inputs & string)[]
    | ((inputs: Inputs) => readonly (keyof Inputs & string)[]);
  /** Follows "must be declared once". */
  readonly where: string;
  /** The argument that names the members, and who they are, where the resource declares all of a project or team. */
  whole?(inputs: Inputs): { property: string; members: Whole };
}

/** What `reconcile` gets besides the inputs. */
export interface Reconciling<Before, Limit> {
  readonly connection: Connection;
  readonly atlas: AtlasSession;
  readonly operation: "create" | "update";
  /** What the state holds; nothing before the first `create`. */
  readonly before: Before;
  /** When the operation must have ended. */
  readonly deadline: Limit extends number ? Deadline : Deadline | undefined;
}

/** What `read` gets besides the id and the state. */
export interface Reading {
  readonly connection: Connection;
  /** Whether this is `.get()`, which has no state. */
  readonly isGet: boolean;
}

/**
 * The answer of `read` when there is no such resource. A refresh deletes it from the state, and `.get()` fails with
 * this sentence.
 */
export interface Absent {
  readonly absent: string;
}

/** The types that a {@link Definition} is made of, as one. */
export interface DefinitionTypes {
  readonly shape: v.ObjectEntries;
  readonly key: unknown;
  readonly stored: v.ObjectEntries;
  readonly limit: number | undefined;
  readonly outputs: object;
}

/** A {@link Definition} of these types. */
export type DefinitionOf<T extends DefinitionTypes> = Definition<
  T["shape"],
  T["key"],
  T["stored"],
  T["limit"],
  T["outputs"]
>;

/** The life cycle of a resource, in order. The operations that the engine calls are derived from it. */
export interface Definition<
  Shape extends v.ObjectEntries,
  Key,
  Stored extends v.ObjectEntries,
  Limit extends number | undefined,
  Outputs extends object,
> {
  /** Checks of the arguments, which also normalise them. */
  readonly arguments: Shape;
  /** The format of its id, which identifies what it manages. */
  readonly id: IdCodec<Key, InputsOf<Shape>>;
  /**
   * The properties of a state that are used, besides the id. With `__timeouts`, a refresh returns `customTimeouts` as
   * an input.
   */
  readonly stored: Stored;
  readonly declaredOnce: DeclaredOnce<InputsOf<Shape>>;
  /** The longest that `reconcile` may take unless `customTimeouts` says otherwise, in milliseconds. @default no limit */
  readonly defaultTimeMs?: Limit;
  /** Whether the old one is deleted before the new one is created. @default false */
  readonly deleteBeforeReplace?: boolean;
  /** Mistakes that no argument shows by itself. */
  mistakes?(news: InputsOf<Shape>): pulumi.dynamic.CheckFailure[];
  /**
   * Mistakes that show only when every argument is right by itself, or in comparison with the inputs of before. What is not
   * known yet is in the inputs as it came.
   */
  guard?(inputs: InputsOf<Shape>, olds: object): pulumi.dynamic.CheckFailure[];
  /** Arguments that replace the resource, besides those in its id. What is not known yet replaces nothing. */
  replaces?(key: Key, before: Recalled<Stored>, news: Recalled<Shape>): string[];
  /** Whether an argument changes in place. All are known. */
  differs?(before: Recalled<Stored>, news: Recalled<Shape>): boolean;
  /** Whether `reconcile` has to be called although no argument differs. */
  isUnfinished?(before: Recalled<Stored>): boolean;
  /** Called when nothing differs. */
  onUnchanged?(connection: Connection, key: Key, before: Recalled<Stored>): void;
  /**
   * Makes it as declared, whatever Atlas has now: for `create`, for `update`, and after a run that was interrupted.
   *
   * @throws Unfinished with what has been reached, so that the next `pulumi up` can continue
   */
  reconcile(context: Reconciling<Recalled<Stored>, Limit>, inputs: InputsOf<Shape>): Promise<Outputs>;
  /** Reads it, for a refresh and for `.get()`. */
  read(context: Reading, key: Key, before: Recalled<Stored>): Promise<Outputs | Absent>;
  /**
   * The arguments that a refresh gives back, and what else is to make a difference until the next update.
   *
   * @default the outputs of their names
   */
  declaredBy?(key: Key, outputs: Outputs): InputsOf<Shape> & Readonly<Record<string, unknown>>;
  delete(connection: Connection, key: Key, before: Recalled<Stored>): Promise<void>;
}
