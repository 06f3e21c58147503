import type * as pulumi from "@pulumi/pulumi";
import type * as api from "../index";

/**
 * The names of the exports that are resources, which have a handler. An explicit `Provider` has the type of a
 * resource, but no handler.
 */
export type ResourceNameIn<Exports> = Exclude<
  {
    [Name in keyof Exports]: Exports[Name] extends abstract new (
      ...args: never
    ) => pulumi.CustomResource
      ? Name
      : never;
  }[keyof Exports],
  "Provider"
>;

/** The resources of this package. */
export type ResourceName = ResourceNameIn<typeof api>;

/** The names of their handlers, by which states refer to them. */
export type HandlerName = Uncapitalize<ResourceName>;
