import type * as v from "valibot";
import { checkArguments, keepSpelling } from "./arguments";
import type { Connection } from "./connection";
import { checkDeclaredOnce } from "./declaredOnce";
import type {
  Absent,
  Definition,
  DefinitionOf,
  DefinitionTypes,
  InputsOf,
  Known,
  NoOther,
  OutputsOf,
  Reconciling,
  ResourceClass,
  ShapeOf,
} from "./definition";
import { argumentsThatReplace, difference } from "./differences";
import type { Handler, HandlerFactory } from "./handler";
import { PartialFailure, Unfinished } from "./partialFailure";
import { isGet, type Recalled, recall } from "./state";
import { startDeadline } from "./timeouts";
import { isUnknown } from "./unknown";

/**
 * Makes a handler from the definition of a resource: `defineHandler<typeof ProjectUser>()({ … })`.
 *
 * The compiler compares the arguments and the outputs with those of the class. There are two calls, because
 * TypeScript infers either all type arguments of a call or none.
 *
 * @template MayLack outputs that the class declares as certain, but that may be unknown
 */
export function defineHandler<Class extends ResourceClass, MayLack extends string = never>() {
  return <
    Shape extends ShapeOf<Class> & v.ObjectEntries,
    Key,
    Stored extends v.ObjectEntries,
    Limit extends number | undefined = undefined,
  >(
    definition: Definition<Shape, Key, Stored, Limit, OutputsOf<Class, MayLack>> & {
      readonly arguments: NoOther<Shape, Class>;
    },
  ): HandlerFactory<InputsOf<Shape>, Known<OutputsOf<Class, MayLack>>> => {
    interface Types {
      shape: Shape;
      key: Key;
      stored: Stored;
      limit: Limit;
      outputs: OutputsOf<Class, MayLack>;
    }
    return (connection) => ({
      ...comparing<Types>(definition, connection),
      ...living<Types>(definition, connection),
    });
  };
}

type HandlerOf<T extends DefinitionTypes> = Handler<InputsOf<T["shape"]>, Known<T["outputs"]>>;

/** The operations that make no request to Atlas. */
function comparing<T extends DefinitionTypes>(
  definition: DefinitionOf<T>,
  connection: Connection,
): Pick<HandlerOf<T>, "check" | "diff"> {
  return {
    async check(olds, news) {
      const result = checkArguments<InputsOf<T["shape"]>>(connection, news, definition.arguments);
      keepSpelling(olds, result.inputs);
      const mistakes = definition.mistakes?.(news as InputsOf<T["shape"]>) ?? [];
      if (mistakes.length > 0) {
        return { ...result, failures: [...result.failures, ...mistakes] };
      }
      const failures =
        result.failures.length > 0 ? [] : (definition.guard?.(result.inputs, olds ?? {}) ?? []);
      if (failures.length > 0) {
        return { ...result, failures };
      }
      const { identity, whole, ...once } = definition.declaredOnce;
      const isRight = result.failures.length === 0;
      return checkDeclaredOnce(connection.run.declarations, news, result, {
        ...once,
        identity: typeof identity === "function" ? identity(result.inputs) : identity,
        whole: isRight ? whole?.(result.inputs) : undefined,
      });
    },

    async diff(id, olds, news) {
      const key = definition.id.parse(id);
      const before = recall(olds, definition.stored);
      const names = Object.keys(definition.arguments);
      const given = onlyOf(news, names);
      const isOpen = isUnknown(given);
      const declared = declaredIn<T["shape"]>(given, { ...definition.arguments, ...definition.stored });
      const { deleteBeforeReplace = false } = definition;
      const replaces = [
        ...argumentsThatReplace(onlyOf(key as object, names), news),
        ...(definition.replaces?.(key, before, declared) ?? []),
      ];
      if (replaces.length === 0 && !isOpen && definition.isUnfinished?.(before)) {
        // No input differs, so the engine would not find a change by comparing them.
        return { changes: true, replaces, deleteBeforeReplace };
      }
      const differs = isOpen || definition.differs?.(before, declared) === true;
      if (!differs && replaces.length === 0) {
        definition.onUnchanged?.(connection, key, before);
      }
      return difference(differs, replaces, { deleteBeforeReplace });
    },
  };
}

/** The operations that read from Atlas or change something there. */
function living<T extends DefinitionTypes>(
  definition: DefinitionOf<T>,
  connection: Connection,
): Omit<HandlerOf<T>, "check" | "diff"> {
  const keepsTimeouts = "__timeouts" in definition.stored;
  const reconcile = reconciling<T>(definition, connection);
  return {
    async create(inputs) {
      const outs = await reconcile("create", inputs, undefined);
      return { id: definition.id.of(inputs), outs };
    },

    async read(id, props) {
      const key = definition.id.parse(id);
      const before = recall(props, definition.stored);
      const found = await definition.read({ connection, isGet: isGet(props) }, key, before);
      if (isAbsent(found)) {
        if (isGet(props)) {
          throw new Error(found.absent);
        }
        return {};
      }
      const kept = keepsTimeouts ? { __timeouts: (before as { __timeouts?: unknown }).__timeouts } : {};
      const inputs =
        definition.declaredBy?.(key, found) ??
        (onlyOf(found, Object.keys(definition.arguments)) as InputsOf<T["shape"]>);
      return {
        id: definition.id.format(key),
        props: known<T["outputs"]>({ ...found, ...kept }),
        inputs: known({ ...inputs, ...kept }) as InputsOf<T["shape"]>,
      };
    },

    async update(_id, olds, news) {
      return { outs: await reconcile("update", news, olds) };
    },

    async delete(id, props) {
      await definition.delete(connection, definition.id.parse(id), recall(props, definition.stored));
    },
  };
}

/** What `create` and `update` have in common: the call of the definition's `reconcile`. */
function reconciling<T extends DefinitionTypes>(definition: DefinitionOf<T>, connection: Connection) {
  const keepsTimeouts = "__timeouts" in definition.stored;
  return async (
    operation: "create" | "update",
    inputs: InputsOf<T["shape"]>,
    olds: object | undefined,
  ): Promise<Known<T["outputs"]>> => {
    const atlas = connection.atlas();
    const before = recall(olds, definition.stored);
    const deadline = startDeadline(atlas.clock, inputs, operation, definition.defaultTimeMs) as Reconciling<
      unknown,
      T["limit"]
    >["deadline"];
    try {
      const outputs = await definition.reconcile({ connection, atlas, operation, before, deadline }, inputs);
      return known<T["outputs"]>({ ...outputs, ...(keepsTimeouts ? { __timeouts: inputs.__timeouts } : {}) });
    } catch (error) {
      throw error instanceof Unfinished
        ? new PartialFailure(
            definition.id.of(inputs),
            { ...known(error.outputs), __provider: inputs.__provider },
            error.cause,
          )
        : error;
    }
  };
}

/**
 * The arguments to compare with. In a refresh they are the inputs in the state, which nothing has checked, so values
 * of the wrong form are left out. Values that are not known yet are kept.
 */
function declaredIn<Shape extends v.ObjectEntries>(given: object, shape: v.ObjectEntries): Recalled<Shape> {
  const unknown = Object.fromEntries(Object.entries(given).filter(([, value]) => isUnknown(value)));
  return { ...recall(given, shape), ...unknown } as Recalled<Shape>;
}

function isAbsent(found: object): found is Absent {
  return "absent" in found;
}

/** Properties without those that are `undefined`. */
function known<Properties extends object>(properties: Properties): Known<Properties> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Known<Properties>;
}

function onlyOf(properties: object, names: readonly string[]): object {
  const values = names.map((name) => [name, (properties as Record<string, unknown>)[name]] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
