import * as v from "valibot";

/** The properties of a state that have the right form. */
export type Recalled<Shape extends v.ObjectEntries> = {
  [Property in keyof Shape]?: v.InferOutput<Shape[Property]>;
};

/**
 * Reads the state of a resource. Older versions and people with an editor write states too, so any property may be
 * missing or wrong; it is then left out. The id tells what the resource manages.
 */
export function recall<Shape extends v.ObjectEntries>(props: unknown, shape: Shape): Recalled<Shape> {
  const recalled: Record<string, unknown> = {};
  for (const [property, schema] of Object.entries(shape)) {
    const value = (props as Record<string, unknown> | null | undefined)?.[property];
    const { success, output } = v.safeParse(schema as v.GenericSchema, value);
    if (success && output !== undefined) {
      recalled[property] = output;
    }
  }
  return recalled as Recalled<Shape>;
}

/**
 * Whether a read comes from `.get()`: the engine then passes no more than the id and the implementation. For
 * `.get()`, a missing resource is an error; in a refresh, it is deleted from the state.
 */
export function isGet(props: object | undefined): boolean {
  return Object.keys(props ?? {}).every((property) => property.startsWith("__"));
}
