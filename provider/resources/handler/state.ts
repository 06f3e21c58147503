import * as v from "valibot";

/** The properties of a state that have the form that they must have. */
export type Recalled<Shape extends v.ObjectEntries> = {
  [Property in keyof Shape]?: v.InferOutput<Shape[Property]>;
};

/**
 * Reads what a state holds of a resource. Older versions and people with an editor write states too, so that any property
 * may be missing or be something else; it is left out then. What a resource is about stands in its id.
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
 * Whether a read is that of `.get()`: the engine then hands over no more than the id and the implementation. What is not
 * there is an error for it, where a resource of the stack would be deleted.
 */
export function isGet(props: object | undefined): boolean {
  return Object.keys(props ?? {}).every((property) => property.startsWith("__"));
}
