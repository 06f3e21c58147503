import type * as pulumi from "@pulumi/pulumi";
import type * as api from "../index";

/**
 * The names of the resources among the exports of a package: of the classes that the engine manages through a handler.
 * `Provider` is none, though the class of an explicit provider has the type of one.
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
